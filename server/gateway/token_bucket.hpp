#pragma once

#include <algorithm>
#include <chrono>

namespace throng::gateway {

/// How often something may be done: so many a second, and so many at once after a pause.
struct Rate {
  std::chrono::nanoseconds interval{0};  ///< between two; 0: as often as one likes
  std::chrono::nanoseconds ahead{0};     ///< as many intervals as may be done at once

  static constexpr Rate of(double per_second, double burst) {
    if (per_second <= 0) return {};
    const std::chrono::duration<double> interval(1 / per_second);
    return {.interval = std::chrono::duration_cast<std::chrono::nanoseconds>(interval),
            .ahead = std::chrono::duration_cast<std::chrono::nanoseconds>(interval * burst)};
  }
  friend bool operator==(const Rate&, const Rate&) = default;
};

/// A token bucket kept as one point in time: when it will be full again (the generic cell rate
/// algorithm of ITU-T I.371). It begins full.
class TokenBucket {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// Takes a token. Zero: there was one; else how long until there is one.
  std::chrono::nanoseconds take(const Rate& rate, Time now) {
    if (rate.interval.count() == 0) return {};
    const Time full = std::max(full_at_, now) + rate.interval;
    const auto wait = full - now - std::max(rate.ahead, rate.interval);
    if (wait.count() > 0) return wait;
    full_at_ = full;
    return {};
  }
  bool is_full(Time now) const { return full_at_ <= now; }

 private:
  Time full_at_{};
};

/// For a client that is told: in milliseconds, at least one.
inline std::uint32_t retry_ms(std::chrono::nanoseconds wait) {
  return static_cast<std::uint32_t>(std::chrono::ceil<std::chrono::milliseconds>(wait).count());
}

}  // namespace throng::gateway
