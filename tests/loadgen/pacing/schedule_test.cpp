#include "loadgen/pacing/schedule.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace throng::pacing {
namespace {

using namespace std::chrono_literals;

// All due times before `until` of one user.
std::vector<Duration> dues_of(const Schedule& schedule, std::uint64_t user, Duration until,
                              Duration from = 0s) {
  ScheduleCursor cursor{schedule, from};
  Random random{21, user};
  std::vector<Duration> dues;
  for (auto due = cursor.next(random); due && *due < until; due = cursor.next(random)) {
    dues.push_back(*due);
  }
  return dues;
}

struct Moments {
  double mean;
  double variance;
};

// Over users: how many arrivals fall into a window.
Moments counts_between(const Schedule& schedule, Duration low, Duration high, int users) {
  double sum = 0, squares = 0;
  for (int user = 0; user < users; ++user) {
    const auto dues = dues_of(schedule, static_cast<std::uint64_t>(user), high);
    const auto count =
        static_cast<double>(std::ranges::count_if(dues, [&](Duration due) { return due >= low; }));
    sum += count;
    squares += count * count;
  }
  const double mean = sum / users;
  return {mean, squares / users - mean * mean};
}

// In a Poisson process mean and variance of any window are the curve's integral over it.
void expect_poisson(const Schedule& schedule, Duration low, Duration high) {
  constexpr int kUsers = 4000;
  const double expected = schedule.curve().arrivals_by(high) - schedule.curve().arrivals_by(low);
  const auto [mean, variance] = counts_between(schedule, low, high, kUsers);
  EXPECT_NEAR(mean, expected, 5 * std::sqrt(expected / kUsers));
  EXPECT_NEAR(variance, expected, 5 * expected * std::sqrt((2 + 1 / expected) / kUsers));
}

TEST(Schedule, EvenKeepsTheBeat) {
  const Schedule schedule{RateCurve::constant(4), Spacing::kEven};
  EXPECT_EQ(dues_of(schedule, 1, 1s), (std::vector<Duration>{0ms, 250ms, 500ms, 750ms}));
  EXPECT_EQ(dues_of(schedule, 1, 1h).size(), 4u * 3600);
}

TEST(Schedule, EvenFollowsARamp) {
  const Schedule schedule{RateCurve::ramp(0, 10, 20s), Spacing::kEven};
  const auto dues = dues_of(schedule, 1, 20s);
  ASSERT_EQ(dues.size(), 100u);
  EXPECT_EQ(dues[1], 2s);
  EXPECT_EQ(dues[25], 10s);
}

TEST(Schedule, StaggeredUsersDontPulseTogether) {
  const Schedule schedule{RateCurve::constant(0.1), Spacing::kStaggered};
  std::vector<int> tenths(10);
  for (std::uint64_t user = 0; user < 10'000; ++user) {
    const auto dues = dues_of(schedule, user, 100s);
    ASSERT_EQ(dues.size(), 10u);
    EXPECT_NEAR(to_seconds(dues[9] - dues[0]), 90, 1e-6);
    ++tenths[static_cast<std::size_t>(dues[0] / 1s)];
  }
  for (const int count : tenths) EXPECT_NEAR(count, 1000, 5 * 30);
}

TEST(Schedule, PoissonGapsAreExponential) {
  const Schedule schedule{RateCurve::constant(50), Spacing::kPoisson};
  const auto dues = dues_of(schedule, 5, 2000s);
  const auto count = static_cast<double>(dues.size());
  EXPECT_NEAR(count, 100'000, 5 * std::sqrt(100'000));
  double squares = 0;
  for (std::size_t i = 1; i < dues.size(); ++i) {
    squares += std::pow(to_seconds(dues[i] - dues[i - 1]) * 50, 2);
  }
  EXPECT_NEAR(squares / count, 2, 5 * std::sqrt(20 / count));
}

TEST(Schedule, PoissonCountsVaryAsMuchAsTheirMean) {
  const Schedule schedule{RateCurve::constant(2), Spacing::kPoisson};
  expect_poisson(schedule, 0s, 10s);
  expect_poisson(schedule, 7s, 9s);
}

