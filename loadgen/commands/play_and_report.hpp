#pragma once

#include "loadgen/play/run.hpp"

namespace throng::commands {

/// Plays, shows how it goes on, writes the reports and prints the result: as a table, or as
/// run.json with `json`. Gives the exit code.
int play_and_report(play::RunOptions options, bool json);

}  // namespace throng::commands
