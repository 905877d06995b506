#pragma once

#include <functional>
#include <string>

#include "loadgen/play/run.hpp"

namespace throng::play {

/// All that a crew is told by who starts it; the rest comes from the coordinator.
struct JoinOptions {
  std::string coordinator;                           ///< "HOST:PORT" or "PORT" of 127.0.0.1
  std::string secret;                                ///< what the key is made of; see CrewKey
  std::string name;                                  ///< for people
  unsigned threads = 0;                              ///< workers; 0: default_threads()
  pacing::Duration wait = std::chrono::seconds(60);  ///< for the coordinator
  std::string version;                               ///< the generator's own
  /// Called with a line for people now and then.
  std::function<void(const std::string&)> on_progress;
};

struct JoinOutcome {
  ExitCode code = ExitCode::kPass;
  std::string error;  ///< a sentence, if the run didn't come to its end
};

/// Joins a run as a crew, plays its share of the users, and hands over what it measured. Blocks.
/// The first SIGINT or SIGTERM leaves the run, which that ends too. Errors: all are in the outcome.
JoinOutcome join_run(const JoinOptions& options);

}  // namespace throng::play
