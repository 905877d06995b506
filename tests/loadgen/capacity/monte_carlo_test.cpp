#include "loadgen/capacity/monte_carlo.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace throng::capacity {
namespace {

constexpr std::size_t kDraws = 40'000;

// Inputs of no service, drawn, and an expression of them.
class MonteCarlo : public testing::Test {
 protected:
  Expression give(const std::string& name, const std::string& text) {
    inputs_.give(name, text, "here");
    return inputs_.get(name);
  }
  Spread spread(const Expression& expression, std::uint64_t seed = 1) {
    const Draws draws(inputs_.variables(), seed, kDraws);
    return spread_of(expression, inputs_.variables(), draws);
  }

  Inputs inputs_;
};

TEST_F(MonteCarlo, OfAUniformIntervalHasItsQuantiles) {
  const Spread found = spread(give("x", "100..200"));
  EXPECT_NEAR(found.p5, 105, 1);
  EXPECT_NEAR(found.p50, 150, 1.5);
  EXPECT_NEAR(found.p90, 190, 1);
  EXPECT_NEAR(found.p95, 195, 1);
}

TEST_F(MonteCarlo, OfALognormalIntervalHasItsEndsAtP5AndP95) {
  const Spread found = spread(give("x", "10..1000 lognormal"));
  EXPECT_NEAR(found.p5 / 10, 1, 0.04);
  EXPECT_NEAR(found.p50 / 100, 1, 0.03);
  EXPECT_NEAR(found.p95 / 1000, 1, 0.04);
}

// The sum of two uniforms is a triangle: P(X + Y < t) = t^2 / 2 for t up to 1.
TEST_F(MonteCarlo, OfASumOfTwoUniformsIsATriangle) {
  const Expression x = give("x", "1..2");
  const Expression y = give("y", "1..2");
  const Spread found = spread(x + y);
  EXPECT_NEAR(found.p5, 2 + std::sqrt(0.1), 0.01);
  EXPECT_NEAR(found.p50, 3, 0.01);
  EXPECT_NEAR(found.p95, 4 - std::sqrt(0.1), 0.01);
}

// Logarithms add up: the sigmas of a product of lognormals, in squares.
TEST_F(MonteCarlo, OfAProductOfLognormalsIsLognormal) {
  const Expression x = give("x", "1..100 lognormal");
  const Expression y = give("y", "1..100 lognormal");
  const double sigma = std::log(10.0) * std::sqrt(2.0);  // in units of the 95th percentile
  const Spread found = spread(x * y);
  EXPECT_NEAR(found.p50 / 100, 1, 0.05);
  EXPECT_NEAR(std::log(found.p95 / 100), sigma, 0.06);
  EXPECT_NEAR(std::log(found.p5 / 100), -sigma, 0.06);
}

TEST_F(MonteCarlo, OneVariableInTwoPlacesHasOneValue) {
  const Expression x = give("x", "1..100");
  EXPECT_FALSE(spread(x / x).varies());
  EXPECT_DOUBLE_EQ(spread(x / x).p50, 1);
}

TEST_F(MonteCarlo, WhatDoesNotVaryIsExact) {
  const Expression x = give("x", "500M users") * give("y", "40 messages/user/day");
  EXPECT_FALSE(spread(x).varies());
  EXPECT_DOUBLE_EQ(spread(x).p50, 20e9 / 86400);
}

TEST_F(MonteCarlo, TheSeedDecides) {
  const Expression x = give("x", "1..100");
  EXPECT_EQ(spread(x, 1).p5, spread(x, 1).p5);
  EXPECT_NE(spread(x, 1).p5, spread(x, 2).p5);
}

TEST_F(MonteCarlo, AnotherVariableChangesNothing) {
  const Expression x = give("x", "1..100");
  const Spread alone = spread(x);
  give("another", "1..100");
  EXPECT_EQ(spread(x).p5, alone.p5);
  EXPECT_EQ(spread(x).p95, alone.p95);
}

}  // namespace
}  // namespace throng::capacity
