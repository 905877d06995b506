#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "loadgen/search/posterior.hpp"
#include "loadgen/search/probe.hpp"

namespace throng::search {

/// A load, and where it lies with 95 % confidence.
struct Interval {
  double at = 0;
  double low = 0;
  double high = 0;

  /// Half of it, over the load: 0.02 for 98 to 102.
  double half_width() const { return (high - low) / 2 / at; }
};

/// Where one condition breaks, as far as the probes say.
struct Knee {
  /// Most likely below the lightest load, among the loads that were played, or above all of them.
  enum class Where { kBelow, kWithin, kAbove };
  Where where = Where::kAbove;
  Interval interval;
  double middle_half = 0;  ///< the length, in log load, of what has half of the probability
  double slope = 1;        ///< of log excess over log load
  bool graded = false;     ///< some probes say how much it was, not only whether it held
  std::size_t near = 0;    ///< probes that lie beside it

  bool found() const { return where == Where::kWithin; }
};

/// Of the probes that look for knees; what comes behind an overload says nothing of them.
/// Requires: each outcome has a reading of the condition, if an empty one.
Knee find_knee(const Plan& plan, std::span<const Outcome> outcomes, std::size_t condition);

/// How many times as high as at the beginning the knee is at the end; nullopt unless the probes can
/// hardly be explained by one that stays.
std::optional<double> find_drift(const Plan& plan, std::span<const Outcome> outcomes,
                                 std::size_t condition);

}  // namespace throng::search
