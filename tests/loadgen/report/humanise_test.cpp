#include "loadgen/report/humanise.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace throng::report {
namespace {

TEST(Humanise, Counts) {
  EXPECT_EQ(count_text(0), "0");
  EXPECT_EQ(count_text(999), "999");
  EXPECT_EQ(count_text(1'000), "1,000");
  EXPECT_EQ(count_text(12'345'678), "12,345,678");
  EXPECT_EQ(count_text(std::numeric_limits<std::uint64_t>::max()), "18,446,744,073,709,551,615");
}

TEST(Humanise, Durations) {
  EXPECT_EQ(duration_text(0), "0 s");
  EXPECT_EQ(duration_text(12'300), "12.3 µs");
  EXPECT_EQ(duration_text(8'420'000), "8.42 ms");
  EXPECT_EQ(span_text(0.5), "500 ms");
  EXPECT_EQ(span_text(65), "1m 5s");
}

TEST(Humanise, Rates) {
  EXPECT_EQ(rate_text(0), "0/s");
  EXPECT_EQ(rate_text(0.25), "0.25/s");
  EXPECT_EQ(rate_text(16.66), "16.7/s");
  EXPECT_EQ(rate_text(99.96), "100/s");
  EXPECT_EQ(rate_text(12'345.4), "12,345/s");
}

TEST(Humanise, RatiosAreNoughtOrAllOnlyExactly) {
  EXPECT_EQ(ratio_text(0), "0%");
  EXPECT_EQ(ratio_text(1), "100%");
  EXPECT_EQ(ratio_text(0.0005), "0.05%");
  EXPECT_EQ(ratio_text(0.000001), "<0.001%");
  EXPECT_EQ(ratio_text(0.413), "41.3%");
  EXPECT_EQ(ratio_text(0.9997), "99.97%");
  EXPECT_EQ(ratio_text(0.999999), ">99.99%");
  EXPECT_EQ(ratio_text(1.25), "125%");
}

TEST(Humanise, WhatIsNotFiniteIsADash) {
  const double nan = std::nan("");
  EXPECT_EQ(duration_text(nan), "–");
  EXPECT_EQ(rate_text(nan), "–");
  EXPECT_EQ(ratio_text(nan), "–");
  EXPECT_EQ(value_text(nan, ""), "–");
}

TEST(Humanise, ValuesByTheirUnit) {
  EXPECT_EQ(value_text(8'420'000, "ns"), "8.42 ms");
  EXPECT_EQ(value_text(1'652.4, "1/s"), "1,652/s");
  EXPECT_EQ(value_text(0.41, "ratio"), "41%");
  EXPECT_EQ(value_text(10'000, ""), "10,000");
}

}  // namespace
}  // namespace throng::report
