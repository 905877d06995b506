#include "loadgen/search/reading.hpp"

#include <gmock/gmock.h>

namespace throng::search {
namespace {

report::Threshold condition(const char* expr) { return *report::parse_threshold(expr); }

report::RunResult run_with(std::uint64_t count) {
  report::RunResult run;
  run.operations.resize(1);
  run.operations[0].first = "send";
  report::OperationFigures& send = run.operations[0].second;
  send.count = count;
  send.rate_per_s = 50;
  send.latency_ns.mean = 20'000'000;
  send.latency_ns.p99 = 90'000'000;
  send.latency_ns.max = 300'000'000;
  send.latency_curve = {{0, 1'000'000}, {98, 80'000'000}, {99, 90'000'000}, {99.9, 200'000'000}};
  return run;
}

TEST(Reading, OfAPercentileIsTheOddsOfBeingBeyond) {
  const auto at = read_condition(condition("send.p99 < 90ms"), run_with(5'000));
  EXPECT_FALSE(at->held);
  EXPECT_NEAR(*at->excess, 1, 1e-9);
  EXPECT_NEAR(*at->events, 50, 1e-9);
  const auto twice = read_condition(condition("send.p99 < 80ms"), run_with(5'000));
  EXPECT_NEAR(*twice->excess, 2.02, 0.01);
}

TEST(Reading, OfAMeanOrARateIsItOverItsBound) {
  EXPECT_NEAR(*read_condition(condition("send.mean < 40ms"), run_with(9))->excess, 0.5, 1e-9);
  EXPECT_NEAR(*read_condition(condition("send.rate < 25"), run_with(9))->excess, 2, 1e-9);
  EXPECT_NEAR(*read_condition(condition("send.rate > 25"), run_with(9))->excess, 0.5, 1e-9);
}

TEST(Reading, OfACountIsThatItHeldOrNot) {
  const auto lost = read_condition(condition("lost == 0"), run_with(9));
  EXPECT_TRUE(lost->held);
  EXPECT_EQ(lost->excess, std::nullopt);
  EXPECT_EQ(read_condition(condition("send.max < 1s"), run_with(9))->excess, std::nullopt);
}

TEST(Reading, OfWhatNeverHappenedSaysNothingAndOfWhatAllFailedThatItBroke) {
  EXPECT_EQ(read_condition(condition("fetch.p99 < 1s"), run_with(9)), std::nullopt);
  report::RunResult failed = run_with(0);
  failed.operations[0].second.errors["timeout"] = 7;
  EXPECT_FALSE(read_condition(condition("send.p99 < 1s"), failed)->held);
}

TEST(Reading, OfAnOverloadedTargetHoldsNothing) {
  const std::vector<report::Threshold> conditions{condition("lost == 0"),
                                                  condition("send.p99 < 1ms")};
  report::RunResult run = run_with(100);
  run.validity.valid = false;
  run.validity.limited_by = report::Limit::kTarget;
  const Readings overloaded = read_run(conditions, run);
  EXPECT_TRUE(overloaded.valid);
  EXPECT_FALSE(overloaded.all[0]->held);
  EXPECT_FALSE(overloaded.all[1]->held);
  run.validity.limited_by = report::Limit::kGenerator;
  EXPECT_FALSE(read_run(conditions, run).valid);
  run.ledger.lost = 1;
  EXPECT_FALSE(read_run(conditions, run).all[0]->held);
  run.ledger.lost = 0;
  run.validity.limited_by = report::Limit::kUnsteadyLoad;
  EXPECT_TRUE(read_run(conditions, run).all[0]->held);
}

}  // namespace
}  // namespace throng::search
