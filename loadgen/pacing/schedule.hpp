#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "loadgen/pacing/clock.hpp"
#include "loadgen/pacing/random.hpp"
#include "loadgen/pacing/rate_curve.hpp"

namespace throng::pacing {

enum class Spacing : std::uint8_t {
  kEven,       ///< one arrival each time the curve's integral grows by 1, the first at once
  kStaggered,  ///< the same from a random phase, so that users don't pulse together
  kPoisson,    ///< independent arrivals: what many people who don't know each other make
};

/// An open arrival schedule: when work is due, whatever became of the work before it. Immutable;
/// one is shared by all users and threads that follow it.
class Schedule {
 public:
  Schedule(RateCurve curve, Spacing spacing) : curve_(std::move(curve)), spacing_(spacing) {}

  const RateCurve& curve() const { return curve_; }
  Spacing spacing() const { return spacing_; }
  /// For reports, e.g. "Poisson, 2.5/s".
  std::string describe() const;

 private:
  RateCurve curve_;
  Spacing spacing_;
};

/// Where one user stands in a schedule. Owned by the user's thread.
///
/// Due times depend on the schedule, on `from` and on the draws only, never on replies: give it a
/// lane of Random that nothing else draws from. Varying Poisson rates are exact (inversion of the
/// curve's integral: Çınlar, "Introduction to Stochastic Processes", 1975, section 4.7).
class ScheduleCursor {
 public:
  /// Arrivals before `from`, counted from the run's start, are left out.
  /// Requires: the schedule outlives the cursor.
  explicit ScheduleCursor(const Schedule& schedule, Duration from = Duration::zero());

  /// The next due time, counted from the run's start; never before the one before it. nullopt when
  /// the rate has gone to 0 for good.
  std::optional<Duration> next(Random& random);

 private:
  double step(Random& random);

  const Schedule* schedule_;
  double arrivals_;  // the place on the curve's integral
  Duration due_;
  bool started_ = false;
};

}  // namespace throng::pacing
