// Several users and a server, in virtual time, with connections that break: the account must come
// out even; and when the server does something wrong, the account must say what.

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <string>

#include "loadgen/users/user.hpp"
#include "tests/loadgen/users/tiny_server.hpp"

namespace throng::users {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class Together final : private transport::TransportListener, private UserListener {
 public:
  static constexpr std::uint64_t kUsers = 5;

  explicit Together(std::uint64_t seed)
      : graph_({pacing::Distribution::constant(2)}, {1.5, pacing::Distribution::uniform(3, 4)},
               kUsers, seed),
        server_(graph_, seed),
        random_(seed, 99),
        ledger_(graph_.roster(), 1, kUsers),
        world_{.graph = graph_,
               .settings = settings_,
               .stamp_key = measure::StampKey(seed),
               .mint_token = [](protocol::UserId) { return std::string("token"); },
               .board = board_,
               .transport = server_,
               .recorder = recorder_,
               .ledger = ledger_,
               .wheel = wheel_,
               .listener = *this} {
    settings_.seed = seed;
    settings_.reading = {0.7, pacing::Distribution::exponential(0.5)};
    std::vector<protocol::ChatId> ids;
    for (std::size_t chat = 0; chat < graph_.chats(); ++chat) ids.push_back({500 + chat});
    graph_.bind({1}, std::move(ids));
    for (LocalUser local = 0; local < kUsers; ++local)
      users_.emplace_back(local + 1, local, graph_);
  }
  ~Together() {
    for (User& user : users_) user.finish(world_, now_);
  }

  void play(int steps) {
    for (int i = 0; i < steps; ++i) {
      act();
      pass(milliseconds(random_.below(200)));
    }
    settle();
  }

