#pragma once

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "loadgen/commands/run_options.hpp"
#include "loadgen/report/threshold.hpp"
#include "loadgen/search/axis.hpp"
#include "loadgen/search/record.hpp"

namespace throng::commands {

/// The options of a search as typed; empty texts were not given.
struct SearchWords {
  RunWords run;  ///< what is the same in all probes
  std::vector<std::string> slos;
  std::string vary = "users";
  std::string from;
  std::string to;
  std::string budget = "10m";
  std::string probe;
  std::string settle = "1s";
  std::string precision = "2%";
  std::string resume;
};

void add_search_options(CLI::App& command, SearchWords& words);

/// The options by name, for search.json, and back. Secrets aren't among them.
std::map<std::string, std::string> options_of(const SearchWords& words);
/// Those of a search that goes on. Errors: std::runtime_error naming an option that was given and
/// says something else.
void restore_options(const search::Record& record, SearchWords& words);

/// A search's options as they count. Errors: std::runtime_error naming the option; ScriptError.
struct SearchOptions {
  play::RunOptions run;  ///< of every probe
  search::Axis axis;
  search::Plan plan;
  std::vector<report::Threshold> conditions;
};
SearchOptions to_search_options(const SearchWords& words,
                                std::chrono::system_clock::time_point now);

}  // namespace throng::commands
