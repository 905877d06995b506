#include "tests/loadgen/simulate/batch_means.hpp"

#include <gtest/gtest.h>

#include "loadgen/pacing/random.hpp"

namespace throng::simulate {
namespace {

TEST(BatchMeans, KnowsAConstantExactly) {
  BatchMeans means;
  for (int i = 0; i < 1'000; ++i) means.add(3);
  EXPECT_DOUBLE_EQ(means.interval().mean, 3);
  EXPECT_NEAR(means.interval().half_width, 0, 1e-12);
  EXPECT_EQ(means.count(), 1'000u);
}

TEST(BatchMeans, IsStudentsIntervalOfTwentyValues) {
  BatchMeans means;
  for (int i = 1; i <= 20; ++i) means.add(i);
  // Standard deviation 5.91608, over the root of 20, times t(19) = 2.09302.
  EXPECT_DOUBLE_EQ(means.interval().mean, 10.5);
  EXPECT_NEAR(means.interval().half_width, 2.09302 * 5.916080 / 4.472136, 1e-3);
}

TEST(BatchMeans, CoversTheMeanOfADependentSeries) {
  int covered = 0;
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    pacing::Random random(seed, 1);
    BatchMeans means;
    double value = 0;
    for (int i = 0; i < 5'000; ++i) {
      value = 0.9 * value + random.normal();
      means.add(5 + value);
    }
    covered += means.interval().covers(5) ? 1 : 0;
  }
  EXPECT_GE(covered, 465);
}

}  // namespace
}  // namespace throng::simulate
