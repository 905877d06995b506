#include "loadgen/simulate/station.hpp"

#include <algorithm>
#include <functional>

namespace throng::simulate {

pacing::TimePoint Station::accept(pacing::TimePoint now, pacing::Duration service) {
  std::pop_heap(free_at_.begin(), free_at_.end(), std::greater<>());
  pacing::TimePoint& core = free_at_.back();
  const pacing::TimePoint begins = std::max(now, core);
  core = begins + service;
  const pacing::TimePoint done = core;
  std::push_heap(free_at_.begin(), free_at_.end(), std::greater<>());
  ++figures_.jobs;
  figures_.busy += service;
  figures_.waited += begins - now;
  return done;
}

pacing::Duration Station::worked(pacing::TimePoint now) const {
  pacing::Duration worked = figures_.busy;
  for (const pacing::TimePoint free : free_at_) {
    worked -=
        std::max(free - now, pacing::Duration::zero());  // it works without a pause until then
  }
  return worked;
}

}  // namespace throng::simulate
