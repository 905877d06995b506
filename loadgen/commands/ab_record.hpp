#pragma once

#include <string>

#include "loadgen/commands/ab_options.hpp"
#include "loadgen/compare/comparison.hpp"
#include "loadgen/play/run.hpp"

namespace throng::commands {

/// What all pairs of a comparison must be played with, as JSON: what decides about them of the
/// options, and the SHA-256 of the scenario and of each side's executable, where the first word of
/// its command is a file. Errors: std::runtime_error naming an executable that can't be read.
std::string ab_record(const AbWords& words, const AbPlan& plan, const play::RunOptions& options,
                      const compare::Limits& limits);

}  // namespace throng::commands
