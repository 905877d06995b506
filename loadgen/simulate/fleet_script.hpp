#pragma once

#include <lua.hpp>

#include "loadgen/simulate/fleet_model.hpp"

namespace throng::simulate {

/// Reads what is about several nodes from the table at 1, what world { … } got:
///
///   nodes = 4, zones = 2, inside = { latency = "250us", bandwidth = "1G" },
///   balancer = { policy = "least_connections", check = "2s" },
///   regions = { { name = "europe", share = 0.6, nodes = 3 }, … },
///   ways = { { from = "europe", to = "asia", latency = "80ms" } },
void take_fleet(lua_State* state, FleetModel& fleet);

}  // namespace throng::simulate
