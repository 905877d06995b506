#include "loadgen/pacing/rate_curve.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <stdexcept>

#include "loadgen/pacing/quantity.hpp"

namespace throng::pacing {
namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();

void require(bool holds, const char* expected) {
  if (!holds) throw std::invalid_argument(expected);
}

bool is_rate(double per_s) { return std::isfinite(per_s) && per_s >= 0; }

}  // namespace

RateCurve::RateCurve(std::vector<Knot> knots, bool repeats)
    : knots_(std::move(knots)), repeats_(repeats) {
  double arrivals = 0;
  for (std::size_t i = 0; i < knots_.size(); ++i) {
    if (i > 0) {
      const auto& [at_s, per_s, ignored] = knots_[i - 1];
      arrivals += (knots_[i].at_s - at_s) * (per_s + knots_[i].per_s) / 2;
    }
    knots_[i].arrivals = arrivals;
  }
}

RateCurve RateCurve::constant(double per_s) {
  const Point point{Duration::zero(), per_s};
  return through({&point, 1});
}

RateCurve RateCurve::ramp(double from_per_s, double to_per_s, Duration over) {
  require(over > Duration::zero(),
          "ramp: expected a time above 0 to go from one rate to the other");
  const Point points[] = {{Duration::zero(), from_per_s}, {over, to_per_s}};
  return through(points);
}

RateCurve RateCurve::through(std::span<const Point> points) {
  require(!points.empty() && points.front().at == Duration::zero(),
          "rate: expected a first point at 0 s");
  require(std::ranges::is_sorted(points, {}, &Point::at), "rate: expected points in order of time");
  require(std::ranges::all_of(points, is_rate, &Point::per_s),
          "rate: expected rates of at least 0 per second");
  require(std::ranges::any_of(points, [](const Point& point) { return point.per_s > 0; }),
          "rate: expected a rate above 0 per second");
  std::vector<Knot> knots;
  for (const auto& [at, per_s] : points) knots.push_back({to_seconds(at), per_s, 0});
  return RateCurve{std::move(knots), false};
}

RateCurve RateCurve::diurnal(double arrivals_per_day, std::span<const double> shape, Duration day) {
  require(std::isfinite(arrivals_per_day) && arrivals_per_day > 0,
          "diurnal: expected a number of arrivals a day above 0");
  require(day > Duration::zero(), "diurnal: expected a day longer than 0 s");
  require(std::ranges::all_of(shape, is_rate),
          "diurnal: expected a shape of at least 0 everywhere");
  require(std::ranges::any_of(shape, [](double level) { return level > 0; }),
          "diurnal: expected a shape above 0 somewhere");
  const auto count = static_cast<double>(shape.size());
  std::vector<Knot> knots;
  for (std::size_t i = 0; i <= shape.size(); ++i) {
    knots.push_back({to_seconds(day) * static_cast<double>(i) / count, shape[i % shape.size()], 0});
  }
  const RateCurve unscaled{std::move(knots), true};
  return unscaled.scaled(arrivals_per_day / unscaled.knots_.back().arrivals);
}

RateCurve RateCurve::scaled(double factor) const {
  require(std::isfinite(factor) && factor > 0, "rate: expected a factor above 0");
  auto knots = knots_;
  for (auto& knot : knots) knot.per_s *= factor;
  return RateCurve{std::move(knots), repeats_};
}

std::size_t RateCurve::knot_before(double at_s) const {
  const auto after = std::ranges::upper_bound(knots_, at_s, {}, &Knot::at_s);
  return static_cast<std::size_t>(std::distance(knots_.begin(), after)) - 1;
}

RateCurve::Position RateCurve::in_period(double amount, double amount_per_period) const {
  if (!repeats_) return {0, amount};
  const double periods = std::floor(amount / amount_per_period);
  return {periods, std::clamp(amount - periods * amount_per_period, 0.0, amount_per_period)};
}

double RateCurve::slope_after(std::size_t knot) const {
  if (knot + 1 == knots_.size()) return 0;
  const auto &from = knots_[knot], &to = knots_[knot + 1];
  return to.at_s > from.at_s ? (to.per_s - from.per_s) / (to.at_s - from.at_s) : 0;
}

double RateCurve::rate_at(Duration since_start) const {
  const double at_s = in_period(to_seconds(since_start), knots_.back().at_s).rest;
  const auto knot = knot_before(at_s);
  return knots_[knot].per_s + slope_after(knot) * (at_s - knots_[knot].at_s);
}

double RateCurve::arrivals_by(Duration since_start) const {
  const auto [periods, at_s] = in_period(to_seconds(since_start), knots_.back().at_s);
  const auto knot = knot_before(at_s);
  const double past_s = at_s - knots_[knot].at_s;
  return periods * knots_.back().arrivals + knots_[knot].arrivals +
         past_s * (knots_[knot].per_s + slope_after(knot) * past_s / 2);
}

std::optional<Duration> RateCurve::time_of(double arrivals) const {
  const auto [periods, rest] = in_period(arrivals, knots_.back().arrivals);
  const Duration at = from_seconds(periods * knots_.back().at_s + seconds_of(rest));
  return at < Duration::max() ? std::optional{at} : std::nullopt;
}

double RateCurve::seconds_of(double arrivals) const {
  // Where the rate is 0 for a while, the knot after it: arrivals don't fall into the gap.
  const auto after = std::ranges::upper_bound(knots_, arrivals, {}, &Knot::arrivals);
  const auto knot = static_cast<std::size_t>(std::distance(knots_.begin(), after)) - 1;
  const auto& from = knots_[knot];
  const double missing = arrivals - from.arrivals;
  if (knot + 1 == knots_.size()) {
    if (repeats_) return from.at_s;
    return from.per_s > 0 ? from.at_s + missing / from.per_s : kNever;
  }
  if (missing <= 0) return from.at_s;
  // The root of slope/2 x^2 + rate x = missing that stays exact as the slope goes to 0.
  const double square = from.per_s * from.per_s + 2 * slope_after(knot) * missing;
  const double past_s = 2 * missing / (from.per_s + std::sqrt(std::max(square, 0.0)));
  return std::min(from.at_s + past_s, knots_[knot + 1].at_s);
}

double RateCurve::peak_per_s() const { return std::ranges::max(knots_, {}, &Knot::per_s).per_s; }

std::string RateCurve::describe() const {
  if (repeats_) {
    const double mean_per_s = knots_.back().arrivals / knots_.back().at_s;
    return fmt::format("{} in {}, again and again, peak {:.3g} times the mean",
                       format_count(knots_.back().arrivals),
                       format_duration(from_seconds(knots_.back().at_s)),
                       peak_per_s() / mean_per_s);
  }
  if (knots_.size() == 1) return format_count(knots_.front().per_s) + "/s";
  std::string text;
  for (const auto& knot : knots_) {
    text += fmt::format("{}/s at {}, ", format_count(knot.per_s),
                        format_duration(from_seconds(knot.at_s)));
  }
  return text + "then held";
}

}  // namespace throng::pacing
