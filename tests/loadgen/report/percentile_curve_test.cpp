#include "loadgen/report/percentile_curve.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace throng::report {
namespace {

std::int64_t thousandths(double percentile) { return std::int64_t(percentile * 1000); }

bool has_percentile(const PercentileCurve& curve, double percentile) {
  return std::any_of(curve.begin(), curve.end(),
                     [&](const PercentilePoint& point) { return point.percentile == percentile; });
}

TEST(PercentileCurve, OfManyValuesReaches99999InAboutAHundredPoints) {
  const PercentileCurve curve = percentile_curve(1'000'000'000, thousandths);
  EXPECT_GE(curve.size(), 60u);
  EXPECT_LE(curve.size(), 100u);
  EXPECT_EQ(curve.front().percentile, 0);
  EXPECT_EQ(curve.back().percentile, 99.999);
  EXPECT_EQ(curve.back().ns, 99'999);
}

TEST(PercentileCurve, HasWhatPeopleQuoteExactly) {
  const PercentileCurve curve = percentile_curve(1'000'000, thousandths);
  for (const double quoted : {50.0, 75.0, 90.0, 95.0, 99.0, 99.9, 99.99}) {
    EXPECT_TRUE(has_percentile(curve, quoted)) << quoted;
  }
}

TEST(PercentileCurve, Rises) {
  const PercentileCurve curve = percentile_curve(1'000'000'000, thousandths);
  for (std::size_t i = 1; i < curve.size(); ++i) {
    EXPECT_GT(curve[i].percentile, curve[i - 1].percentile);
  }
}

TEST(PercentileCurve, EndsWhereTheValuesSayNoMore) {
  EXPECT_TRUE(percentile_curve(0, thousandths).empty());
  EXPECT_EQ(percentile_curve(1, thousandths).size(), 1u);
  EXPECT_EQ(percentile_curve(100, thousandths).back().percentile, 99);
  EXPECT_EQ(percentile_curve(1000, thousandths).back().percentile, 99.9);
  EXPECT_LT(percentile_curve(999, thousandths).back().percentile, 99.9);
}

}  // namespace
}  // namespace throng::report
