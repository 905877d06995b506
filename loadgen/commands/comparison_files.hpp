#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "loadgen/compare/comparison.hpp"

namespace throng::commands {

/// How to judge a comparison and where to write it, as typed; empty texts were not given.
struct ComparisonWords {
  std::vector<std::string> limits;
  std::string html;
  std::string markdown;
  std::string junit;
  std::string benchmark;
  bool annotations = false;
};

void add_comparison_options(CLI::App& command, ComparisonWords& words);

/// Errors: std::runtime_error naming --limit.
compare::Limits limits_of(const ComparisonWords& words);

/// A comparison from the files of its runs to its exit code: what was asked for is written, and the
/// table or its JSON printed. Annotations are shown at `file`.
/// Errors: std::runtime_error naming a file that can't be written.
int show_comparison(const compare::Comparison& comparison, const ComparisonWords& words, bool json,
                    const std::string& file);

/// One side: directories of runs, and files of `throng baseline save`.
/// Errors: std::runtime_error naming the file and what was expected.
std::vector<compare::Sample> read_samples(const std::vector<std::string>& paths);

}  // namespace throng::commands
