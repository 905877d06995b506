#include "loadgen/play/prepare.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace throng::play {
namespace {

using testing::HasSubstr;

constexpr const char* kScript = R"(-- Nobody does anything.
scenario {
  users = 20, duration = "5s", ramp = "1s", friends = { per_user = 1 },
  thresholds = { "send.errors == 0" },
}
function user(me) end
)";

RunOptions options_with(const std::string& script = kScript) {
  RunOptions options;
  options.source = {"quiet.lua", "quiet", script, "", {}};
  options.secret = "0123456789abcdef";
  return options;
}

void expect_usage(const RunOptions& options, const std::string& what) {
  try {
    thresholds_of(plan_of(options), options);
    FAIL() << "expected a refusal that says " << what;
  } catch (const Refusal& refusal) {
    EXPECT_EQ(refusal.code(), ExitCode::kUsage);
    EXPECT_THAT(refusal.what(), HasSubstr(what));
  }
}

TEST(Prepare, TakesThePlanOfTheScenario) {
  const scenario::Plan plan = plan_of(options_with());
  EXPECT_EQ(plan.users, 20u);
  EXPECT_EQ(plan.duration, std::chrono::seconds(5));
  EXPECT_EQ(plan.ramp, std::chrono::seconds(1));
}

TEST(Prepare, LetsOptionsSayOtherwise) {
  RunOptions options = options_with();
  options.users = 3;
  options.duration = std::chrono::seconds(7);
  options.ramp = pacing::Duration::zero();
  const scenario::Plan plan = plan_of(options);
  EXPECT_EQ(plan.users, 3u);
  EXPECT_EQ(plan.duration, std::chrono::seconds(7));
  EXPECT_EQ(plan.ramp, pacing::Duration::zero());
}

TEST(Prepare, RefusesWhatCanNotBePlayed) {
  RunOptions options = options_with();
  options.users = 0;
  expect_usage(options, "users: expected 1");
  options = options_with();
  options.duration = pacing::Duration::zero();
  expect_usage(options, "duration: expected more than 0 s");
  options = options_with();
  options.ramp = std::chrono::seconds(-1);
  expect_usage(options, "ramp: expected 0 s or more");
}

TEST(Prepare, JoinsThresholds) {
  RunOptions options = options_with();
  options.thresholds = {"deliver.p99 < 500ms"};
  const auto thresholds = thresholds_of(plan_of(options), options);
  ASSERT_EQ(thresholds.size(), 2u);
  EXPECT_EQ(thresholds[0].expr, "send.errors == 0");
  EXPECT_EQ(thresholds[1].expr, "deliver.p99 < 500ms");
}

TEST(Prepare, RefusesAThresholdThatIsNone) {
  RunOptions options = options_with();
  options.thresholds = {"deliver.p99 <"};
  expect_usage(options, "deliver.p99 <");
}

TEST(Prepare, TellsRunsApart) {
  const std::chrono::system_clock::time_point now{std::chrono::hours(500'000)};
  const RunIdentity identity = identify(1, now, 1'000);
  EXPECT_EQ(identity.tag, identify(1, now, 1'000).tag);
  for (const RunIdentity& other :
       {identify(2, now, 1'000), identify(1, now + std::chrono::milliseconds(1), 1'000)}) {
    EXPECT_NE(identity.seed, other.seed);
    EXPECT_NE(identity.tag, other.tag);
    EXPECT_NE(identity.first_user, other.first_user);
  }
}

TEST(Prepare, KeepsUsersBelowThoseThatTheTargetRegisters) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    for (const std::uint64_t users : {1ULL, 1'000'000ULL, 999'999'999ULL}) {
      const RunIdentity identity = identify(seed, {}, users);
      EXPECT_GE(identity.first_user.value, 1u);
      EXPECT_LE(identity.first_user.value + users - 1, 1'000'000'000u);
    }
  }
}

TEST(Prepare, GivesEachProcessAsManyWorkers) {
  Prepared prepared;
  prepared.processes = 3;
  prepared.threads = 8;
  EXPECT_THAT(workers_of(prepared), testing::ElementsAre(2, 3, 3));
}

TEST(Prepare, GivesEachCrewTheWorkersThatItWants) {
  Prepared prepared;
  prepared.crews = {{{"small", 2, 1}, nullptr}, {{"large", 16, 8}, nullptr}};
  prepared.processes = 2;
  prepared.threads = 9;
  EXPECT_THAT(workers_of(prepared), testing::ElementsAre(1, 8));
}

}  // namespace
}  // namespace throng::play
