#pragma once

#include <functional>

#include "loadgen/play/run.hpp"

namespace throng::commands {

/// play::play(), or what does the same in virtual time.
using Play = std::function<play::RunOutcome(const play::RunOptions&)>;

/// Plays, shows how it goes on, writes the reports and prints the result: as a table, or as
/// run.json with `json`. Gives the exit code.
int play_and_report(play::RunOptions options, bool json, const Play& play = play::play);

}  // namespace throng::commands
