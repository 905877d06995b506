#include "loadgen/pacing/clock.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <limits>

namespace throng::pacing {
namespace {

using namespace std::chrono_literals;

TEST(FromSeconds, RoundsToTheNearestNanosecond) {
  EXPECT_EQ(from_seconds(1.5), 1500ms);
  EXPECT_EQ(from_seconds(0.1), 100ms);
  EXPECT_EQ(from_seconds(1.6e-9), 2ns);
  EXPECT_EQ(from_seconds(-1.6e-9), -2ns);
}

TEST(FromSeconds, StopsAtTheLongestDuration) {
  EXPECT_EQ(from_seconds(1e10), Duration::max());
  EXPECT_EQ(from_seconds(std::numeric_limits<double>::infinity()), Duration::max());
  EXPECT_EQ(from_seconds(-1e10), Duration::min());
}

TEST(ToSeconds, IsTheOtherWay) { EXPECT_DOUBLE_EQ(to_seconds(1234567us), 1.234567); }

TEST(VirtualClock, StandsStillUntilItIsMoved) {
  VirtualClock clock{TimePoint{5s}};
  EXPECT_EQ(clock.now(), TimePoint{5s});
  clock.advance_to(TimePoint{7s});
  EXPECT_EQ(clock.now(), TimePoint{7s});
}

TEST(VirtualClock, NeverGoesBack) {
  VirtualClock clock{TimePoint{5s}};
  clock.advance_to(TimePoint{3s});
  EXPECT_EQ(clock.now(), TimePoint{5s});
}

TEST(SteadyClock, IsTheMachinesMonotonicClock) {
  const TimePoint before{std::chrono::steady_clock::now().time_since_epoch()};
  const TimePoint now = SteadyClock{}.now();
  const TimePoint after{std::chrono::steady_clock::now().time_since_epoch()};
  EXPECT_LE(before, now);
  EXPECT_LE(now, after);
}

TEST(ClockOffsets, FollowTheMachinesClocks) {
  const ClockOffsets offsets = read_clock_offsets();
  EXPECT_GE(offsets.boot, -1ms) << "time suspended counts since boot";
  const Duration wall = std::chrono::system_clock::now().time_since_epoch();
  const Duration steady = std::chrono::steady_clock::now().time_since_epoch();
  EXPECT_LT(std::chrono::abs(offsets.wall - (wall - steady)), 10s);
}

TEST(ClockOffsets, StayTheSameWhileNobodySetsAClock) {
  const ClockOffsets before = read_clock_offsets();
  const ClockOffsets after = read_clock_offsets();
  EXPECT_LT(std::chrono::abs(after.boot - before.boot), 10ms);
}

}  // namespace
}  // namespace throng::pacing
