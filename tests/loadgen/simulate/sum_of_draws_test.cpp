#include "loadgen/simulate/sum_of_draws.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace throng::simulate {
namespace {

using pacing::Distribution;

struct Moments {
  double mean = 0;
  double variance = 0;
  double least = INFINITY;
};

Moments moments_of(std::size_t draws) {
  constexpr int kSums = 20'000;
  const Distribution each = Distribution::exponential(2);
  pacing::Random random(1, 1);
  double sum = 0;
  double squares = 0;
  Moments moments;
  for (int i = 0; i < kSums; ++i) {
    const double drawn = sum_of_draws(each, draws, random);
    sum += drawn;
    squares += drawn * drawn;
    moments.least = std::min(moments.least, drawn);
  }
  moments.mean = sum / kSums;
  moments.variance = squares / kSums - moments.mean * moments.mean;
  return moments;
}

TEST(SumOfDraws, HasTheMeanAndVarianceOfIndependentDraws) {
  for (const std::size_t draws : {1, 2, 64, 65, 1'000}) {
    const Moments moments = moments_of(draws);
    const auto n = static_cast<double>(draws);
    EXPECT_NEAR(moments.mean, 2 * n, 0.02 * 2 * n) << draws;
    EXPECT_NEAR(moments.variance, 4 * n, 0.05 * 4 * n) << draws;
    EXPECT_GE(moments.least, 0) << draws;
  }
}

TEST(SumOfDraws, IsNothingOfNone) {
  pacing::Random random(1, 1);
  EXPECT_EQ(sum_of_draws(Distribution::constant(3), 0, random), 0);
}

}  // namespace
}  // namespace throng::simulate
