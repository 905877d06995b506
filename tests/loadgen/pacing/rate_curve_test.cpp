#include "loadgen/pacing/rate_curve.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <stdexcept>
#include <vector>

namespace throng::pacing {
namespace {

using namespace std::chrono_literals;

// An hour's worth of arrivals for each hour of a day, quiet at night.
const std::vector<double> kDay{2,  1, 0, 0, 0, 1,  3,  6,  8,  9,  9, 10,
                               11, 9, 9, 9, 9, 10, 12, 14, 15, 12, 8, 4};

// The integral of the rate by the trapezium rule: what arrivals_by gives in closed form.
double integrate(const RateCurve& curve, Duration until, int steps) {
  const double step_s = to_seconds(until) / steps;
  double sum = 0;
  for (int i = 0; i < steps; ++i) {
    sum +=
        (curve.rate_at(from_seconds(i * step_s)) + curve.rate_at(from_seconds((i + 1) * step_s))) /
        2 * step_s;
  }
  return sum;
}

// time_of undoes arrivals_by wherever the rate isn't 0, and doesn't fall.
void expect_inverse(const RateCurve& curve, double most_arrivals) {
  Duration last{0};
  for (int i = 0; i <= 1000; ++i) {
    const double arrivals = most_arrivals * i / 1000;
    const auto at = curve.time_of(arrivals);
    ASSERT_TRUE(at.has_value()) << arrivals;
    EXPECT_GE(*at, last);
    EXPECT_NEAR(curve.arrivals_by(*at), arrivals, 1e-6 * (1 + arrivals));
    last = *at;
  }
}

TEST(RateCurve, ConstantNeverEnds) {
  const auto curve = RateCurve::constant(4);
  EXPECT_DOUBLE_EQ(curve.arrivals_by(10s), 40);
  EXPECT_DOUBLE_EQ(curve.rate_at(24h), 4);
  EXPECT_EQ(curve.time_of(0), 0s);
  EXPECT_EQ(curve.time_of(1), 250ms);
  EXPECT_EQ(curve.time_of(4 * 86400), 24h);
}

TEST(RateCurve, RampRisesAndStays) {
  const auto curve = RateCurve::ramp(10, 30, 20s);
  EXPECT_DOUBLE_EQ(curve.rate_at(5s), 15);
  EXPECT_DOUBLE_EQ(curve.rate_at(60s), 30);
  EXPECT_DOUBLE_EQ(curve.arrivals_by(20s), 400);
  EXPECT_DOUBLE_EQ(curve.arrivals_by(30s), 700);
  EXPECT_EQ(curve.time_of(700), 30s);
  expect_inverse(curve, 1000);
}

TEST(RateCurve, RampFromNothingBeginsAtOnce) {
  const auto curve = RateCurve::ramp(0, 10, 20s);
  EXPECT_EQ(curve.time_of(0), 0s);
  EXPECT_EQ(curve.time_of(1), 2s);  // t^2 / 4 = 1
  expect_inverse(curve, 300);
}

TEST(RateCurve, RampToNothingEnds) {
  const auto curve = RateCurve::ramp(10, 0, 20s);
  EXPECT_DOUBLE_EQ(curve.arrivals_by(1h), 100);
  expect_inverse(curve, 99.99);
  EXPECT_FALSE(curve.time_of(100.001).has_value());
}

TEST(RateCurve, StepsAtTwoPointsOfOneTime) {
  const std::vector<RateCurve::Point> points{{0s, 2}, {10s, 2}, {10s, 8}, {20s, 8}};
  const auto curve = RateCurve::through(points);
  EXPECT_DOUBLE_EQ(curve.arrivals_by(10s), 20);
  EXPECT_DOUBLE_EQ(curve.arrivals_by(20s), 100);
  EXPECT_DOUBLE_EQ(curve.rate_at(9999ms), 2);
  EXPECT_DOUBLE_EQ(curve.rate_at(10s), 8);
  expect_inverse(curve, 200);
}

TEST(RateCurve, NothingArrivesInAGap) {
  const std::vector<RateCurve::Point> points{{0s, 1}, {10s, 1}, {10s, 0}, {20s, 0}, {20s, 1}};
  const auto curve = RateCurve::through(points);
  EXPECT_EQ(curve.time_of(9), 9s);
  EXPECT_EQ(curve.time_of(10), 20s);
  EXPECT_EQ(curve.time_of(11), 21s);
}

TEST(RateCurve, WaitsForTheFirstRate) {
  const std::vector<RateCurve::Point> points{{0s, 0}, {5s, 0}, {5s, 1}};
  EXPECT_EQ(RateCurve::through(points).time_of(0), 5s);
}

TEST(RateCurve, ClosedFormAgreesWithTheSum) {
  const std::vector<RateCurve::Point> points{{0s, 3}, {7s, 11}, {19s, 1}, {40s, 6}};
  const auto curve = RateCurve::through(points);
  EXPECT_NEAR(curve.arrivals_by(60s), integrate(curve, 60s, 60'000), 1e-3);
}

TEST(RateCurve, ADayHasItsArrivals) {
  const auto curve = RateCurve::diurnal(40, kDay);
  EXPECT_NEAR(curve.arrivals_by(24h), 40, 1e-9);
  EXPECT_NEAR(curve.arrivals_by(7 * 24h), 280, 1e-9);
  EXPECT_NEAR(curve.arrivals_by(30h), integrate(curve, 30h, 30'000), 1e-4);
  expect_inverse(curve, 100);
}

TEST(RateCurve, ACompressedDayHasTheSameArrivals) {
  const auto real = RateCurve::diurnal(40, kDay);
  const auto compressed = RateCurve::diurnal(40, kDay, 120s);
  for (int hour = 0; hour <= 48; ++hour) {
    EXPECT_NEAR(compressed.arrivals_by(hour * 5s), real.arrivals_by(hour * 1h), 1e-9);
    EXPECT_NEAR(compressed.rate_at(hour * 5s), 720 * real.rate_at(hour * 1h), 1e-9);
  }
  expect_inverse(compressed, 100);
}

TEST(RateCurve, ADayKeepsItsShape) {
  const auto curve = RateCurve::diurnal(1000, kDay);
  EXPECT_NEAR(curve.rate_at(20h) / curve.rate_at(0h), 15.0 / 2, 1e-9);
  EXPECT_NEAR(curve.rate_at(19h + 30min) / curve.rate_at(20h), 14.5 / 15, 1e-9);
  EXPECT_NEAR(curve.rate_at(23h + 30min) / curve.rate_at(0h), 3.0 / 2, 1e-9);
  EXPECT_DOUBLE_EQ(curve.peak_per_s(), curve.rate_at(20h));
}

TEST(RateCurve, AFlatDayIsAConstant) {
  const auto curve = RateCurve::diurnal(86'400, std::vector<double>{1});
  EXPECT_DOUBLE_EQ(curve.rate_at(5h), 1);
  EXPECT_EQ(curve.time_of(100'000), 100'000s);
}

TEST(RateCurve, ScalesToAShare) {
  const auto share = RateCurve::diurnal(40, kDay).scaled(0.25);
  EXPECT_NEAR(share.arrivals_by(24h), 10, 1e-9);
  EXPECT_DOUBLE_EQ(RateCurve::ramp(0, 8, 10s).scaled(0.5).peak_per_s(), 4);
}

TEST(RateCurve, GivesUpOnWhatIsTooFarAway) {
  EXPECT_FALSE(RateCurve::constant(1e-12).time_of(1).has_value());
  EXPECT_FALSE(RateCurve::diurnal(1, kDay).time_of(1e9).has_value());
}

TEST(RateCurve, DescribesItself) {
  EXPECT_EQ(RateCurve::constant(2.5).describe(), "2.5/s");
  EXPECT_EQ(RateCurve::ramp(0, 50, 10s).describe(), "0/s at 0 s, 50/s at 10 s, then held");
  EXPECT_EQ(RateCurve::diurnal(40, std::vector<double>{0, 1}, 120s).describe(),
            "40 in 2m 0s, again and again, peak 2 times the mean");
}

TEST(RateCurve, RefusesWhatIsNoRate) {
  const auto through = [](std::vector<RateCurve::Point> points) { RateCurve::through(points); };
  const auto diurnal = [](double arrivals, std::vector<double> shape, Duration day) {
    RateCurve::diurnal(arrivals, shape, day);
  };
  const std::vector<std::function<void()>> wrong{
      [] { RateCurve::constant(0); },
      [] { RateCurve::constant(-1); },
      [] { RateCurve::constant(std::numeric_limits<double>::infinity()); },
      [] { RateCurve::constant(std::nan("")); },
      [] { RateCurve::ramp(1, 2, 0s); },
      [] { RateCurve::ramp(0, 0, 1s); },
      [] { RateCurve::constant(1).scaled(0); },
      [&] { through({}); },
      [&] {
        through({{1s, 1}});
      },
      [&] {
        through({{0s, 1}, {2s, 1}, {1s, 1}});
      },
      [&] { diurnal(0, {1}, 1h); },
      [&] { diurnal(1, {}, 1h); },
      [&] {
        diurnal(1, {0, 0}, 1h);
      },
      [&] {
        diurnal(1, {1, -1}, 1h);
      },
      [&] { diurnal(1, {1}, 0s); },
  };
  for (std::size_t i = 0; i < wrong.size(); ++i) {
    EXPECT_THROW(wrong[i](), std::invalid_argument) << "case " << i;
  }
}

}  // namespace
}  // namespace throng::pacing
