#include "loadgen/simulate/aggregate/estimate.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

namespace throng::simulate {
namespace {

TEST(Estimate, IsTheMeanWithStudentsInterval) {
  const std::array<double, 4> values = {9, 11, 10, 10};
  const report::Estimate estimate = estimate_of(values);
  // s = sqrt(2/3), t(3) = 3.182
  EXPECT_DOUBLE_EQ(estimate.value, 10);
  EXPECT_NEAR(estimate.high, 10 + 3.182 * std::sqrt(2.0 / 3 / 4), 1e-3);
  EXPECT_NEAR(estimate.low, 20 - estimate.high, 1e-9);
}

TEST(Estimate, OfOneSampleKnowsNoError) {
  const double value = 3;
  const report::Estimate estimate = estimate_of({&value, 1});
  EXPECT_EQ(estimate.value, 3);
  EXPECT_TRUE(std::isinf(estimate.high));
}

TEST(Scaled, KeepsTheShapeAndTheSum) {
  measure::Histogram some;
  for (std::int64_t i = 1; i <= 1'000; ++i) some.record(i * 1'000);
  const measure::Histogram many = scaled(some, 2.5);
  EXPECT_EQ(many.count(), 2'500u);
  EXPECT_NEAR(many.mean(), some.mean(), 0.001 * some.mean());
  EXPECT_NEAR(double(many.value_at_percentile(99)), double(some.value_at_percentile(99)), 2'000);
  EXPECT_NEAR(double(scaled(some, 0.1).count()), 100, 1);
}

}  // namespace
}  // namespace throng::simulate
