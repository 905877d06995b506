#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/chat/rules.hpp"
#include "server/storage/memory_directory.hpp"
#include "server/storage/memory_message_log.hpp"

namespace throng::chat {

/// How a commit ends.
enum class Outcome {
  kKept,
  kLost,     ///< it failed, and nothing was kept
  kUnknown,  ///< it failed, and was kept all the same
};

/// Notes every effect.
class NotingOutbox final : public Outbox {
 public:
  void mail(ShardIndex to, Effect effect) override { effects_.emplace_back(to, std::move(effect)); }

  /// What was mailed since the last call.
  std::vector<std::pair<ShardIndex, Effect>> take() { return std::exchange(effects_, {}); }

 private:
  std::vector<std::pair<ShardIndex, Effect>> effects_;
};

/// One line an effect, e.g.
///   "session 1: sent a=1"                      an Answer to the session in slot 1
///   "session 1: not_a_member a"
///   "shard 0, chat 7: message 1 a from 1, not to session 1"     a Deliver
///   "session 2: page 1 a from 1; through 1 of 1, unread 1"
///   "user 1: receipt of 2: 3/2"                delivered 3, read 2
///   "user 3: in chat 7 after 5"                MembershipChanged
std::string describe(ShardIndex to, const Effect& effect);

/// Rules with everything around them in memory, and what they say in words.
class RulesWorld {
 public:
  static constexpr ShardIndex kShards = 2;
  static constexpr ChatId kChat{7};

  /// With a chat 7 of these users. 1 and 3 are at home on shard 0, 2 and 4 on shard 1.
  explicit RulesWorld(const std::vector<std::uint64_t>& members = {1, 2, 3});

  /// The session of a user; its slot is the user's id.
  static ClientRef session(std::uint64_t user, std::uint32_t generation = 1);

  /// A chat, there and told.
  void have_chat(ChatId chat, const std::vector<std::uint64_t>& members);
  /// So many messages of `from` with the cmids "<from>-<seq>", committed and told.
  void have_messages(std::uint64_t from, std::size_t count, ChatId chat = kChat);

  void handle(Command command) { rules_->handle(std::move(command), now_); }
  void post(std::uint64_t user, std::string cmid, ChatId chat = kChat, std::string body = "hi");
  void mark(std::uint64_t user, Seq delivered, Seq read, ChatId chat = kChat);
  void attach(std::uint64_t user, std::optional<Seq> have = std::nullopt, ChatId chat = kChat);
  void next_page(std::uint64_t user, Seq after, ChatId chat = kChat);
  void change(std::uint64_t by, const std::vector<std::uint64_t>& add,
              const std::vector<std::uint64_t>& remove, ChatId chat = kChat);
  void fetch(std::uint64_t user, std::string token = {}, std::uint32_t limit = 50,
             ChatId chat = kChat);

  /// Takes the batch, unless one is under way; it is until end_commit().
  void begin_commit();
  /// The disk has the batch that is under way, and the rules don't know it yet.
  void keep();
  void end_commit(Outcome outcome = Outcome::kKept);
  /// Both.
  void commit(Outcome outcome = Outcome::kKept);

  /// What was told since the last call, as words.
  std::vector<std::string> told();
  /// What was mailed since the last call, and to which shard.
  std::vector<std::pair<ShardIndex, Effect>> effects() { return outbox_.take(); }
  /// The effects of one kind since the last call; the others are forgotten.
  template <class Kind>
  std::vector<Kind> take() {
    std::vector<Kind> found;
    for (auto& [shard, effect] : effects()) {
      if (auto* wanted = std::get_if<Kind>(&effect)) found.push_back(std::move(*wanted));
    }
    return found;
  }
  /// The only page since the last call.
  Page page();

  /// The process dies and comes back: what was committed is all there is.
  void restart();

  Rules& rules() { return *rules_; }
  MessageLog& log() { return log_; }
  Directory& directory() { return directory_; }
  const Pagination& pagination() const { return pagination_; }
  void set_time(TimeMs now) { now_ = now; }

 private:
  storage::MemoryMessageLog log_;
  storage::MemoryDirectory directory_;
  Pagination pagination_{"a secret"};
  NotingOutbox outbox_;
  std::unique_ptr<Rules> rules_;
  std::unique_ptr<Batch> under_way_;
  bool is_kept_ = false;
  TimeMs now_ = 1'000;
};

/// The seqs of the messages in a page or in live events.
std::vector<Seq> seqs_in(const std::string& events);

}  // namespace throng::chat
