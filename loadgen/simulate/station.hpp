#pragma once

#include <cstdint>
#include <vector>

#include "loadgen/pacing/clock.hpp"

namespace throng::simulate {

/// Cores (or whatever serves one thing at a time) with one queue before them: who comes first is
/// served first, by the core that is free first. Nobody is served in part or leaves unserved, so
/// when a job ends is known as soon as it comes, and the queue itself needs no memory. Whoever owns
/// the jobs limits how many may wait.
class Station {
 public:
  /// What the station has done so far, of jobs taken.
  struct Figures {
    std::uint64_t jobs = 0;
    pacing::Duration busy{};    ///< service times added up, whether served yet or not
    pacing::Duration waited{};  ///< before they were served, added up
  };

  /// Requires: at least one core.
  explicit Station(unsigned cores) : free_at_(cores) {}

  /// Takes a job that comes at `now` and gives the time at which it is done.
  /// Requires: `now` isn't before that of an earlier call.
  pacing::TimePoint accept(pacing::TimePoint now, pacing::Duration service);

  const Figures& figures() const { return figures_; }
  /// How long cores have worked until `now`, added up: without what lies ahead of jobs taken.
  /// Requires: `now` isn't before that of accept().
  pacing::Duration worked(pacing::TimePoint now) const;

 private:
  std::vector<pacing::TimePoint> free_at_;  ///< of each core; a heap, the earliest first
  Figures figures_;
};

}  // namespace throng::simulate
