#include "loadgen/play/worker.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/loadgen/users/tiny_server.hpp"

namespace throng::play {
namespace {

using pacing::Duration;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;
using users::TinyServer;

constexpr std::uint64_t kUsers = 4;

/// Leaves the server to the test when the worker goes.
class Borrowed final : public transport::Transport {
 public:
  explicit Borrowed(transport::Transport& lender) : lender_(lender) {}

  void open(transport::LinkId link) override { lender_.open(link); }
  void send(transport::LinkId link, std::string_view json) override { lender_.send(link, json); }
  void close(transport::LinkId link) override { lender_.close(link); }
  void drop(transport::LinkId link) override { lender_.drop(link); }
  void freeze(transport::LinkId link, bool frozen) override { lender_.freeze(link, frozen); }

 private:
  transport::Transport& lender_;
};

/// Keeps what is put, takes every change of chats, and answers when it is asked next.
class TinyAssets final : public transport::HttpCaller {
 public:
  void call(transport::HttpCall call, Done done) override {
    if (call.path.starts_with("/chats/")) {
      changes.push_back(std::string(call.method) + " " + call.path + " " + call.body);
      return waiting_.push_back([done] { done({.error = {}, .status = 200}); });
    }
    if (call.method == "PUT") {
      assets_[call.path] = call.body;
      return waiting_.push_back([done] { done({.error = {}, .status = 201}); });
    }
    const auto found = assets_.find(call.path);
    transport::HttpResult result{.error = {}, .status = 404, .body = R"({"code":"no_such_asset"})"};
    if (found != assets_.end()) result = {.error = {}, .status = 200, .body = found->second};
    waiting_.push_back([done, result] { done(result); });
  }
  std::vector<std::string> changes;

  bool answer() {
    const auto answers = std::exchange(waiting_, {});
    for (const auto& each : answers) each();
    return !answers.empty();
  }

