#pragma once

#include <cstdint>
#include <optional>

#include "loadgen/play/run.hpp"
#include "loadgen/simulate/world.hpp"

namespace throng::simulate {

/// What the people of a scenario are to be added up for.
struct AggregateOptions {
  /// As of a run; what is about sockets, processes and targets has no meaning. `threads`: 0: one
  /// for each core of this machine.
  play::RunOptions run;
  World world;
  /// Of all regions. Nothing: as many as hold the thresholds at the peaks.
  std::optional<std::uint64_t> nodes;
};

/// Simulates a fleet under what all people of the scenario do together, as far as the scenario says
/// that in population { … }, and writes what a run writes. Nobody is played one by one: of the
/// fleet's time a stated sample is simulated. Blocks. A function of the options, on any number of
/// threads.
/// Errors: all are in the outcome, as of play::play().
play::RunOutcome aggregate(const AggregateOptions& options);

}  // namespace throng::simulate
