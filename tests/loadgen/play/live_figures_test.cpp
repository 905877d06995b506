#include "loadgen/play/live_figures.hpp"

#include <gtest/gtest.h>

namespace throng::play {
namespace {

measure::OperationSecond operation(const char* name, std::uint64_t completed,
                                   std::uint64_t errors = 0) {
  measure::OperationSecond made;
  made.name = name;
  made.errors = errors;
  made.latency.record(1'000, completed);
  return made;
}

measure::SecondSnapshot second(double connected, std::vector<measure::OperationSecond> operations) {
  measure::SecondSnapshot made;
  made.operations = std::move(operations);
  made.gauges = {{"users_connected", connected}};
  return made;
}

TEST(LiveFigures, TellTheLastSecond) {
  LiveFigures live;
  live.add(second(10, {operation("send", 5), operation("deliver", 7)}), true);
  live.add(second(9, {operation("send", 6), operation("deliver", 8)}), true);
  EXPECT_EQ(live.progress().users_connected, 9u);
  EXPECT_EQ(live.progress().send_rate_per_s, 6);
  EXPECT_EQ(live.progress().deliver_rate_per_s, 8);
  EXPECT_EQ(live.progress().p50_ns, 1'000);
  EXPECT_EQ(live.progress().p99_ns, 1'000);
}

TEST(LiveFigures, HaveNoPercentilesOfNothing) {
  LiveFigures live;
  live.add(second(1, {operation("deliver", 1)}), true);
  live.add(second(1, {operation("deliver", 0)}), true);
  EXPECT_EQ(live.progress().p50_ns, std::nullopt);
  EXPECT_EQ(live.progress().p99_ns, std::nullopt);
}

TEST(LiveFigures, AddUpErrorsOfAllOperations) {
  LiveFigures live;
  live.add(second(0, {operation("send", 0, 2), operation("connect", 0, 1)}), true);
  live.add(second(0, {operation("send", 0, 4)}), false);
  EXPECT_EQ(live.progress().errors, 7u);
}

TEST(LiveFigures, KeepPeakAndLoginsOfWhileItPlays) {
  LiveFigures live;
  live.add(second(10, {operation("login", 10)}), true);
  live.add(second(4, {operation("login", 2)}), true);
  live.add(second(20, {operation("login", 16)}), false);
  EXPECT_EQ(live.connected_peak(), 10u);
  EXPECT_EQ(live.logins(), 12u);
}

}  // namespace
}  // namespace throng::play
