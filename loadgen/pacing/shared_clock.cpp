#include "loadgen/pacing/shared_clock.hpp"

#include <algorithm>

namespace throng::pacing {
SharedClock::SharedClock(const Clock& own, Duration offset) : own_(own), start_(offset.count()) {}

SharedClock::Reading SharedClock::read() const {
  while (true) {
    const std::uint64_t version = version_.load(std::memory_order_acquire);
    const std::int64_t from = from_.load(std::memory_order_acquire);
    const std::int64_t start = start_.load(std::memory_order_acquire);
    const std::int64_t gap = gap_.load(std::memory_order_acquire);
    // Between the two looks at the version: else it could be a time at which the way there had
    // changed already.
    const TimePoint own = own_.now();
    if (version % 2 != 0 || version_.load(std::memory_order_relaxed) != version) continue;
    const std::int64_t most = (own.time_since_epoch().count() - from) / kSlew;
    return {own, Duration{start + std::clamp(gap, -most, most)}};
  }
}

TimePoint SharedClock::now() const {
  const auto [own, offset] = read();
  return own + offset;
}

Duration SharedClock::offset() const { return read().offset; }

void SharedClock::steer(Duration offset) {
  const std::uint64_t version = version_.fetch_add(1) + 1;
  const std::int64_t now = own_.now().time_since_epoch().count();
  const std::int64_t most = (now - from_) / kSlew;
  const std::int64_t start = start_ + std::clamp<std::int64_t>(gap_, -most, most);
  from_.store(now, std::memory_order_release);
  start_.store(start, std::memory_order_release);
  gap_.store(offset.count() - start, std::memory_order_release);
  version_.store(version + 1, std::memory_order_release);
}

ClockFollower::ClockFollower(const Clock& own, const OffsetEstimate& estimate)
    : own_(own), estimate_(estimate), clock_(own, estimate.at(own.now()).middle()) {}

// The bounds are widest just before an exchange, and the clock is where the last one led it.
void ClockFollower::add(const ClockExchange& exchange) {
  worst_ = std::max(worst_, error());
  estimate_.add(exchange);
  worst_ = std::max(worst_, error());
  clock_.steer(estimate_.at(own_.now()).middle());
}

Duration ClockFollower::error() const { return estimate_.at(own_.now()).error_of(clock_.offset()); }

}  // namespace throng::pacing
