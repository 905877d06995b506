#pragma once

#include "loadgen/pacing/clock.hpp"
#include "loadgen/pacing/distribution.hpp"
#include "loadgen/pacing/random.hpp"

namespace throng::simulate {

/// The way between clients and a node.
struct NetworkModel {
  pacing::Distribution latency;         ///< one way, in seconds
  double loss = 0;                      ///< of packets, 0 up to kMostLoss
  pacing::Duration retransmit_after{};  ///< of a lost packet; twice as long each time it is lost

  static constexpr double kMostLoss = 0.9;

  /// How long one packet takes, however often it has to be sent again.
  pacing::Duration delay(pacing::Random& random) const;
};

}  // namespace throng::simulate
