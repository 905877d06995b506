#pragma once

#include <string>

#include "loadgen/simulate/world.hpp"

namespace throng::simulate {

/// The world of that file, with the costs of another; empty names: those that come with the
/// program, scenarios/worlds/one_node.lua and reference_costs.lua. What a world doesn't say is as
/// there.
///
///   world { node = { cores = 4 }, network = { latency = "20ms" }, faults = { … } }
///   costs { source = "…", message = lognormal { median = "5us", p95 = "12us" }, … }
///
/// Errors: scenario::ScriptError with file and line; std::runtime_error when a file can't be read.
World load_world(const std::string& world_file, const std::string& costs_file);

}  // namespace throng::simulate
