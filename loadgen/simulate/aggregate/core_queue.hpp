#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>

#include "loadgen/pacing/clock.hpp"

namespace throng::simulate {

/// One core and the letters before it, first come, first served: when a letter is done is known as
/// soon as it comes. What is kept of letters is when they are done, to know how many wait.
class CoreQueue {
 public:
  struct Figures {
    std::uint64_t letters = 0;
    pacing::Duration busy{};    ///< service times added up
    pacing::Duration waited{};  ///< before they were served, added up
    std::uint64_t most_waiting = 0;
  };

  /// Takes a letter and gives the time at which it is done.
  /// Requires: `now` isn't before that of an earlier call.
  pacing::TimePoint accept(pacing::TimePoint now, pacing::Duration service) {
    const pacing::TimePoint begins = std::max(now, free_at_);
    free_at_ = begins + service;
    ++figures_.letters;
    figures_.busy += service;
    figures_.waited += begins - now;
    if (free_at_ > now) done_.push_back(free_at_);
    figures_.most_waiting = std::max<std::uint64_t>(figures_.most_waiting, waiting(now));
    return free_at_;
  }

  /// Letters that aren't done, the one that is being served included.
  std::size_t waiting(pacing::TimePoint now) {
    while (!done_.empty() && done_.front() <= now) done_.pop_front();
    return done_.size();
  }
  /// Without what lies ahead of letters taken. Requires: `now` isn't before that of accept().
  Figures figures(pacing::TimePoint now) const {
    Figures so_far = figures_;
    so_far.busy -= ahead(now);
    return so_far;
  }
  /// From now on they are counted anew. Requires: the same.
  void forget_figures(pacing::TimePoint now) { figures_ = {.busy = ahead(now)}; }

 private:
  pacing::Duration ahead(pacing::TimePoint now) const {
    return std::max(free_at_ - now, pacing::Duration::zero());
  }

  pacing::TimePoint free_at_{};
  std::deque<pacing::TimePoint> done_;
  Figures figures_;
};

}  // namespace throng::simulate
