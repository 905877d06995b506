#pragma once

#include <chrono>
#include <cstdint>

namespace throng::pacing {

/// The one time line of a run, real or virtual: both have the same types, so that everything above
/// a clock can't tell which it runs on. Real time counts from the machine's boot, virtual time from
/// wherever the simulation starts.
struct RunClock {
  using rep = std::int64_t;
  using period = std::nano;
  using duration = std::chrono::duration<rep, period>;
  using time_point = std::chrono::time_point<RunClock>;
  static constexpr bool is_steady = true;
};

using Duration = RunClock::duration;
using TimePoint = RunClock::time_point;

/// Rounded to the nearest nanosecond; what doesn't fit becomes the longest (most negative)
/// duration. Requires: not a NaN.
Duration from_seconds(double seconds);

constexpr double to_seconds(Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

/// Where a worker reads the time: the real clock in a run, a virtual one in a simulation.
class Clock {
 public:
  virtual ~Clock() = default;

  /// Never goes back.
  virtual TimePoint now() const = 0;
};

/// CLOCK_MONOTONIC, so that all processes of one machine share its time line. Any thread.
class SteadyClock final : public Clock {
 public:
  TimePoint now() const override;
};

/// How far the machine's other clocks are ahead of the steady one. They differ by constants,
/// however the clocks are slewed: only a step of the wall clock changes `wall`, and only a
/// suspended machine changes `boot` (and `wall` by as much).
struct ClockOffsets {
  Duration wall{};
  Duration boot{};
};
/// To some microseconds, also on a machine that is busy.
ClockOffsets read_clock_offsets();

/// Stands still until it is told to move. Owned by the thread that simulates.
class VirtualClock final : public Clock {
 public:
  explicit VirtualClock(TimePoint start = TimePoint{}) : now_(start) {}

  TimePoint now() const override { return now_; }

  /// A time that has passed already is ignored: the clock never goes back.
  void advance_to(TimePoint time);

 private:
  TimePoint now_;
};

}  // namespace throng::pacing
