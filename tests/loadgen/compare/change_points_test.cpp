#include "loadgen/compare/change_points.hpp"

#include <gmock/gmock.h>

#include <cmath>

#include "loadgen/pacing/random.hpp"

namespace throng::compare {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// What runs of the same program vary by: 0.5 % mostly, and three times that now and then.
std::vector<double> noise(std::size_t count, std::uint64_t seed) {
  pacing::Random random(seed, 0);
  std::vector<double> series;
  for (std::size_t i = 0; i < count; ++i) {
    series.push_back(0.005 * random.normal() * (random.chance(0.05) ? 3 : 1));
  }
  return series;
}

void shift(std::vector<double>& series, std::size_t from, double by) {
  for (std::size_t i = from; i < series.size(); ++i) series[i] += by;
}

TEST(ChangePoints, AreWhereTheLevelChanges) {
  std::vector<double> series = noise(60, 1);
  shift(series, 20, 0.05);
  shift(series, 45, -0.08);
  EXPECT_THAT(change_points(series, {}), ElementsAre(20, 45));
}

TEST(ChangePoints, AreNotWhereNothingChanges) {
  EXPECT_THAT(change_points({}, {}), IsEmpty());
  EXPECT_THAT(change_points(std::vector<double>(60, 3.0), {}), IsEmpty());
  EXPECT_THAT(change_points(noise(60, 2), {}), IsEmpty());
}

TEST(ChangePoints, LastFiveRunsOrMore) {
  std::vector<double> series = noise(60, 3);
  shift(series, 56, 1);
  for (const std::size_t at : change_points(series, {})) EXPECT_LE(at, 55);
}

// One of 10 shuffles of six values splits them as clearly as three and three that are the same.
TEST(ChangePoints, NeedEnoughValuesToBeSure) {
  EXPECT_THAT(change_points(std::vector<double>{1, 1, 1, 9, 9, 9}, {.shortest = 3}), IsEmpty());
  std::vector<double> series(30, 1);
  shift(series, 20, 8);
  EXPECT_THAT(change_points(series, {.shortest = 3}), ElementsAre(20));
}

TEST(ChangePoints, OfTwoPerCentAreNamedWithinEightRuns) {
  int found = 0;
  constexpr int kHistories = 8;
  for (int seed = 0; seed < kHistories; ++seed) {
    std::vector<double> series = noise(60, 100 + seed);
    shift(series, 52, 0.02);
    const auto points = change_points(series, {});
    found += !points.empty() && points.back() >= 50 && points.back() <= 54;
  }
  EXPECT_GE(found, kHistories - 1);
}

// A history that grows to 1,000 runs, looked at after each of them, as CI does.
TEST(ChangePoints, ThousandRunsWithoutAnyGiveNoAlarm) {
  constexpr std::size_t kLooked = 200;
  const std::vector<double> series = noise(1'000, 7);
  for (std::size_t end = 10; end <= series.size(); ++end) {
    const std::size_t from = end > kLooked ? end - kLooked : 0;
    EXPECT_THAT(change_points(std::span(series).subspan(from, end - from), {}), IsEmpty()) << end;
  }
}

}  // namespace
}  // namespace throng::compare
