#pragma once

#include <functional>

#include "loadgen/play/run.hpp"

namespace throng::commands {

/// Plays a run in a process of its own, so that each begins as the first one did, and leaves in
/// options.out_dir what `throng run` leaves, with what it would have printed in probe.txt. When
/// `interrupted` says so, it is told to end as by Ctrl-C. Gives its exit code.
/// Requires: this process has one thread only.
/// Errors: std::runtime_error when there can't be a process, or a signal ended it.
int play_apart(const play::RunOptions& options, const std::function<bool()>& interrupted);

}  // namespace throng::commands
