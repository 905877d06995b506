#include "loadgen/view/heat.hpp"

#include <gmock/gmock.h>

namespace throng::view {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

TEST(Heat, HasBoundsFromTenMicrosecondsToAHundredSeconds) {
  const auto& bounds = heat_bounds_ns();
  ASSERT_EQ(bounds.size(), 36u);
  EXPECT_EQ(bounds.front(), 10'000);
  EXPECT_EQ(bounds[5], 100'000);
  EXPECT_EQ(bounds.back(), 100'000'000'000);
}

TEST(Heat, PutsAValueIntoTheBucketThatEndsWithIt) {
  measure::Histogram histogram;
  histogram.record(2'000);  // a slot of its own
  histogram.record(90'000, 2);
  histogram.record(1'000'000, 3);
  histogram.record(1'100'000);
  EXPECT_THAT(heat_of(histogram), ElementsAre(Pair(0, 1), Pair(5, 2), Pair(11, 4)));
}

TEST(Heat, HasABucketForWhatTakesLongerThanAll) {
  measure::Histogram histogram;
  histogram.record(200'000'000'000, 7);
  EXPECT_THAT(heat_of(histogram), ElementsAre(Pair(36, 7)));
}

TEST(Heat, OfNothingIsEmpty) { EXPECT_THAT(heat_of(measure::Histogram()), IsEmpty()); }

TEST(Heat, IsAddedUpBucketByBucket) {
  Heat heat = {{2, 1}, {5, 3}};
  merge(heat, {{1, 4}, {5, 2}, {9, 1}});
  EXPECT_THAT(heat, ElementsAre(Pair(1, 4), Pair(2, 1), Pair(5, 5), Pair(9, 1)));
}

}  // namespace
}  // namespace throng::view
