#pragma once

#include <chrono>

#include "loadgen/pacing/clock.hpp"

namespace throng::pacing {

/// When a thread that has slept is to be up for what is due: a little before, since a sleeper gets
/// up late, by some 40 µs on a virtual machine. It looks at the clock until the time has come, but
/// for no more than a part of the wait, so that idle time stays idle.
///
/// Owned by that thread.
class WakeUp {
 public:
  static constexpr std::chrono::microseconds kLead{60};
  static constexpr int kWaitsPerLead = 10;

  /// Said once for each due time and kept, however often it is asked.
  TimePoint time_for(TimePoint due, TimePoint now);

 private:
  TimePoint due_{};
  TimePoint time_{};
};

/// From now on the calling thread's sleeps end when they are to, where by default the kernel takes
/// 50 µs more to wake several threads at once. For the loop of a worker.
void sleep_precisely();

}  // namespace throng::pacing
