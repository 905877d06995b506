#include "loadgen/pacing/zipf.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <tuple>
#include <vector>

namespace throng::pacing {
namespace {

double exact_mean(std::uint64_t n, double exponent) {
  double weights = 0, sum = 0;
  for (std::uint64_t k = n; k >= 1; --k) {
    const auto rank = static_cast<double>(k);
    weights += std::pow(rank, -exponent);
    sum += std::pow(rank, 1 - exponent);
  }
  return sum / weights;
}

class ZipfOf : public testing::TestWithParam<std::tuple<std::uint64_t, double>> {};

// Every rank (the tail in one) as often as k^-exponent says, to five standard deviations.
TEST_P(ZipfOf, HasTheFrequenciesOfThePowerLaw) {
  const auto [n, exponent] = GetParam();
  const Zipf zipf{n, exponent};
  constexpr int kSamples = 200'000;
  constexpr std::uint64_t kHead = 20;
  std::vector<int> counts(kHead + 1);
  Random random{11, n};
  for (int i = 0; i < kSamples; ++i) {
    const auto rank = zipf.sample(random);
    ASSERT_GE(rank, 1u);
    ASSERT_LE(rank, n);
    ++counts[std::min(rank, kHead + 1) - 1];
  }
  std::vector<double> weights(kHead + 1);
  double total = 0;
  for (std::uint64_t k = 1; k <= n; ++k) {
    const double weight = std::pow(static_cast<double>(k), -exponent);
    weights[std::min(k, kHead + 1) - 1] += weight;
    total += weight;
  }
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const double p = weights[i] / total;
    EXPECT_NEAR(counts[i], kSamples * p, 5 * std::sqrt(kSamples * p * (1 - p)) + 1)
        << "rank " << i + 1;
  }
}

TEST_P(ZipfOf, KnowsItsMean) {
  const auto [n, exponent] = GetParam();
  const double expected = exact_mean(n, exponent);
  EXPECT_NEAR((Zipf{n, exponent}.mean()), expected, expected * 1e-8);
}

INSTANTIATE_TEST_SUITE_P(Shapes, ZipfOf,
                         testing::Combine(testing::Values(1, 2, 15, 1000, 100'000),
                                          testing::Values(0.0, 0.5, 0.99, 1.0, 1.0000001, 1.2, 3.0,
                                                          20.0)));

TEST(Zipf, ReachesFarIntoHugeRanges) {
  const Zipf zipf{std::uint64_t{1} << 53, 0.5};
  Random random{1, 1};
  std::uint64_t highest = 0;
  for (int i = 0; i < 10'000; ++i) highest = std::max(highest, zipf.sample(random));
  EXPECT_GT(highest, std::uint64_t{1} << 52);
  EXPECT_LE(highest, std::uint64_t{1} << 53);
}

}  // namespace
}  // namespace throng::pacing
