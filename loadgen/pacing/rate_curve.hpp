#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "loadgen/pacing/clock.hpp"

namespace throng::pacing {

/// How many arrivals per second are expected at each moment since the run's start: straight lines
/// between points, then the last rate for ever, or all over again. A value: immutable, any thread.
///
/// Its integral and the inverse of that are exact (a quadratic a piece), which is what makes
/// schedules of a varying rate exact: no stepping, no thinning.
///
/// Errors: the factories throw std::invalid_argument saying what was expected. They are called
/// while a scenario loads, before any loop runs.
class RateCurve {
 public:
  struct Point {
    Duration at;
    double per_s;
  };

  static RateCurve constant(double per_s);
  /// Rises (or falls) steadily over that time, then stays.
  static RateCurve ramp(double from_per_s, double to_per_s, Duration over);
  /// Straight lines through the points, then the last one's rate for ever; 0 there ends the
  /// arrivals. Two points at one time are a step. Requires: the first is at 0, times don't fall,
  /// rates are at least 0 and not all 0.
  static RateCurve through(std::span<const Point> points);

  /// A day that repeats. `shape` is the day's curve, points at equal distances (24 of them: one an
  /// hour), the last joined to the first; only the proportions between them count, since the curve
  /// is scaled so that a day has exactly `arrivals_per_day`. A `day` of 120 s plays the same day,
  /// with the same number of arrivals, 720 times as fast.
  /// Requires: arrivals and day above 0, shape at least 0 and not all 0.
  static RateCurve diurnal(double arrivals_per_day, std::span<const double> shape,
                           Duration day = std::chrono::hours{24});

  /// The same curve at a multiple of the rate: a share of a total. Requires: factor > 0.
  RateCurve scaled(double factor) const;

  /// Requires for these two: since_start >= 0.
  double rate_at(Duration since_start) const;
  double arrivals_by(Duration since_start) const;

  /// When so many arrivals are expected to have happened: the inverse of arrivals_by, and never
  /// falling as `arrivals` grow. nullopt when it never comes to that, or not within 292 years.
  /// Requires: arrivals >= 0. Cost: logarithmic in the number of points.
  std::optional<Duration> time_of(double arrivals) const;

  double peak_per_s() const;
  /// For reports, e.g. "0/s at 0 s, 50/s at 10 s, then held".
  std::string describe() const;

 private:
  struct Knot {
    double at_s;
    double per_s;
    double arrivals;  // before at_s
  };

  RateCurve(std::vector<Knot> knots, bool repeats);

  // An amount of time or of arrivals: the full periods in it, and how far into the next one it is.
  struct Position {
    double periods;
    double rest;
  };

  Position in_period(double amount, double amount_per_period) const;
  // These see one period only.
  std::size_t knot_before(double at_s) const;
  double slope_after(std::size_t knot) const;
  double seconds_of(double arrivals) const;

  std::vector<Knot> knots_;  // never empty; the first is at 0
  bool repeats_;             // then the last knot is the first one of the next period
};

}  // namespace throng::pacing
