#pragma once

#include <deque>
#include <map>

#include "server/notify/push_store.hpp"

namespace throng::notify {

/// For `--data memory` and tests: gone with the process.
class MemoryPushStore final : public PushStore {
 public:
  std::vector<Mark> marks() const override { return marks_; }
  std::vector<Push> pushes() const override {
    std::vector<Push> all;
    for (const auto& [id, push] : pushes_) all.push_back(push);
    return all;
  }
  std::vector<Record> records(UserId user, std::size_t most) const override {
    std::vector<Record> found;
    std::uint64_t looked_at = 0;
    for (auto at = records_.rbegin(); at != records_.rend() && found.size() < most; ++at) {
      if (!user || at->user == user) found.push_back(*at);
      if (user && ++looked_at == kRecordsLookedAt) break;
    }
    return found;
  }
  std::optional<std::string> preferences(UserId user) const override {
    const auto at = preferences_.find(user);
    return at == preferences_.end() ? std::nullopt : std::optional(at->second);
  }

  void put(const Push& push) override { pushes_[push.id] = push; }
  void remove(std::uint64_t push) override { pushes_.erase(push); }
  void remove_marks(ChatId chat, Seq seq) override {
    std::erase_if(marks_, [&](const Mark& m) { return m.chat == chat && m.seq <= seq; });
  }
  void add(const Record& record) override {
    records_.push_back(record);
    if (records_.size() > kRecords) records_.pop_front();
  }
  void put_preferences(UserId user, const std::string& json) override { preferences_[user] = json; }
  boost::system::error_code commit(bool) override { return {}; }

  /// As the message log does where it is durable.
  void add_mark(const Mark& mark) { marks_.push_back(mark); }

 private:
  std::vector<Mark> marks_;
  std::map<std::uint64_t, Push> pushes_;
  std::deque<Record> records_;
  std::map<UserId, std::string> preferences_;
};

}  // namespace throng::notify
