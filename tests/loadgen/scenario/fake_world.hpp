#pragma once

#include <fmt/format.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "loadgen/scenario/script.hpp"

namespace throng::scenario {

using pacing::Duration;
using pacing::TimePoint;

/// A worker for tests: virtual time, answers after fixed delays, and a log of all that scripts did.
class FakeWorld : public Actions {
 public:
  static constexpr TimePoint kStart{std::chrono::hours{5}};

  explicit FakeWorld(std::size_t users, std::uint64_t seed = 1) {
    for (std::size_t i = 0; i < users; ++i) people.push_back({pacing::Random{seed, i + 1}});
  }

  struct Person {
    pacing::Random random;
    bool online = false;
    std::vector<ChatInfo> chats{{4, ChatKind::kFriend, 2}, {7, ChatKind::kGroup, 12}};
  };

  std::vector<Person> people;
  std::vector<std::string> log;
  Duration run_length = std::chrono::seconds{60};
  Duration login_takes = std::chrono::milliseconds{200};
  Duration reply_takes = std::chrono::milliseconds{50};
  Duration timers_late{};
  std::string send_refused;  ///< what send answers
  LoginDone login_done{"", 3};
  SendsDone sends_done;
  FetchDone fetch_done{"", 20, "older"};
  PresenceDone presence_done{"", 2, 3};
  UploadDone upload_done{"", std::string(64, 'a')};
  DownloadDone download_done{"", 1000};
  ChatChangeDone chat_change_done;
  std::vector<std::uint32_t> planned{101, 102, 103, 110};  ///< members of every chat

  /// Starts all users at once and plays until nobody waits any more or the time is over.
  void play(Script& script) {
    for (LocalUser user = 0; user < people.size(); ++user) script.start(user, now_);
    go_on(script);
  }

  void go_on(Script& script) { go_on(script, run_end()); }

  void go_on(Script& script, TimePoint until) {
    while (!events_.empty() && events_.begin()->first.first <= until) {
      const auto event = events_.extract(events_.begin());
      now_ = std::max(now_, event.key().first);
      script.resume(event.mapped().first, event.mapped().second);
    }
  }

  /// Seconds of the run, as the log writes times.
  static double seconds(TimePoint time) { return pacing::to_seconds(time - kStart); }

  TimePoint now() const override { return now_; }
  TimePoint run_start() const override { return kStart; }
  TimePoint run_end() const override { return kStart + run_length; }
  pacing::Random& random(LocalUser user) override { return people[user].random; }
  std::uint64_t user_number(LocalUser user) const override { return 101 + user; }
  std::uint64_t users_total() const override { return 1000; }
  std::span<const ChatInfo> chats(LocalUser user) const override { return people[user].chats; }
  std::span<const std::uint32_t> planned_members(ChatIndex) const override { return planned; }
  bool joined(LocalUser, ChatIndex chat) const override { return chat != 4; }
  bool online(LocalUser user) const override { return people[user].online; }
  std::uint64_t unread(LocalUser, ChatIndex chat) const override { return chat + 1; }

