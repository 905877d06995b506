#include "loadgen/compare/step_down.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <vector>

#include "loadgen/pacing/random.hpp"

namespace throng::compare {
namespace {

using Rows = std::vector<std::vector<double>>;

// The examples of shift_test.cpp; the one-sided p of the first is published as 0.0195, that of the
// second as 0.1272.
TEST(StepDown, OfOneMetricIsTheSignedRankTest) {
  const Rows better{{1.83 - 0.878, 0.50 - 0.647, 1.62 - 0.598, 2.48 - 2.05, 1.68 - 1.06,
                     1.88 - 1.29, 1.55 - 1.06, 3.06 - 3.14, 1.30 - 1.29}};
  EXPECT_EQ(adjusted_by_signs(better)[0], 10.0 / 512);
}

TEST(StepDown, OfOneMetricIsTheRankSumTest) {
  const Rows early{{1.15, 0.88, 0.90, 0.74, 1.21}};
  const Rows term{{0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46}};
  EXPECT_NEAR(adjusted_by_labels(early, term, 1)[0], 0.1272, 0.004);
}

// As often as n fair coins give so much, by trying all ways.
double p_of(const Rows& losses, unsigned subset) {
  const auto statistic = [&](unsigned flips) {
    double most = -1e9;
    for (std::size_t metric = 0; metric < losses.size(); ++metric) {
      if ((subset >> metric & 1) == 0) continue;
      const auto& row = losses[metric];
      double sum = 0;
      for (std::size_t i = 0; i < row.size(); ++i) {
        const auto rank = std::count_if(row.begin(), row.end(), [&](double other) {
          return std::abs(other) <= std::abs(row[i]);
        });
        const bool worse = (row[i] > 0) != ((flips >> i & 1) != 0);
        sum += worse ? double(rank) : -double(rank);
      }
      most = std::max(most, sum);
    }
    return most;
  };
  unsigned as_extreme = 0;
  const unsigned ways = 1u << losses.front().size();
  for (unsigned flips = 0; flips < ways; ++flips) as_extreme += statistic(flips) >= statistic(0);
  return double(as_extreme) / ways;
}

Rows random_losses(std::size_t metrics, std::size_t pairs, std::uint64_t seed) {
  pacing::Random random(seed, 0);
  Rows rows(metrics);
  std::vector<double> common(pairs);
  for (double& each : common) each = random.normal();
  for (std::size_t metric = 0; metric < metrics; ++metric) {
    for (std::size_t i = 0; i < pairs; ++i) {
      rows[metric].push_back(0.4 * double(metric) + common[i] + random.normal());
    }
  }
  return rows;
}

// What it stands for: a metric is worse if every family that it is in is (Marcus, Peritz and
// Gabriel's closed testing).
TEST(StepDown, IsClosedTesting) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const Rows losses = random_losses(3, 7, seed);
    const std::vector<double> adjusted = adjusted_by_signs(losses);
    for (unsigned metric = 0; metric < 3; ++metric) {
      double most = 0;
      for (unsigned subset = 1; subset < 8; ++subset) {
        if ((subset >> metric & 1) != 0) most = std::max(most, p_of(losses, subset));
      }
      EXPECT_EQ(adjusted[metric], most) << "seed " << seed << ", metric " << metric;
    }
  }
}

TEST(StepDown, CountsTheSameMetricOnce) {
  const std::vector<double> losses{1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  EXPECT_EQ(adjusted_by_signs({losses}), std::vector<double>(1, 1.0 / 1024));
  EXPECT_EQ(adjusted_by_signs({losses, losses, losses}), std::vector<double>(3, 1.0 / 1024));
}

TEST(StepDown, TakesTiesAndZeros) {
  EXPECT_EQ(adjusted_by_signs({{0, 0, 0}})[0], 1);
  // Rank 1 says nothing, and the other two share 2.5: each of the four ways is as likely.
  EXPECT_EQ(adjusted_by_signs({{0, 1, 1}})[0], 0.25);
}

TEST(StepDown, DrawsWhereThereAreTooManyWays) {
  const std::vector<double> none = adjusted_by_signs({random_losses(1, 21, 3)[0]});
  EXPECT_GT(none[0], 0.001);
  EXPECT_LT(adjusted_by_signs({std::vector<double>(24, 1.0)})[0], 1e-5);
  EXPECT_TRUE(adjusted_by_signs({}).empty());
  EXPECT_TRUE(adjusted_by_labels({}, {}, 1).empty());
}

}  // namespace
}  // namespace throng::compare
