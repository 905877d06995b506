#include "loadgen/play/loop_pauses.hpp"

#include <gtest/gtest.h>

namespace throng::play {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t kMs = 1'000'000;

TEST(LoopPauses, CountMomentsAndNotTurns) {
  LoopPauses pauses;
  for (int i = 0; i < 1'000; ++i) pauses.record_turn(10us, 870us);  // 0.88 s
  pauses.record_turn(120ms, 0s);  // a single turn, but 12 % of all moments
  EXPECT_NEAR(static_cast<double>(pauses.turns.value_at_percentile(99)), 110 * kMs, kMs);
  EXPECT_LT(pauses.turns.value_at_percentile(85), kMs);
  EXPECT_EQ(pauses.turns.max(), 120 * kMs);
  EXPECT_EQ(pauses.turns.count(), 1'000'000u) << "microseconds";
}

TEST(LoopPauses, WaitForTheRestOfTheTurn) {
  LoopPauses pauses;
  pauses.record_turn(3500us, 0s);
  EXPECT_EQ(pauses.turns.count_at_or_below(kMs), 500u);
  EXPECT_EQ(pauses.turns.count_at_or_below(2 * kMs), 1'500u);
  EXPECT_EQ(pauses.turns.count_at_or_below(4 * kMs), 3'500u);
}

TEST(LoopPauses, CountTheWaitAsNothing) {
  LoopPauses pauses;
  pauses.record_turn(5ms, 995ms);
  EXPECT_EQ(pauses.turns.value_at_percentile(99), 0);
  EXPECT_EQ(pauses.turns.max(), 5 * kMs);
}

TEST(LoopPauses, Merge) {
  LoopPauses all;
  LoopPauses other;
  other.record_turn(1ms, 1ms);
  other.collections.record(3 * kMs);
  all.merge(other);
  all.merge(other);
  EXPECT_EQ(all.turns.count(), 4'000u);
  EXPECT_EQ(all.collections.count(), 2u);
  EXPECT_EQ(all.collections.max(), 3 * kMs);
}

}  // namespace
}  // namespace throng::play
