#pragma once

#include <optional>

#include "loadgen/pacing/clock.hpp"

namespace throng::pacing {

/// A question to somebody with another clock, and the answer: two readings of each clock.
struct ClockExchange {
  TimePoint asked;     ///< ours, before the question went out
  TimePoint received;  ///< theirs, when it had come
  TimePoint answered;  ///< theirs, before the answer went out
  TimePoint heard;     ///< ours, when that had come
};

/// How far another clock is ahead of ours: between these, both included.
struct OffsetBounds {
  Duration low{};
  Duration high{};

  Duration middle() const { return low + (high - low) / 2; }
  /// How far `offset` may be from the truth.
  Duration error_of(Duration offset) const;
};

/// What exchanges tell about the offset between two clocks, whatever the ways to and fro take: a
/// question comes after it was asked and an answer is heard after it was given, so each exchange
/// has the offset between two bounds (Marzullo and Owicki, 1983). Those of earlier ones still hold,
/// wider by what the clocks can have drifted since: the estimate is what all have in common. A
/// plain value.
class OffsetEstimate {
 public:
  /// The rates of two clocks differ by less. Quartzes are within 50 ppm of the truth each.
  static constexpr std::int64_t kDriftPpm = 100;

  /// Requires: in order of `heard`. An exchange that contradicts the earlier ones, since a clock
  /// ran faster or slower than that, takes their place.
  void add(const ClockExchange& exchange);

  bool known() const { return bounds_.has_value(); }
  /// At a time of ours, not before that of the last exchange. Requires: known.
  OffsetBounds at(TimePoint ours) const;

 private:
  std::optional<OffsetBounds> bounds_;
  TimePoint bounds_at_{};  ///< ours
};

}  // namespace throng::pacing