TEST(Schedule, PoissonRampIsExact) {
  const Schedule schedule{RateCurve::ramp(0, 4, 10s), Spacing::kPoisson};
  expect_poisson(schedule, 0s, 2s);
  expect_poisson(schedule, 2s, 10s);
  expect_poisson(schedule, 9s, 15s);
}

TEST(Schedule, PoissonDayIsExact) {
  const std::vector<double> shape{1, 0, 0, 4, 9, 6};
  const Schedule schedule{RateCurve::diurnal(40, shape, 120s), Spacing::kPoisson};
  expect_poisson(schedule, 0s, 120s);
  expect_poisson(schedule, 60s, 80s);
  expect_poisson(schedule, 100s, 150s);
  for (const Duration due : dues_of(schedule, 3, 1h)) {
    EXPECT_FALSE(due % 120s >= 20s && due % 120s < 40s) << "an arrival at night";
  }
}

TEST(Schedule, EndsWithItsRate) {
  for (const auto spacing : {Spacing::kEven, Spacing::kStaggered, Spacing::kPoisson}) {
    const Schedule schedule{RateCurve::ramp(10, 0, 20s), spacing};
    ScheduleCursor cursor{schedule};
    Random random{1, 1};
    int count = 0;
    while (cursor.next(random)) ++count;
    EXPECT_NEAR(count, 100, 50);
    EXPECT_FALSE(cursor.next(random).has_value());
  }
}

TEST(ScheduleCursor, LeavesOutWhatIsBeforeItsBeginning) {
  const Schedule even{RateCurve::constant(1), Spacing::kEven};
  EXPECT_EQ(dues_of(even, 1, 102s, 99500ms), (std::vector<Duration>{99500ms, 100500ms, 101500ms}));
  const Schedule poisson{RateCurve::ramp(0, 2, 100s), Spacing::kPoisson};
  double count = 0;
  for (std::uint64_t user = 0; user < 2000; ++user) {
    const auto dues = dues_of(poisson, user, 60s, 50s);
    for (const Duration due : dues) ASSERT_GE(due, 50s);
    count += static_cast<double>(dues.size());
  }
  EXPECT_NEAR(count / 2000, 11, 5 * std::sqrt(11.0 / 2000));
}

TEST(ScheduleCursor, NeverGoesBack) {
  const std::vector<double> shape{0, 1e7, 0, 3e7, 1e7};
  const Schedule schedule{RateCurve::diurnal(5e6, shape, 1s), Spacing::kPoisson};
  ScheduleCursor cursor{schedule, 1000h};
  Random random{1, 1};
  Duration last = 1000h;
  for (int i = 0; i < 1'000'000; ++i) {
    const auto due = cursor.next(random);
    ASSERT_TRUE(due && *due >= last);
    last = *due;
  }
}

// The curve's inverse is exact to a rounding; months into a run that is a few nanoseconds.
TEST(ScheduleCursor, RoundingPutsNothingBeforeTheBeginning) {
  const Schedule schedule{RateCurve::diurnal(1000, std::vector<double>{1, 3, 2}, 7s),
                          Spacing::kEven};
  Random random{1, 1};
  for (int i = 1; i <= 1000; ++i) {
    const Duration from = i * 12'345'678'901'237ns;
    const auto due = ScheduleCursor{schedule, from}.next(random);
    ASSERT_TRUE(due.has_value());
    EXPECT_GE(*due, from);
    EXPECT_LT(*due, from + 100ns);
  }
}

TEST(ScheduleCursor, TheSameDrawsGiveTheSameTimes) {
  const Schedule schedule{RateCurve::constant(5), Spacing::kPoisson};
  EXPECT_EQ(dues_of(schedule, 8, 100s), dues_of(schedule, 8, 100s));
  EXPECT_NE(dues_of(schedule, 8, 100s), dues_of(schedule, 9, 100s));
}

TEST(Schedule, DescribesItself) {
  EXPECT_EQ((Schedule{RateCurve::constant(2.5), Spacing::kPoisson}.describe()), "Poisson, 2.5/s");
  EXPECT_EQ((Schedule{RateCurve::constant(1), Spacing::kEven}.describe()), "even, 1/s");
  EXPECT_EQ((Schedule{RateCurve::constant(1), Spacing::kStaggered}.describe()), "staggered, 1/s");
}

}  // namespace
}  // namespace throng::pacing
