#pragma once

#include "loadgen/simulate/aggregate/traffic.hpp"

namespace throng::simulate {

/// Bytes in the time that a traffic is of.
struct Volume {
  double stored = 0;    ///< as the population says of a message
  double received = 0;  ///< from people: what the events are as JSON, without frames and TCP
  double sent = 0;      ///< to people
};

Volume volume_of(const Traffic& traffic);

}  // namespace throng::simulate
