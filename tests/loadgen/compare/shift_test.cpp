#include "loadgen/compare/shift.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace throng::compare {
namespace {

// Hollander and Wolfe, "Nonparametric Statistical Methods", example 3.1: depression before and
// after a tranquilizer. Their estimate is -0.46, and their interval of 96 % (-0.786, -0.010).
const std::vector<double> kDepression{0.878 - 1.83, 0.647 - 0.50, 0.598 - 1.62,
                                      2.05 - 2.48,  1.06 - 1.68,  1.29 - 1.88,
                                      1.06 - 1.55,  3.14 - 3.06,  1.29 - 1.30};

TEST(Shift, OfPairsIsAsPublished) {
  const Shift shift = Shift::of_pairs(kDepression);
  EXPECT_NEAR(shift.estimate(), -0.46, 1e-12);
  const Interval interval = shift.interval(0.96);
  EXPECT_NEAR(interval.low, -0.786, 1e-12);
  EXPECT_NEAR(interval.high, -0.010, 1e-12);
}

// The same, example 4.1: permeability of a membrane at term and at 12 to 26 weeks. Their estimate
// is -0.305, and their interval of 96 % (-0.76, 0.15).
TEST(Shift, BetweenSamplesIsAsPublished) {
  const std::vector<double> term{0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46};
  const std::vector<double> early{1.15, 0.88, 0.90, 0.74, 1.21};
  const Shift shift = Shift::between(term, early);
  EXPECT_NEAR(shift.estimate(), -0.305, 1e-12);
  const Interval interval = shift.interval(0.96);
  EXPECT_NEAR(interval.low, -0.76, 1e-12);
  EXPECT_NEAR(interval.high, 0.15, 1e-12);
}

// The tables of the signed-rank test: for ten pairs the 9th and 47th of 55 averages bound 95 %.
TEST(Shift, IntervalOfTenPairsIsAsInTables) {
  std::vector<double> powers;
  for (int i = 0; i < 10; ++i) powers.push_back(std::pow(2, i));
  std::vector<double> walsh;
  for (int i = 0; i < 10; ++i) {
    for (int j = i; j < 10; ++j) walsh.push_back((powers[i] + powers[j]) / 2);
  }
  std::sort(walsh.begin(), walsh.end());
  const Interval interval = Shift::of_pairs(powers).interval(0.95);
  EXPECT_EQ(interval.low, walsh[8]);
  EXPECT_EQ(interval.high, walsh[46]);
}

TEST(Shift, HasABoundAsSoonAsChanceIsRareEnough) {
  const std::vector<double> six{1, 2, 3, 4, 5, 6};
  const Shift shift = Shift::of_pairs(six);
  EXPECT_EQ(shift.least_alpha(), 1.0 / 64);
  EXPECT_EQ(shift.low_bound(1.0 / 64), 1);
  EXPECT_EQ(shift.low_bound(1.0 / 65), -INFINITY);
  EXPECT_EQ(shift.interval(0.97).low, -INFINITY);
  EXPECT_EQ(shift.interval(0.97).high, INFINITY);
  EXPECT_EQ(shift.interval(0.96).high, 6);
}

TEST(Shift, OfOneValueIsIt) {
  const std::vector<double> one{0.25};
  EXPECT_EQ(Shift::of_pairs(one).estimate(), 0.25);
  EXPECT_EQ(Shift::between(one, one).estimate(), 0);
}

}  // namespace
}  // namespace throng::compare
