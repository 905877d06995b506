#pragma once

#include <lua.hpp>

#include "loadgen/simulate/world.hpp"

namespace throng::simulate {

/// Reads `faults` of the table at 1, what world { … } got, once all else of it has been read:
///
///   faults = { { what = "node_dies", node = 2, at = "8s", lasts = "3s" }, … }
void take_faults(lua_State* state, World& world);

}  // namespace throng::simulate