 private:
  std::map<std::string, std::string> assets_;
  std::vector<std::function<void()>> waiting_;
};

scenario::Source source_of(const std::string& text) {
  return {"test.lua", "test", "scenario { users = 4, duration = 10 }\n" + text, "", {}};
}

users::SocialGraph bound_graph() {
  users::SocialGraph graph({pacing::Distribution::constant(1)}, {}, kUsers, 1);
  std::vector<protocol::ChatId> ids;
  for (std::size_t chat = 0; chat < graph.chats(); ++chat) ids.push_back({500 + chat});
  graph.bind({70'001}, std::move(ids));
  return graph;
}

/// One worker with all users, a server in memory and virtual time: a ramp of 4 s, then 10 s.
class Played {
 public:
  explicit Played(const std::string& script, Duration ramp = seconds(4),
                  Duration warm_up = Duration::zero())
      : source_(source_of(script)),
        context_{.source = source_,
                 .graph = graph_,
                 .board = board_,
                 .settings = {},
                 .stamp_key = measure::StampKey(1),
                 .mint_token = [](protocol::UserId) { return std::string("token"); },
                 .ramp = ramp,
                 .warm_up = warm_up,
                 .duration = seconds(10)},
        worker_(
            context_, {.worker = 0, .workers = 1, .first_user = 1, .users = kUsers}, clock_,
            [this](transport::TransportListener& listener) {
              listener_ = &listener;
              return std::make_unique<Borrowed>(server_);
            },
            [this](WorkerSecond second) {
              late_.merge(second.late_release);
              pauses_.merge(second.pauses);
              seconds_.push_back(std::move(second.figures));
            },
            [this] {
              auto assets = std::make_unique<TinyAssets>();
              assets_ = assets.get();
              return assets;
            }) {
    worker_.start(start_);
  }
  ~Played() { worker_.finish(); }

  /// Everything up to `since_start`, in small steps or as far as the next due time.
  void play_until(Duration since_start) {
    const pacing::TimePoint until = start_ + since_start;
    for (;;) {
      worker_.advance();
      while (step()) worker_.advance();
      if (clock_.now() >= until) return;
      clock_.advance_to(std::min(worker_.next_due(), until));
    }
  }
  /// What is on its way stays there.
  void hold(bool held) { held_ = held; }
  /// Lets time pass as for a worker that is busy with something else.
  void stall(Duration time) { clock_.advance_to(clock_.now() + time); }

  void play_to_the_end() {
    play_until(seconds(14));
    worker_.stop_scripts();
    while (!worker_.bring_back(1)) play_until(clock_.now() - start_);
    play_until(seconds(24));
    worker_.count_unsettled();
    unsettled_ = worker_.unsettled();
    worker_.finish();
  }

  measure::LedgerReport ledger() const {
    const measure::LedgerShard* const shard = &worker_.ledger();
    return measure::reconcile({&shard, 1});
  }

  const std::vector<std::string>& changes() const { return assets_->changes; }

  Worker& worker() { return worker_; }
  TinyServer& server() { return server_; }
  const std::vector<measure::SecondSnapshot>& seconds_over() const { return seconds_; }
  const measure::Histogram& late() const { return late_; }
  const LoopPauses& pauses() const { return pauses_; }
  pacing::TimePoint start() const { return start_; }
  std::uint64_t unsettled() const { return unsettled_; }
  std::uint64_t completed(measure::Operation operation) const {
    return worker_.recorder().totals().of(operation).count;
  }

 private:
  bool step() {
    bool moved = false;
    if (held_) return false;
    moved = assets_->answer();
    for (transport::LinkId link = 0; link < kUsers; ++link) {
      moved = server_.step(link, *listener_) || moved;
    }
    return moved;
  }

  TinyAssets* assets_ = nullptr;
  const pacing::TimePoint start_{seconds(100)};
  const scenario::Source source_;
  const users::SocialGraph graph_ = bound_graph();
  users::OnlineBoard board_{1, kUsers};
  TinyServer server_{graph_, 1};
  pacing::VirtualClock clock_{start_};
  const RunContext context_;
  transport::TransportListener* listener_ = nullptr;
  std::vector<measure::SecondSnapshot> seconds_;
  measure::Histogram late_;
  LoopPauses pauses_;
  std::uint64_t unsettled_ = 0;
  bool held_ = false;
  Worker worker_;
};

constexpr const char* kChatter = R"(
local rhythm = constant("1s")
function user(me)
  me:login()
  for _ in me:every(rhythm) do
    me:send(me:friend(), 100)
  end
end)";

TEST(Slices, CoverAllUsersOnce) {
  const std::vector<Slice> slices = slice_users(10, 3);
  ASSERT_EQ(slices.size(), 3u);
  UserNumber next = 1;
  for (unsigned worker = 0; worker < 3; ++worker) {
    EXPECT_EQ(slices[worker].worker, worker);
    EXPECT_EQ(slices[worker].workers, 3u);
    EXPECT_EQ(slices[worker].first_user, next);
    EXPECT_GE(slices[worker].users, 3u);
    EXPECT_LE(slices[worker].users, 4u);
    next += slices[worker].users;
  }
  EXPECT_EQ(next, 11u);
}

TEST(Worker, StartsUsersEvenlyOverTheRamp) {
  Played played("function user(me) me:login() end");
  played.play_until(milliseconds(0));
  EXPECT_EQ(played.worker().connected(), 1u);
  played.play_until(milliseconds(999));
  EXPECT_EQ(played.worker().connected(), 1u);
  played.play_until(milliseconds(1'000));
  EXPECT_EQ(played.worker().connected(), 2u);
  played.play_until(milliseconds(3'000));
  EXPECT_EQ(played.worker().connected(), 4u);
}

TEST(Worker, StartsAllAtOnceWithoutARamp) {
  Played played("function user(me) me:login() end", Duration::zero());
  played.play_until(milliseconds(0));
  EXPECT_EQ(played.worker().connected(), kUsers);
}

TEST(Worker, PlaysAScenarioFromEndToEnd) {
  Played played(kChatter);
  played.play_to_the_end();
  const measure::LedgerReport ledger = played.ledger();
  EXPECT_GT(ledger.sent, 40u);
  EXPECT_EQ(ledger.acked, ledger.sent);
  EXPECT_EQ(ledger.delivered, ledger.expected);
  EXPECT_FALSE(ledger.violated());
  EXPECT_EQ(ledger.unresolved, 0u);
  EXPECT_EQ(played.unsettled(), 0u);
  EXPECT_EQ(played.completed(measure::Operation::kSend), 40u) << "4 users, 10 s, one a second";
  EXPECT_EQ(played.completed(measure::Operation::kDeliver), 40u);
  EXPECT_EQ(played.worker().wanted_online(), kUsers);
  EXPECT_EQ(played.worker().came_online(), kUsers);
}

TEST(Worker, HandsOverEverySecond) {
  Played played(kChatter);
  played.play_until(milliseconds(3'500));
  const auto& over = played.seconds_over();
  ASSERT_EQ(over.size(), 3u);
  for (std::uint32_t second = 0; second < 3; ++second) EXPECT_EQ(over[second].second, second);
  const auto& gauges = over[2].gauges;
  const auto connected = std::ranges::find(gauges, kConnectedGauge, &measure::Gauge::name);
  ASSERT_NE(connected, gauges.end());
  EXPECT_EQ(connected->value, 3);
}

double gauge(const measure::SecondSnapshot& second, std::string_view name) {
  const auto found = std::ranges::find(second.gauges, name, &measure::Gauge::name);
  return found == second.gauges.end() ? -1 : found->value;
}

// User 1 begins at 0 s, 2 at 1 s, and so on.
TEST(Worker, SaysWhoIsConnectedConnectingAndAway) {
  Played played(R"(
function user(me)
  if me.number == 1 then me:think(100) end
  me:login()
  me:think(1)
  if me.number == 2 then me:logout() end
end)");
  played.play_until(milliseconds(2'500));
  played.hold(true);
  played.play_until(milliseconds(4'100));
  const auto& over = played.seconds_over();
  ASSERT_EQ(over.size(), 4u);
  EXPECT_EQ(gauge(over[1], kConnectedGauge), 1);
  EXPECT_EQ(gauge(over[1], kAwayGauge), 1);
  EXPECT_EQ(gauge(over[1], kConnectingGauge), 0);
  EXPECT_EQ(gauge(over[3], kConnectedGauge), 1) << "user 3; 2 has logged out";
  EXPECT_EQ(gauge(over[3], kAwayGauge), 2);
  EXPECT_EQ(gauge(over[3], kConnectingGauge), 1) << "nobody lets user 4 in";
}

TEST(Worker, HasNobodyAwayTwiceWhenAllAreBroughtBack) {
  Played played("function user(me) end");
  played.play_to_the_end();
  EXPECT_EQ(gauge(played.seconds_over().back(), kConnectedGauge), kUsers);
  EXPECT_EQ(gauge(played.seconds_over().back(), kAwayGauge), 0);
}

TEST(Worker, BringsBackThoseWhoAreAway) {
  Played played(R"(
function user(me)
  if me.number == 1 then return end  -- never comes by itself
  me:login()
  me:think(5)
  me:send(me:friend(), 100)
  me:sent()
  me:logout()
end)");
  played.play_to_the_end();
  const measure::LedgerReport ledger = played.ledger();
  EXPECT_EQ(ledger.sent, kUsers - 1);
  EXPECT_EQ(ledger.delivered, ledger.expected);
  EXPECT_EQ(ledger.lost, 0u);
  EXPECT_EQ(played.unsettled(), 0u);
  EXPECT_EQ(played.worker().wanted_online(), kUsers - 1);
}

TEST(Worker, CountsUsersWhoAreNotThereAsUnsettled) {
  Played played("function user(me) if me.number > 1 then me:login() end end");
  played.play_until(seconds(14));
  played.worker().count_unsettled();
  EXPECT_EQ(played.worker().unsettled(), 1u);
}

TEST(Worker, MeasuresHowLateItReleases) {
  Played played("function user(me) me:wait_until(6) end", Duration::zero());
  played.play_until(milliseconds(5'900));
  played.stall(milliseconds(150));
  played.play_until(seconds(7));
  ASSERT_EQ(played.late().count(), 2 * kUsers) << "the starts, and the wait";
  EXPECT_EQ(played.late().max(), 50'000'000);
  EXPECT_EQ(played.late().value_at_percentile(50), 0);
}

TEST(Worker, NotesTurnsOfTheMeasuredTimeOnly) {
  Played played("function user(me) end");
  const auto note = [&](Duration since_start) {
    const pacing::TimePoint began = played.start() + since_start;
    played.worker().note_turn(milliseconds(7), began, began + milliseconds(3));
  };
  note(milliseconds(3'999));  // the ramp
  note(milliseconds(4'000));
  note(milliseconds(13'999));  // the first of its three milliseconds
  note(milliseconds(14'000));  // past the end
  played.play_until(seconds(15));
  EXPECT_EQ(played.pauses().turns.max(), 3'000'000);
  EXPECT_EQ(played.pauses().turns.count(), 10'000u + 8'000) << "microseconds";
}

TEST(Worker, TimesTheCollectionOfGarbage) {
  Played played(R"(
function user(me)
  for _ in me:every(0.001) do local garbage = string.rep("x", 1000) end
end)");
  played.play_until(seconds(5));
  const std::uint64_t before_the_end = played.pauses().collections.count();
  EXPECT_GT(before_the_end, 10u) << "of 32 KB each, of 4 MB that people made";
  EXPECT_EQ(played.pauses().collections.max(), 0) << "virtual time stands still meanwhile";
}

TEST(Worker, DoesNotCallItLateWhenTheUserWas) {
  Played played("function user(me) me:wait_until(6) me:wait_until(1) end", Duration::zero());
  played.play_until(seconds(7));
  EXPECT_EQ(played.late().count(), 2 * kUsers);
  EXPECT_EQ(played.late().max(), 0);
}

TEST(Worker, CountsWhatItNeverReleased) {
  Played played("function user(me) me:wait_until(13) end");
  played.play_until(seconds(12));
  played.stall(seconds(2));
  played.worker().stop_scripts();
  EXPECT_EQ(played.worker().unreleased(), kUsers);
}

TEST(Worker, CountsTheTurnsThatAWaitKeptFromTheirTime) {
  Played played(R"(
function user(me)
  me:login()
  for _ in me:every("1s") do
    me:send(me:friend(), 100)
    me:sent()
  end
end)");
  played.play_until(seconds(8));
  played.hold(true);
  played.play_until(seconds(14));
  const std::uint64_t begun = played.late().count();
  played.worker().stop_scripts();
  // In a second each began a turn that is never answered; those of the other five never began.
  EXPECT_EQ(played.worker().unreleased(), 5 * kUsers);
  played.play_until(seconds(15));
  EXPECT_EQ(played.late().count(), begun + 5 * kUsers);
  EXPECT_GT(played.late().max(), 4'000'000'000);
  EXPECT_LT(played.late().max(), 5'000'000'000);
}

TEST(Worker, LeavesAGivenWarmUpOutOfTheMeasuredTime) {
  Played played(kChatter, seconds(1), seconds(3));
  played.play_until(seconds(6));
  played.worker().stop_scripts();
  played.play_until(seconds(10));
  EXPECT_EQ(played.worker().recorder().measured().from,
            pacing::TimePoint(seconds(100) + seconds(4)));
  EXPECT_EQ(played.completed(measure::Operation::kSend), 8u) << "4 users, 2 s, one a second";
}

TEST(Worker, CutsTheMeasuredTimeWhenScriptsAreStoppedEarly) {
  Played played(kChatter);
  played.play_until(seconds(6));
  played.worker().stop_scripts();
  played.play_until(seconds(10));
  EXPECT_EQ(played.worker().recorder().measured().until,
            pacing::TimePoint(seconds(100) + seconds(6)));
  EXPECT_EQ(played.completed(measure::Operation::kSend), 8u) << "4 users, 2 s, one a second";
}

TEST(Worker, IntegratesWhatIsInFlight) {
  Played played(R"(
function user(me)
  me:login()
  if me.number > 1 then return end
  me:wait_until(5)
  me:send(me:friend(), 100)
end)");
  played.play_until(milliseconds(4'999));
  played.stall(seconds(1));
  played.hold(true);
  played.play_until(milliseconds(7'500));
  played.hold(false);
  played.play_until(seconds(9));
  played.worker().stop_scripts();
  EXPECT_NEAR(played.worker().in_flight_seconds(), 2.5, 0.001)
      << "due at 5 s, sent at 6 s, acknowledged at 7.5 s";
}

TEST(Worker, CountsWhatIsQueuedFromTheNextLogin) {
  Played played(R"(
function user(me)
  if me.number > 1 then return end
  me:wait_until(5)
  me:send(me:friend(), 100)
  me:wait_until(8)
  me:login()
end)");
  played.play_until(milliseconds(7'999));
  played.stall(seconds(1));
  played.play_to_the_end();
  EXPECT_NEAR(played.worker().in_flight_seconds(), 0.999, 0.001);
  EXPECT_EQ(played.worker().recorder().totals().of(measure::Operation::kSend).latency.count(), 1u);
}

TEST(Worker, GivesMessagesToScriptsThatWantThem) {
  Played played(R"(
function user(me)
  me:login()
  me:wait_until(5)
  if me.number == 1 then me:send(me:friend(), { text = "hello" }) end
end
function on_message(me, message)
  if message.from == 1 then me:send(message.chat, { text = "hello yourself" }) end
end)");
  played.play_to_the_end();
  EXPECT_EQ(played.ledger().sent, 2u);
  EXPECT_EQ(played.ledger().delivered, 2u);
}

TEST(Worker, RecordsOperationsOfTheScript) {
  Played played(R"(
function user(me)
  me:login()
  me:wait_until(5)
  me:timed("pause", function() me:think(2) end)
end)");
  played.play_to_the_end();
  const auto totals = played.worker().recorder().totals();
  const auto tallies = totals.all();
  ASSERT_EQ(tallies.size(), measure::kOperations + 1);
  EXPECT_EQ(tallies.back()->name, "pause");
  EXPECT_EQ(tallies.back()->count, kUsers);
  EXPECT_EQ(tallies.back()->latency.max(), 2'000'000'000);
}

TEST(Worker, MeasuresUploadsAndDownloads) {
  Played played(R"(
function user(me)
  me:login()
  me:wait_until(5)
  local asset = me:upload(1000, "image/png")
  me:download(asset)
  local none, why = me:download(string.rep("0", 64))
  assert(none == nil and why == "no_such_asset")
end)");
  played.play_to_the_end();
  EXPECT_EQ(played.completed(measure::Operation::kUpload), kUsers);
  EXPECT_EQ(played.completed(measure::Operation::kDownload), kUsers);
  const auto totals = played.worker().recorder().totals();
  EXPECT_EQ(totals.of(measure::Operation::kDownload).errors.at("no_such_asset"), kUsers);
}

TEST(Worker, MeasuresChangesOfChats) {
  Played played(R"(
function user(me)
  me:login()
  me:wait_until(5)
  if me.number > 1 then return end
  local chat = me:friend()
  assert(me:rename(chat, "\"lunch\""))
  assert(me:add(chat, me:other(chat)))
  assert(me:leave(chat))
end)");
  played.play_to_the_end();
  EXPECT_EQ(played.completed(measure::Operation::kChatChange), 3u);
  ASSERT_EQ(played.changes().size(), 3u);
  EXPECT_THAT(played.changes()[0],
              testing::MatchesRegex(R"(PATCH /chats/50. \{"name":"\\"lunch\\""\})"));
  EXPECT_THAT(played.changes()[1],
              testing::MatchesRegex(R"(POST /chats/50./members \{"add":\[7000.\]\})"));
  EXPECT_THAT(played.changes()[2], testing::MatchesRegex("DELETE /chats/50./members/70001 "));
}

TEST(Worker, FindsALostMessage) {
  Played played(kChatter);
  played.play_until(seconds(8));
  played.server().fault = users::Fault::kLose;
  played.play_to_the_end();
  EXPECT_EQ(played.ledger().lost, 1u);
}

TEST(Worker, SurvivesBrokenConnections) {
  Played played(kChatter);
  for (int second = 5; second < 14; ++second) {
    played.play_until(seconds(second));
    for (transport::LinkId link = 0; link < kUsers; ++link) played.server().break_connection(link);
  }
  played.play_to_the_end();
  EXPECT_FALSE(played.ledger().violated());
  EXPECT_EQ(played.ledger().delivered, played.ledger().expected);
  EXPECT_EQ(played.unsettled(), 0u);
}

TEST(Worker, LetsScriptErrorsOut) {
  Played played("function user(me)\n  me:wait_until(5)\n  me:nonsense()\nend");
  try {
    played.play_until(seconds(6));
    FAIL() << "expected a ScriptError";
  } catch (const scenario::ScriptError& error) {
    EXPECT_THAT(error.what(), HasSubstr("test.lua:4"));
  }
}

}  // namespace
}  // namespace throng::play
