#include "loadgen/scenario/fields.hpp"

namespace throng::scenario {

Field push_field(lua_State* state, int table, const char* key, Name name) {
  lua_getfield(state, table, key);
  return {state, name, lua_gettop(state)};
}

Field push_table(lua_State* state, int table, const char* key, Name name,
                 std::span<const char* const> known) {
  const Field field = push_field(state, table, key, name);
  if (!field) return field;
  if (lua_type(state, field.index) != LUA_TTABLE) reject(state, field.index, name, "a table");
  const char* function = lua_pushfstring(state, "%s: %s", name.function, name.value);
  check_keys(state, field.index, function, known);
  return field;
}

Field require(const Field& field) {
  if (!field) luaL_error(field.state, "%s: %s is missing", field.name.function, field.name.value);
  return field;
}

}  // namespace throng::scenario
