#pragma once

#include <chrono>

#include "loadgen/commands/ab_options.hpp"

namespace throng::commands {

/// Plays pairs of runs, each against a server of its own and the sides taking turns as ABBA, until
/// they tell whether the candidate is worse or there are enough of them. Gives the exit code.
///   DIR/pair-01/base/run.json …    what throng run leaves, with probe.txt and server.txt
///   DIR/comparison.{json,html,md}, junit.xml, benchmark.json
/// Errors: std::runtime_error; those of to_options and to_plan.
int play_ab(AbWords words, std::chrono::system_clock::time_point now);

}  // namespace throng::commands
