#pragma once

#include <chrono>

#include "loadgen/commands/search_options.hpp"

namespace throng::commands {

/// Searches, or goes on with a search, until its controller has done or Ctrl-C ends it; search.json
/// is written anew after each probe. Gives the exit code.
/// Errors: std::runtime_error; those of to_search_options.
int search(SearchWords words, std::chrono::system_clock::time_point now);

}  // namespace throng::commands