  void wait_until(LocalUser user, TimePoint due) override {
    answer_at(user, std::max(due, now_) + timers_late, TimeReached{});
  }
  void login(LocalUser user, TimePoint due) override {
    note("login due={}", seconds(due));
    people[user].online = login_done.error.empty();
    answer_at(user, now_ + login_takes, login_done);
  }
  void logout(LocalUser user) override {
    people[user].online = false;
    note("logout");
  }
  void drop(LocalUser user) override {
    people[user].online = false;
    note("drop");
  }
  std::string_view send(LocalUser, ChatIndex chat, const Draft& draft, TimePoint due) override {
    if (draft.kind == protocol::MessageKind::kText && draft.re == 0) {
      note("send chat={} bytes={} text={}{}{} due={}", chat, draft.bytes, draft.text,
           draft.asset.empty() ? "" : " asset=", draft.asset, seconds(due));
    } else {
      note("{} chat={} re={} bytes={} text={}",
           protocol::kMessageKindNames[static_cast<std::size_t>(draft.kind)], chat, draft.re,
           draft.bytes, draft.text);
    }
    return send_refused;
  }
  void await_sends(LocalUser user) override { answer_at(user, now_ + reply_takes, sends_done); }
  void read(LocalUser, ChatIndex chat) override { note("read chat={}", chat); }
  void typing(LocalUser, ChatIndex chat) override { note("typing chat={}", chat); }
  void activity(LocalUser, protocol::ActivityKind kind, std::optional<ChatIndex> chat) override {
    const std::string_view name = protocol::kActivityNames[static_cast<std::size_t>(kind)];
    if (chat) {
      note("activity {} chat={}", name, *chat);
    } else {
      note("activity {}", name);
    }
  }
  void freeze(LocalUser, bool frozen) override { note("{}", frozen ? "freeze" : "thaw"); }
  void fetch(LocalUser user, ChatIndex chat, std::string_view token, std::uint32_t limit,
             TimePoint due) override {
    note("fetch chat={} token={} limit={} due={}", chat, token, limit, seconds(due));
    answer_at(user, now_ + reply_takes, fetch_done);
  }
  void presence(LocalUser user, std::span<const std::uint64_t> numbers, TimePoint due) override {
    note("presence {} due={}", fmt::join(numbers, ","), seconds(due));
    answer_at(user, now_ + reply_takes, presence_done);
  }
  void upload(LocalUser user, std::size_t bytes, std::string_view type, TimePoint due) override {
    note("upload bytes={} type={} due={}", bytes, type, seconds(due));
    answer_at(user, now_ + reply_takes, upload_done);
  }
  void download(LocalUser user, std::string_view asset, TimePoint due) override {
    note("download asset={} due={}", asset, seconds(due));
    answer_at(user, now_ + reply_takes, download_done);
  }
  void change_chat(LocalUser user, ChatIndex chat, const ChatChange& change,
                   TimePoint due) override {
    const std::string what = change.kind == ChatChange::Kind::kAdd      ? "add"
                             : change.kind == ChatChange::Kind::kRemove ? "remove"
                                                                        : "rename";
    note("{} chat={} user={} name={} due={}", what, chat, change.user_number, change.name,
         seconds(due));
    answer_at(user, now_ + reply_takes, chat_change_done);
  }
  void record(std::string_view operation, Duration elapsed) override {
    note("record {} {}", operation, pacing::to_seconds(elapsed));
  }

  /// Who waits, for how many events.
  std::size_t waiting() const { return events_.size(); }

 private:
  template <class... Values>
  void note(fmt::format_string<Values...> format, Values&&... values) {
    log.push_back(fmt::format(format, std::forward<Values>(values)...));
  }

  void answer_at(LocalUser user, TimePoint time, Outcome outcome) {
    events_.emplace(std::pair{time, events_made_++}, std::pair{user, std::move(outcome)});
  }

  TimePoint now_ = kStart;
  std::map<std::pair<TimePoint, std::uint64_t>, std::pair<LocalUser, Outcome>> events_;
  std::uint64_t events_made_ = 0;
};

inline constexpr const char* kPath = "people/test.lua";

inline Source source_of(std::string text, std::map<std::string, std::string> args = {}) {
  return {.path = kPath, .name = "test", .text = std::move(text), .sha256 = "", .args = args};
}

/// A scenario of which only user(me) matters: `body` begins on line 3.
inline Source user_source(const std::string& body) {
  return source_of("scenario { users = 1, duration = \"60s\" }\nfunction user(me)\n" + body +
                   "\nend\n");
}

/// The message of the ScriptError that playing the source ends with; "" when it ends well.
inline std::string error_of(const Source& source) {
  FakeWorld world{1};
  try {
    Script script{source, world, 1};
    world.play(script);
  } catch (const ScriptError& error) {
    return error.what();
  }
  return "";
}

/// What a single user with that body did.
inline std::vector<std::string> log_of(const std::string& body) {
  FakeWorld world{1};
  Script script{user_source(body), world, 1};
  world.play(script);
  return world.log;
}

}  // namespace throng::scenario
