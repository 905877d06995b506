#pragma once

#include <cstddef>

#include "loadgen/pacing/clock.hpp"
#include "loadgen/pacing/distribution.hpp"
#include "loadgen/pacing/random.hpp"

namespace throng::simulate {

/// The way between clients and a node, or between two nodes.
struct NetworkModel {
  pacing::Distribution latency;         ///< one way, in seconds
  double loss = 0;                      ///< of packets, 0 up to kMostLoss
  pacing::Duration retransmit_after{};  ///< of a lost packet; twice as long each time it is lost

  double bandwidth = 0;  ///< of each end, one way, in bytes a second; 0: no limit

  static constexpr double kMostLoss = 0.9;

  /// How long one packet takes, however often it has to be sent again.
  pacing::Duration delay(pacing::Random& random) const;
  /// How long an end takes to let so much out.
  pacing::Duration time_of(std::size_t bytes) const;
};

}  // namespace throng::simulate
