#include "loadgen/pacing/clock.hpp"

#include <time.h>

#include <algorithm>
#include <cmath>

namespace throng::pacing {
namespace {

/// Between two readings of the steady clock the thread may lose its core: the pair that lies
/// closest together tells.
constexpr int kReadings = 16;

Duration since_epoch(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

Duration ahead_of_steady(clockid_t clock) {
  Duration closest = Duration::max();
  Duration ahead{};
  for (int i = 0; i < kReadings; ++i) {
    const Duration before = since_epoch(CLOCK_MONOTONIC);
    const Duration other = since_epoch(clock);
    const Duration apart = since_epoch(CLOCK_MONOTONIC) - before;
    if (apart >= closest) continue;
    closest = apart;
    ahead = other - before - apart / 2;
  }
  return ahead;
}

}  // namespace

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

ClockOffsets read_clock_offsets() {
  return {ahead_of_steady(CLOCK_REALTIME), ahead_of_steady(CLOCK_BOOTTIME)};
}

void VirtualClock::advance_to(TimePoint time) { now_ = std::max(now_, time); }

}  // namespace throng::pacing
