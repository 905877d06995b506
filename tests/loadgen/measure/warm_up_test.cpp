#include "loadgen/measure/warm_up.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "loadgen/pacing/random.hpp"

namespace throng::measure {
namespace {

constexpr double kMs = 1e6;

/// A run of `per_bin` operations a bin, with an exponential latency of mean `mean_ms(place)`, where
/// place goes from 0 at the beginning of the measured time to 1 at its end.
template <class Mean>
Course course_of(std::uint64_t seed, std::uint64_t per_bin, Mean mean_ms) {
  pacing::Random random(seed, 1);
  Course course(kBins);
  for (std::size_t bin = 0; bin < kBins; ++bin) {
    const double mean = mean_ms(static_cast<double>(bin) / kBins);
    for (std::uint64_t i = 0; i < per_bin; ++i) {
      course[bin].sum_ns += -std::log1p(-random.uniform01()) * mean * kMs;
    }
    course[bin].count = per_bin;
  }
  return course;
}

TEST(WarmUp, ASteadyRunHasNone) {
  int cut = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    const WarmUp found = find_warm_up(course_of(seed, 20, [](double) { return 2.0; }));
    EXPECT_TRUE(found.steady);
    if (found.steps != 0) ++cut;
  }
  EXPECT_LE(cut, 6);  // the first mean is off by chance now and then
}

TEST(WarmUp, ASlowBeginningIsLeftOut) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    const WarmUp found =
        find_warm_up(course_of(seed, 20, [](double at) { return at < 0.13 ? 9.0 : 2.0; }));
    EXPECT_EQ(found.steps, 3u) << seed;  // 13 %, in whole steps of 5 %
    EXPECT_TRUE(found.steady);
  }
}

TEST(WarmUp, ABeginningThatFadesIsLeftOutAsFarAsItShows) {
  const WarmUp found =
      find_warm_up(course_of(1, 50, [](double at) { return 2 + 8 * std::exp(-at * 20); }));
  EXPECT_GE(found.steps, 2u);
  EXPECT_LE(found.steps, 4u);
}

TEST(WarmUp, AStallInTheMiddleIsNoWarmUp) {
  const auto stalled = [](double at) { return at > 0.25 && at < 0.35 ? 900.0 : 2.0; };
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    const Course course = course_of(seed, 20, stalled);
    std::vector<double> means;
    for (const CourseBin& bin : course) means.push_back(bin.sum_ns / 20);
    EXPECT_GT(mser_cut(means), kBins / 3) << "MSER alone would hide it";
    EXPECT_LE(find_warm_up(course).steps, 1u) << seed;
  }
}

TEST(WarmUp, ARunThatWasEndedByHandIsJudgedByWhatItHas) {
  Course course = course_of(1, 20, [](double at) { return at < 0.08 ? 9.0 : 2.0; });
  std::fill(course.begin() + kBins / 2, course.end(), CourseBin());
  EXPECT_EQ(find_warm_up(course).steps, 2u);
}

TEST(WarmUp, ARunThatNeverSettlesSaysSo) {
  const WarmUp found = find_warm_up(course_of(1, 20, [](double at) { return 2 + 50 * at; }));
  EXPECT_FALSE(found.steady);
  EXPECT_EQ(found.steps, 0u);
}

TEST(WarmUp, JoinsBinsUntilThereIsEnoughInEach) {
  Course course(kBins);
  for (std::size_t bin = 0; bin < kBins; bin += 6) {
    course[bin] = {bin < 90 ? 50 * kMs : (2 + static_cast<double>(bin % 5) / 10) * kMs, 1};
  }
  EXPECT_EQ(find_warm_up(course).steps, 3u);  // three batches of 40 bins, in steps of 50
}

TEST(WarmUp, WhatIsTooFewSaysNothing) {
  EXPECT_EQ(find_warm_up({}).steps, 0u);
  EXPECT_TRUE(find_warm_up({}).steady);
  Course course(kBins);
  course[0] = {90 * kMs, 1};
  course[500] = {kMs, 1};
  EXPECT_EQ(find_warm_up(course).steps, 0u);
}

TEST(WarmUp, MserCutsAtTheSmallestStandardError) {
  EXPECT_EQ(mser_cut(std::vector<double>{9, 9, 1, 2, 1, 2, 1, 2}), 2u);
  EXPECT_EQ(mser_cut(std::vector<double>{1, 2, 1, 2, 1, 2, 1, 2}), 0u);
  EXPECT_EQ(mser_cut(std::vector<double>{5}), 0u);
}

}  // namespace
}  // namespace throng::measure
