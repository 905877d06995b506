#pragma once

#include <string>

#include "loadgen/report/run_result.hpp"

namespace throng::report {

/// What a scenario shows, from its first line: "-- Two people talk." gives "Two people talk."; the
/// scenario's name if that line isn't a comment.
std::string scenario_title(const ScenarioInfo& scenario);

}  // namespace throng::report