  /// Everybody comes online and all that is on its way arrives.
  void settle() {
    for (User& user : users_) user.login(world_, now_, now_);
    for (int i = 0; i < 10'000 && !settled(); ++i) pass(milliseconds(100));
    EXPECT_TRUE(settled());
    pass(seconds(20));
  }

  void pass_by(pacing::Duration time) {
    for (const auto end = now_ + time; now_ < end;) pass(milliseconds(100));
  }

  void send(UserNumber user, ChatIndex chat) {
    users_[user - 1].send(world_, chat, {60, "hello"}, now_, now_);
  }
  /// A group that somebody isn't in.
  ChatIndex group() const {
    for (ChatIndex chat = 0; chat < graph_.chats(); ++chat) {
      const auto members = graph_.members_of(chat).size();
      if (members > 2 && members < kUsers) return chat;
    }
    ADD_FAILURE() << "no such group";
    return 0;
  }
  const SocialGraph& graph() const { return graph_; }
  TinyServer& server() { return server_; }
  const measure::Recorder& recorder() const { return recorder_; }
  measure::LedgerShard::Outstanding outstanding() const { return ledger_.outstanding(); }
  measure::LedgerReport report() const {
    const measure::LedgerShard* const shard = &ledger_;
    return measure::reconcile(std::span(&shard, 1));
  }

 private:
  void act() {
    User& user = users_[random_.below(kUsers)];
    const auto chats = graph_.chats_of(user.number());
    const ChatIndex chat = chats[random_.below(chats.size())].chat;
    switch (random_.below(12)) {
      case 0:
        return user.logout(world_, now_);
      case 1:
        return user.drop(world_, now_);
      case 2:
        return server_.break_connection(user.local());
      case 3:
        return user.read(world_, chat, now_);
      case 4:
      case 5:
        return user.login(world_, now_, now_);
      default:
        user.send(world_, chat, {60, "hello"}, now_, now_);
    }
  }

  void pass(pacing::Duration time) {
    const auto end = now_ + time;
    // What is on its way moves now and then, the links in any order.
    for (int i = 0; i < 40; ++i) server_.step(static_cast<LocalUser>(random_.below(kUsers)), *this);
    while (const auto due = wheel_.next_due()) {
      if (*due > end) break;
      now_ = std::max(now_, *due);
      fire();
      for (LocalUser link = 0; link < kUsers; ++link) server_.step(link, *this);
    }
    now_ = end;
    fire();
  }
  void fire() {
    wheel_.advance(
        now_, [&](pacing::TimerNode& node) { static_cast<User&>(node).on_timer(world_, now_); });
  }

  bool settled() const {
    for (const User& user : users_) {
      if (!user.settled()) return false;
    }
    const auto all = ledger_.outstanding();
    return all.pending == 0 && all.seen >= all.due;
  }

  void on_open(transport::LinkId link) override { users_[link].on_open(world_, now_); }
  void on_text(transport::LinkId link, std::string_view text) override {
    users_[link].on_text(world_, text, now_);
  }
  void on_closed(transport::LinkId link, transport::CloseReason reason,
                 std::uint16_t code) override {
    users_[link].on_closed(world_, reason, code, now_);
  }
  void login_done(LocalUser, const scenario::LoginDone&) override {}
  void sends_done(LocalUser, const scenario::SendsDone&) override {}
  void fetch_done(LocalUser, const scenario::FetchDone&) override {}
  void presence_done(LocalUser, const scenario::PresenceDone&) override {}
  void message(LocalUser, const scenario::Message&) override {}

  SocialGraph graph_;
  TinyServer server_;
  pacing::Random random_;
  pacing::TimePoint now_{seconds(1)};
  UserSettings settings_;
  OnlineBoard board_{1, kUsers};
  measure::Recorder recorder_{now_, nullptr};
  measure::LedgerShard ledger_;
  pacing::TimingWheel wheel_{now_};
  UserWorld world_;
  std::deque<User> users_;
};

using Faults = std::map<std::string, std::uint64_t>;

Faults faults(const measure::LedgerReport& report) {
  Faults all{{"lost", report.lost},
             {"duplicated", report.duplicated},
             {"reordered", report.reordered},
             {"misdelivered", report.misdelivered},
             {"corrupted", report.corrupted},
             {"phantom", report.phantom},
             {"cursor_violations", report.cursor_violations}};
  std::erase_if(all, [](const auto& each) { return each.second == 0; });
  return all;
}

TEST(UsersTogether, TheAccountComesOutEvenWhateverBreaks) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    Together town(seed);
    town.play(300);
    const auto report = town.report();
    ASSERT_EQ(faults(report), Faults{}) << "seed " << seed << ": " << report.examples.front();
    ASSERT_GT(report.sent, 50u);
    ASSERT_EQ(report.acked, report.sent);
    ASSERT_EQ(report.delivered, report.expected);
    ASSERT_EQ(report.unresolved, 0u);
    ASSERT_EQ(town.outstanding().seen, town.outstanding().due);
    using measure::Operation;
    ASSERT_EQ(town.recorder().totals().of(Operation::kSend).count, report.sent);
    ASSERT_LE(town.recorder().totals().of(Operation::kDeliver).count, report.delivered);
    ASSERT_GT(town.recorder().totals().of(Operation::kDeliver).count, 0u);
    ASSERT_GT(town.recorder().totals().of(Operation::kReceiptRead).count, 0u);
  }
}

TEST(UsersTogether, AFaultOfTheServerIsFoundForWhatItIs) {
  const std::vector<std::pair<Fault, Faults>> table{
      {Fault::kLose, {{"lost", 1}}},
      {Fault::kTwice, {{"duplicated", 1}}},
      {Fault::kSwap, {{"reordered", 1}}},
      {Fault::kFlip, {{"corrupted", 1}}},
      {Fault::kStray, {{"misdelivered", 1}}},
      {Fault::kStoreAndRefuse, {{"phantom", 1}}},
      {Fault::kReceiptBack, {{"cursor_violations", 1}}},
  };
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    for (const auto& [fault, expected] : table) {
      Together town(seed);
      town.play(100);
      const ChatIndex chat = town.group();
      town.server().fault = fault;
      town.send(town.graph().members_of(chat)[0], chat);
      if (fault == Fault::kSwap) town.send(town.graph().members_of(chat)[0], chat);
      town.pass_by(seconds(30));
      const auto report = town.report();
      ASSERT_EQ(faults(report), expected)
          << "seed " << seed << " fault " << static_cast<int>(fault);
      ASSERT_FALSE(report.examples.empty());
    }
  }
}

}  // namespace
}  // namespace throng::users
