#include "loadgen/pacing/distribution.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <stdexcept>
#include <vector>

namespace throng::pacing {
namespace {

constexpr int kSamples = 200'000;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::vector<double> samples_of(const Distribution& distribution) {
  Random random{3, 14};
  std::vector<double> samples(kSamples);
  std::ranges::generate(samples, [&] { return distribution.sample(random); });
  return samples;
}

double quantile(std::vector<double> samples, double p) {
  const auto nth = samples.begin() + static_cast<std::ptrdiff_t>(p * kSamples);
  std::ranges::nth_element(samples, nth);
  return *nth;
}

// The samples' mean is within five standard errors of what mean() says.
void expect_mean(const Distribution& distribution, double expected) {
  EXPECT_NEAR(distribution.mean(), expected, std::abs(expected) * 1e-9);
  double sum = 0, squares = 0;
  for (const double x : samples_of(distribution)) {
    sum += x;
    squares += x * x;
  }
  const double mean = sum / kSamples;
  const double deviation = std::sqrt(std::max(squares / kSamples - mean * mean, 0.0));
  EXPECT_NEAR(mean, expected, 5 * deviation / std::sqrt(kSamples) + 1e-9);
}

void expect_range(const Distribution& distribution, double low, double high) {
  const auto [least, most] = std::ranges::minmax(samples_of(distribution));
  EXPECT_GE(least, low);
  EXPECT_LE(most, high);
}

TEST(Distribution, ConstantIsConstant) {
  expect_mean(Distribution::constant(4), 4);
  expect_range(Distribution::constant(4), 4, 4);
}

TEST(Distribution, UniformStaysBetweenItsBounds) {
  const auto uniform = Distribution::uniform(-2, 8);
  expect_mean(uniform, 3);
  expect_range(uniform, -2, 8);
  EXPECT_NEAR(quantile(samples_of(uniform), 0.25), 0.5, 0.1);
}

TEST(Distribution, ExponentialHasItsQuantiles) {
  const auto exponential = Distribution::exponential(5);
  expect_mean(exponential, 5);
  expect_range(exponential, 0, 5 * 40);
  EXPECT_NEAR(quantile(samples_of(exponential), 0.5), 5 * std::log(2), 0.05);
  EXPECT_NEAR(quantile(samples_of(exponential), 0.99), 5 * std::log(100), 0.4);
}

TEST(Distribution, LognormalFromMedianAndSigma) {
  const auto lognormal = Distribution::lognormal(4, 0.5);
  expect_mean(lognormal, 4 * std::exp(0.125));
  EXPECT_NEAR(quantile(samples_of(lognormal), 0.5), 4, 0.03);
}

TEST(Distribution, LognormalFromMedianAndP95) {
  const auto samples = samples_of(Distribution::lognormal_with_p95(4, 20));
  EXPECT_NEAR(quantile(samples, 0.5), 4, 0.06);
  EXPECT_NEAR(quantile(samples, 0.95), 20, 0.5);
}

TEST(Distribution, LognormalFromMeanAndSigma) {
  expect_mean(Distribution::lognormal_with_mean(10, 0.8), 10);
}

TEST(Distribution, ParetoIsCutAtBothEnds) {
  for (const double shape : {0.5, 1.0, 1.5, 3.0}) {
    const auto pareto = Distribution::pareto(2, 1000, shape);
    // The integral of x f(x), in steps of one ten-thousandth of the logarithm.
    const double kept = 1 - std::pow(2.0 / 1000, shape);
    double mean = 0;
    const double step = std::log(500.0) / 10'000;
    for (int i = 0; i < 10'000; ++i) {
      const double x = 2 * std::exp((i + 0.5) * step);
      mean += x * shape * std::pow(2 / x, shape) / kept * step;
    }
    EXPECT_NEAR(pareto.mean(), mean, mean * 1e-6) << shape;
    expect_mean(pareto, pareto.mean());
    expect_range(pareto, 2, 1000);
  }
}

TEST(Distribution, ZipfGivesWholeRanks) {
  const auto zipf = Distribution::zipf(3, 1);
  expect_mean(zipf, 3 / (1 + 1.0 / 2 + 1.0 / 3));
  EXPECT_THAT(samples_of(zipf), testing::Each(testing::AnyOf(1, 2, 3)));
}

TEST(Distribution, EmpiricalKeepsTheWeights) {
  const std::vector<WeightedValue> table{{20, 1}, {100, 6}, {7, 0}, {1000, 3}};
  const auto empirical = Distribution::empirical(table);
  expect_mean(empirical, 362);
  std::map<double, int> counts;
  for (const double x : samples_of(empirical)) ++counts[x];
  ASSERT_EQ(counts.size(), 3u);
  EXPECT_NEAR(counts[20], kSamples * 0.1, 5 * std::sqrt(kSamples * 0.09));
  EXPECT_NEAR(counts[100], kSamples * 0.6, 5 * std::sqrt(kSamples * 0.24));
  EXPECT_NEAR(counts[1000], kSamples * 0.3, 5 * std::sqrt(kSamples * 0.21));
}

TEST(Distribution, DescribesItself) {
  EXPECT_EQ(Distribution::constant(3).describe(), "constant(3)");
  EXPECT_EQ(Distribution::uniform(1, 2.5).describe(), "uniform(1 to 2.5)");
  EXPECT_EQ(Distribution::exponential(30).describe(), "exponential(mean 30)");
  EXPECT_EQ(Distribution::lognormal(4, 0.8).describe(), "lognormal(median 4, sigma 0.8)");
  EXPECT_EQ(Distribution::pareto(1, 100, 1.5).describe(), "pareto(1 to 100, shape 1.5)");
  EXPECT_EQ(Distribution::zipf(10'000, 1.1).describe(), "zipf(10000 ranks, exponent 1.1)");
  const std::vector<WeightedValue> table{{1, 1}, {2, 1}};
  EXPECT_EQ(Distribution::empirical(table).describe(), "empirical(2 values, mean 1.5)");
}

TEST(Distribution, SaysWhatWasExpected) {
  EXPECT_THAT([] { Distribution::exponential(-1); },
              testing::ThrowsMessage<std::invalid_argument>(
                  "exponential: expected a mean above 0, not -1"));
}

TEST(Distribution, RefusesWhatIsNoDistribution) {
  const std::vector<WeightedValue> negative{{1, 2}, {2, -1}};
  const std::vector<WeightedValue> weightless{{1, 0}};
  const std::vector<WeightedValue> endless{{kInfinity, 1}};
  const std::vector<std::function<void()>> wrong{
      [] { Distribution::constant(kInfinity); },
      [] { Distribution::uniform(2, 1); },
      [] { Distribution::uniform(std::nan(""), 1); },
      [] { Distribution::uniform(1, kInfinity); },
      [] { Distribution::exponential(0); },
      [] { Distribution::exponential(kInfinity); },
      [] { Distribution::lognormal(0, 1); },
      [] { Distribution::lognormal(1, -1); },
      [] { Distribution::lognormal_with_p95(4, 3); },
      [] { Distribution::lognormal_with_p95(0, 3); },
      [] { Distribution::lognormal_with_mean(0, 1); },
      [] { Distribution::lognormal_with_mean(1, -1); },
      [] { Distribution::pareto(0, 1, 1); },
      [] { Distribution::pareto(2, 2, 1); },
      [] { Distribution::pareto(1, kInfinity, 1); },
      [] { Distribution::pareto(1, 2, 0); },
      [] { Distribution::zipf(0, 1); },
      [] { Distribution::zipf(1.5, 1); },
      [] { Distribution::zipf(0x1p54, 1); },
      [] { Distribution::zipf(10, -1); },
      [] { Distribution::zipf(10, 101); },
      [] { Distribution::empirical({}); },
      [&] { Distribution::empirical(negative); },
      [&] { Distribution::empirical(weightless); },
      [&] { Distribution::empirical(endless); },
  };
  for (std::size_t i = 0; i < wrong.size(); ++i) {
    EXPECT_THROW(wrong[i](), std::invalid_argument) << "case " << i;
  }
}

}  // namespace
}  // namespace throng::pacing
