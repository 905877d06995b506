#pragma once

#include <atomic>
#include <cstdint>

#include "loadgen/pacing/clock.hpp"
#include "loadgen/pacing/offset_estimate.hpp"

namespace throng::pacing {

/// Another machine's clock as it is read on this one: our own and an offset, which changes while
/// better ones are found. The clock doesn't jump to a new offset but runs faster or slower until it
/// is there, so that it never goes back.
///
/// now() and offset() from any thread, also while another steers.
class SharedClock final : public Clock {
 public:
  /// On its way to another offset, the clock gains or loses a nanosecond in so many: 500 ppm.
  static constexpr std::int64_t kSlew = 2'000;

  /// Requires: `own` outlives it, and may be read by all threads that read this.
  SharedClock(const Clock& own, Duration offset);

  TimePoint now() const override;
  /// By which it is ahead of our own now.
  Duration offset() const;

  /// From now on the clock is on its way to `offset`. One thread.
  void steer(Duration offset);

 private:
  struct Reading {
    TimePoint own;
    Duration offset;
  };
  Reading read() const;

  // Constant after construction
  const Clock& own_;

  // Any thread: odd while the others change. A seqlock whose members are atomic, each load an
  // acquire and each store a release, so that it needs no fence.
  std::atomic<std::uint64_t> version_{0};
  std::atomic<std::int64_t> from_{0};  ///< our time, at which the offset was start_
  std::atomic<std::int64_t> start_{0};
  std::atomic<std::int64_t> gap_{0};  ///< between start_ and where it goes
};

/// Keeps a SharedClock near the truth by exchanges with the machine whose clock it is, and knows
/// how far from it the clock may have been. Owned by one thread, but for the clock.
class ClockFollower {
 public:
  /// Sets the clock to the middle of an estimate, which should be a good one: the way to a better
  /// one is slow. Requires: it is known; `own` outlives this.
  ClockFollower(const Clock& own, const OffsetEstimate& estimate);

  const SharedClock& clock() const { return clock_; }

  void add(const ClockExchange& exchange);
  /// How far the clock may be from the truth now.
  Duration error() const;
  /// The most that error() was since reset_worst().
  Duration worst_error() const { return worst_; }
  void reset_worst() { worst_ = error(); }

 private:
  const Clock& own_;
  OffsetEstimate estimate_;
  SharedClock clock_;
  Duration worst_{};
};

}  // namespace throng::pacing
