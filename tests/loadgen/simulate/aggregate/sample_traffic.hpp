#pragma once

#include <string>

#include "loadgen/scenario/script.hpp"
#include "loadgen/simulate/aggregate/traffic.hpp"
#include "loadgen/simulate/world_script.hpp"

namespace throng::simulate {

inline scenario::Source source_of(const std::string& text) {
  return {.path = "people.lua", .name = "people", .text = text, .sha256 = {}, .args = {}};
}

/// The traffic of a scenario: what stands before its `function user`.
inline Traffic traffic_of(const std::string& declared) {
  const scenario::Source source = source_of(declared + "\nfunction user(me) me:login() end\n");
  return {scenario::load_plan(source), scenario::load_population(source)};
}

/// A node that takes no time for anything.
inline World free_world(unsigned cores = 1) {
  World world = load_world("", "");
  const auto nothing = pacing::Distribution::constant(0);
  world.cores = cores;
  world.costs = {.source = "a test",
                 .login = nothing,
                 .message = nothing,
                 .delivery = nothing,
                 .receipt = nothing,
                 .heartbeat = nothing,
                 .missed = nothing,
                 .history = nothing};
  world.disk = {nothing, nothing};
  world.network.latency = nothing;
  return world;
}

}  // namespace throng::simulate
