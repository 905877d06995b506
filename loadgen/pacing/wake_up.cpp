#include "loadgen/pacing/wake_up.hpp"

#include <sys/prctl.h>

#include <algorithm>

namespace throng::pacing {

TimePoint WakeUp::time_for(TimePoint due, TimePoint now) {
  if (due != due_) {
    due_ = due;
    time_ = due - std::clamp<Duration>((due - now) / kWaitsPerLead, Duration::zero(), kLead);
  }
  return time_;
}

void sleep_precisely() {
  constexpr unsigned long kShortest_ns = 1;
  prctl(PR_SET_TIMERSLACK, kShortest_ns);
}

}  // namespace throng::pacing
