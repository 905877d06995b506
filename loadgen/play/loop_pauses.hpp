#pragma once

#include "loadgen/measure/histogram.hpp"
#include "loadgen/pacing/clock.hpp"

namespace throng::play {

/// What kept a worker's loop from its sockets and timers in the measured time. A plain value.
struct LoopPauses {
  /// How long something that came at a moment of the run had to wait for the end of the loop's
  /// turn, by moments and not by turns, be the short ones many or few. A turn of 3 ms kept one
  /// millisecond waiting for 3 ms, one for 2 ms and one for 1 ms; while the loop has nothing to do,
  /// nothing waits.
  measure::Histogram turns;
  measure::Histogram collections;  ///< of the scripts' garbage, a step each

  void record_turn(pacing::Duration took, pacing::Duration waited);
  void merge(const LoopPauses& other);
};

}  // namespace throng::play
