#pragma once

#include "loadgen/pacing/clock.hpp"
#include "loadgen/pacing/distribution.hpp"
#include "loadgen/scenario/fields.hpp"
#include "loadgen/simulate/network.hpp"

/// How the tables of a world are read. What is rejected raises a Lua error, as of scenarios; what
/// isn't given stays as it is.
namespace throng::simulate {

inline void take_distribution(const scenario::Field& field, pacing::Distribution& out) {
  if (field) check_distribution(field.state, field.index, field.name, out);
}

inline void take_seconds(const scenario::Field& field, pacing::Duration& out) {
  if (field) out = pacing::from_seconds(field.seconds());
}

inline void take_number(const scenario::Field& field, double& out, double least, double most,
                        const char* expected) {
  if (!field) return;
  out = check_quantity(field.state, field.index, field.name);
  if (out < least || out > most) reject(field.state, field.index, field.name, expected);
}

inline void take_bandwidth(const scenario::Field& field, NetworkModel& network) {
  take_number(field, network.bandwidth, 1, 1e12, "from 1 to 1T, in bytes a second");
}

/// Calls each(index) for the tables in a list of the table at 1, if it is given.
template <class Each>
void for_each_listed(lua_State* state, scenario::Name name, const char* expected, Each&& each) {
  const scenario::Field list = scenario::push_field(state, 1, name.value, name);
  if (!list) return;
  if (lua_type(state, list.index) != LUA_TTABLE) reject(state, list.index, name, expected);
  const auto size = static_cast<lua_Integer>(lua_rawlen(state, list.index));
  for (lua_pushnil(state); lua_next(state, list.index) != 0; lua_pop(state, 1)) {
    const lua_Integer place = lua_isinteger(state, -2) ? lua_tointeger(state, -2) : 0;
    if (place < 1 || place > size) reject(state, list.index, name, expected);
  }
  for (lua_Integer i = 1; i <= size; ++i) {
    const int top = lua_gettop(state);
    if (lua_rawgeti(state, list.index, i) != LUA_TTABLE) reject(state, -1, name, expected);
    each(top + 1);
    lua_settop(state, top);
  }
}

}  // namespace throng::simulate
