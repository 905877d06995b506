#include "loadgen/pacing/offset_estimate.hpp"

#include <gtest/gtest.h>

#include "tests/loadgen/pacing/two_clocks.hpp"

namespace throng::pacing {
namespace {

using namespace std::chrono_literals;

TimePoint at(Duration since_epoch) { return TimePoint{since_epoch}; }

TEST(OffsetEstimate, IsAsUncertainAsTheWayThereAndBack) {
  OffsetEstimate estimate;
  EXPECT_FALSE(estimate.known());
  // Theirs is 100 s ahead; the way there takes 3 us, the way back 1 us.
  estimate.add({at(1s), at(101s + 3us), at(101s + 5us), at(1s + 6us)});
  const OffsetBounds bounds = estimate.at(at(1s + 6us));
  EXPECT_LE(bounds.low, 100s - 1us);
  EXPECT_GE(bounds.high, 100s + 3us);
  EXPECT_LT(bounds.high - bounds.low, 4us + 10ns) << "what they drift in 6 us is little";
}

TEST(OffsetEstimate, KeepsTheBestOfEachWay) {
  OffsetEstimate estimate;
  estimate.add({at(1s), at(101s + 900us), at(101s + 900us), at(1s + 901us)});
  estimate.add({at(2s), at(102s + 1us), at(102s + 1us), at(2s + 700us)});
  const OffsetBounds bounds = estimate.at(at(2s + 700us));
  EXPECT_LT(bounds.high, 100s + 2us);
  EXPECT_GT(bounds.low, 100s - 102us) << "of the first, and what they drift in a second";
}

TEST(OffsetEstimate, WidensWhileNothingIsHeard) {
  OffsetEstimate estimate;
  estimate.add({at(1s), at(101s), at(101s), at(1s)});
  EXPECT_NEAR(estimate.at(at(11s)).error_of(100s).count(), 1'000'000, 10) << "100 ppm of 10 s";
}

TEST(OffsetEstimate, BelievesTheNewOneWhenAClockWasSuspended) {
  OffsetEstimate estimate;
  estimate.add({at(1s), at(101s), at(101s), at(1s)});
  estimate.add({at(2s), at(162s), at(162s), at(2s)});
  EXPECT_LT(estimate.at(at(2s)).error_of(160s), 1us);
}

TEST(OffsetBounds, HaveTheirErrorOnTheFartherSide) {
  const OffsetBounds bounds{10us, 30us};
  EXPECT_EQ(bounds.middle(), 20us);
  EXPECT_EQ(bounds.error_of(20us), 10us);
  EXPECT_EQ(bounds.error_of(35us), 25us);
}

TEST(OffsetEstimate, HasTheTruthWithinItsBoundsAlways) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    TwoClocks world(seed, static_cast<std::int64_t>(seed % 201) - 100);
    OffsetEstimate estimate;
    for (int i = 0; i < 200; ++i) {
      estimate.add(world.exchange());
      world.pass(world.up_to(100ms));
      const OffsetBounds bounds = estimate.at(world.ours().now());
      ASSERT_LE(bounds.low, world.truth()) << "seed " << seed << ", exchange " << i;
      ASSERT_GE(bounds.high, world.truth()) << "seed " << seed << ", exchange " << i;
    }
    EXPECT_LT(estimate.at(world.ours().now()).error_of(world.truth()), 2ms)
        << "the slow ones don't count";
  }
}

}  // namespace
}  // namespace throng::pacing
