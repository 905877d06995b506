#include "loadgen/play/result.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace throng::play {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// What a run of a minute leaves, without a flaw.
Played flawless() {
  Played played;
  played.recorded.emplace(pacing::TimePoint{}, nullptr);
  played.ledger.sent = played.ledger.acked = 10;
  played.ledger.expected = played.ledger.delivered = 10;
  played.generation.measured_s = 60;
  return played;
}

struct Flaws {
  const char* name;
  bool lost;
  bool late;
  bool missed;
  bool interrupted;
  report::Verdict verdict;
  ExitCode code;
};

class VerdictTest : public testing::TestWithParam<Flaws> {};

TEST_P(VerdictTest, FollowsTheOrder) {
  const Flaws& flaws = GetParam();
  Played played = flawless();
  if (flaws.lost) played.ledger.lost = 1;
  if (flaws.late) played.generation.late_release.record(1'000'000'000);
  played.interrupted = flaws.interrupted;
  Prepared prepared;
  prepared.thresholds.push_back(
      *report::parse_threshold(flaws.missed ? "ledger.sent > 10" : "ledger.sent >= 10"));
  const report::RunResult result = make_result(RunOptions{}, prepared, played);
  EXPECT_EQ(result.verdict, flaws.verdict);
  EXPECT_EQ(result.exit_code, static_cast<int>(flaws.code));
}

using report::Verdict;
INSTANTIATE_TEST_SUITE_P(
    Table, VerdictTest,
    testing::Values(
        Flaws{"none", false, false, false, false, Verdict::kPass, ExitCode::kPass},
        Flaws{"missed", false, false, true, false, Verdict::kFail, ExitCode::kThreshold},
        Flaws{"late", false, true, false, false, Verdict::kInvalid, ExitCode::kInvalid},
        Flaws{"late_missed", false, true, true, false, Verdict::kInvalid, ExitCode::kInvalid},
        Flaws{"lost", true, false, false, false, Verdict::kIncorrect, ExitCode::kLedger},
        Flaws{"lost_late_missed", true, true, true, false, Verdict::kIncorrect, ExitCode::kLedger},
        Flaws{"interrupted", false, false, false, true, Verdict::kPass, ExitCode::kInterrupted},
        Flaws{"interrupted_lost", true, false, false, true, Verdict::kIncorrect,
              ExitCode::kLedger}),
    [](const auto& each) { return each.param.name; });

TEST(Result, SaysWhatWasPlayed) {
  RunOptions options;
  options.source.name = "one_to_one";
  options.source.path = "scenarios/one_to_one.lua";
  options.seed = 7;
  options.args = {"gap=5s"};
  options.version = "1.2.3";
  options.target.url = "ws://localhost:8080";
  options.started = std::chrono::system_clock::time_point(std::chrono::seconds(1'769'860'800));
  Prepared prepared;
  prepared.plan.users = 50;
  prepared.threads = 2;
  prepared.server_version = "throng-server/9";
  Played played = flawless();
  played.lead_in_s = 10;
  played.connected_peak = 49;
  played.logins = 60;
  const report::RunResult result = make_result(options, prepared, played);
  EXPECT_EQ(result.scenario.name, "one_to_one");
  EXPECT_EQ(result.scenario.file, "scenarios/one_to_one.lua");
  EXPECT_EQ(result.scenario.seed, 7u);
  EXPECT_THAT(result.scenario.args, ElementsAre("gap=5s"));
  EXPECT_EQ(result.target.url, "ws://localhost:8080");
  EXPECT_EQ(result.target.version, "throng-server/9");
  EXPECT_EQ(result.time.started, "2026-01-31T12:00:00Z");
  EXPECT_EQ(result.time.warmup_s, 10);
  EXPECT_EQ(result.time.measured_s, 60);
  EXPECT_EQ(result.generator.version, "1.2.3");
  EXPECT_EQ(result.generator.threads, 2u);
  EXPECT_EQ(result.users.planned, 50u);
  EXPECT_EQ(result.users.connected_peak, 49u);
  EXPECT_EQ(result.users.logins, 60u);
}

TEST(Result, CallsNothingLostThatUsersWhoAreNotCaughtUpMayStillGet) {
  Played played = flawless();
  played.users_unsettled = 3;
  played.deliveries_awaited = 5;
  report::RunResult result;
  result.ledger.lost = 5;
  admit_unfinished_drain(played, result);
  EXPECT_EQ(result.ledger.lost, 0u);
  EXPECT_EQ(result.ledger.unresolved, 5u);
  EXPECT_FALSE(result.validity.valid);
  EXPECT_THAT(result.validity.reasons, ElementsAre(HasSubstr("3 users weren't caught up")));
}

TEST(Result, CallsLostWhatUsersWhoAreCaughtUpNeverGot) {
  Played played = flawless();
  played.deliveries_awaited = 5;
  report::RunResult result;
  result.ledger.lost = 5;
  admit_unfinished_drain(played, result);
  EXPECT_EQ(result.ledger.lost, 5u);
  EXPECT_TRUE(result.validity.valid);
  EXPECT_THAT(result.validity.reasons, IsEmpty());
}

}  // namespace
}  // namespace throng::play
