#pragma once

#include <map>
#include <span>
#include <string>

#include "loadgen/capacity/estimate.hpp"
#include "loadgen/scenario/source.hpp"

namespace throng::capacity {

/// Runs an estimate file. Only its source knows Lua; files see nothing of a scenario's calls but
///
///   estimate { service = "chat", scenario = "group_words", cores = 2, tolerance = "5%" }
///   input.dau = "500M users"
///   figure.bytes_per_day = input.links * input.record
///   claim { says = "2 TB a day", of = "stored_per_day", is = "2 TB/day", from = "20B × 100 B" }
///
/// `settings` is what --set says. Errors: scenario::ScriptError, "FILE:LINE: message".
Estimate load_estimate(const scenario::Source& source, std::map<std::string, std::string> settings);

/// The global names that estimates see, for the test of their documentation.
std::span<const char* const> estimate_names();

}  // namespace throng::capacity
