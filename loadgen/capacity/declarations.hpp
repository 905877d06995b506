#pragma once

#include <lua.hpp>

namespace throng::capacity {

/// estimate { service = "chat", scenario = "group_words", cores = 2, tolerance = "5%" }
int declare_estimate(lua_State* state);

/// claim { says = "…", of = FIGURE, is | at_most | at_least = VALUE, tolerance = "5%", from = "…" }
int declare_claim(lua_State* state);

}  // namespace throng::capacity
