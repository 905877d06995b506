#pragma once

#include <lua.hpp>
#include <optional>
#include <string>

#include "loadgen/capacity/estimate.hpp"
#include "loadgen/scenario/source.hpp"

namespace throng::capacity {

/// What an estimate file has said so far. The functions that it calls have it as their upvalue.
struct Draft {
  const scenario::Source& source;
  Estimate estimate;
  std::optional<double> tolerance;  ///< of claims that have none of their own
  bool declared = false;            ///< estimate { … } has been called
};

/// Of the function that Lua called.
inline Draft& draft_of(lua_State* state) {
  return *static_cast<Draft*>(lua_touserdata(state, lua_upvalueindex(1)));
}

/// The line of the script that called the function.
int line_of(lua_State* state);
/// "FILE:LINE".
std::string origin_of(const Draft& draft, int line);
/// Raises an error unless estimate { … } stands before.
void check_declared(lua_State* state);

}  // namespace throng::capacity
