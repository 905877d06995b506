#pragma once

#include <functional>
#include <string_view>

#include "loadgen/play/run.hpp"
#include "loadgen/simulate/store.hpp"
#include "loadgen/simulate/world.hpp"
#include "loadgen/users/social_graph.hpp"

namespace throng::simulate {

/// What a scenario is to be played in.
struct SimulateOptions {
  /// As of a run; what is about sockets, processes and targets has no meaning.
  play::RunOptions run;
  World world;
  MakeStore make_store = memory_store;
  /// Called with each text that a user (from 1) says or gets, and when; empty: never.
  using Watch = std::function<void(pacing::Duration since_start, users::UserNumber user, bool says,
                                   std::string_view text)>;
  Watch watch = {};
};

/// Plays the scenario in virtual time against the server's own rules and sessions, and writes what
/// a run writes. Blocks. A function of the options: the same give the same figures, but for those
/// about this machine.
/// Errors: all are in the outcome, as of play::play().
play::RunOutcome simulate(const SimulateOptions& options);

}  // namespace throng::simulate
