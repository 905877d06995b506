#pragma once

#include <string>

#include "loadgen/commands/comparison_files.hpp"
#include "loadgen/commands/run_options.hpp"

namespace throng::commands {

/// The options of an interleaved comparison as typed; empty texts were not given.
struct AbWords {
  RunWords run;  ///< what is the same in all runs
  std::string base;
  std::string candidate;
  std::string pairs = "10";
  std::string max_pairs = "20";
  std::string retries = "5";
  bool resume = false;
  ComparisonWords output;
};

void add_ab_options(CLI::App& command, AbWords& words);

/// How many pairs are played before anybody looks, and at most.
struct AbPlan {
  std::size_t pairs = 0;
  std::size_t max_pairs = 0;
  std::size_t retries = 0;
};
/// Errors: std::runtime_error naming the option.
AbPlan to_plan(const AbWords& words);

}  // namespace throng::commands
