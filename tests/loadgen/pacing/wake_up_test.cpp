#include "loadgen/pacing/wake_up.hpp"

#include <gtest/gtest.h>

namespace throng::pacing {
namespace {

using std::chrono::microseconds;

constexpr TimePoint kNow{std::chrono::seconds(100)};

TEST(WakeUp, ComesBeforeTheTime) {
  EXPECT_EQ(WakeUp().time_for(kNow + std::chrono::seconds(1), kNow),
            kNow + std::chrono::seconds(1) - WakeUp::kLead);
}

TEST(WakeUp, TakesATenthOfAShortWait) {
  EXPECT_EQ(WakeUp().time_for(kNow + microseconds(100), kNow), kNow + microseconds(90));
}

TEST(WakeUp, StaysWhereItIsWhenItIsAskedAgain) {
  WakeUp wake_up;
  const TimePoint due = kNow + std::chrono::milliseconds(10);
  const TimePoint time = wake_up.time_for(due, kNow);
  EXPECT_EQ(wake_up.time_for(due, due - microseconds(10)), time);
  EXPECT_NE(wake_up.time_for(due + microseconds(1), due - microseconds(10)), time);
}

TEST(WakeUp, IsTheTimeItselfForWhatIsDueAlready) {
  EXPECT_EQ(WakeUp().time_for(kNow - microseconds(5), kNow), kNow - microseconds(5));
}

}  // namespace
}  // namespace throng::pacing
