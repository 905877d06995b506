#include "loadgen/pacing/clock.hpp"

#include <algorithm>
#include <cmath>

namespace throng::pacing {

Duration from_seconds(double seconds) {
  const double ns = std::round(seconds * 1e9);
  // 2^63 is the first double past the longest duration.
  constexpr double kLimit = 9223372036854775808.0;
  if (ns >= kLimit) return Duration::max();
  if (ns < -kLimit) return Duration::min();
  return Duration{static_cast<Duration::rep>(ns)};
}

TimePoint SteadyClock::now() const {
  return TimePoint{std::chrono::steady_clock::now().time_since_epoch()};
}

void VirtualClock::advance_to(TimePoint time) { now_ = std::max(now_, time); }

}  // namespace throng::pacing
