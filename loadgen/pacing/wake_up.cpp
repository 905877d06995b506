#include "loadgen/pacing/wake_up.hpp"

#include <algorithm>

namespace throng::pacing {

TimePoint WakeUp::time_for(TimePoint due, TimePoint now) {
  if (due != due_) {
    due_ = due;
    time_ = due - std::clamp<Duration>((due - now) / kWaitsPerLead, Duration::zero(), kLead);
  }
  return time_;
}

}  // namespace throng::pacing
