#pragma once

#include <lua.hpp>
#include <span>

#include "loadgen/scenario/values.hpp"

/// The tables with which a file declares something, checked key by key. What is rejected raises a
/// Lua error "FUNCTION: KEY must be …, not …".
namespace throng::scenario {

/// A key of such a table: where its value stands on the stack, and how messages write it.
struct Field {
  lua_State* state;
  Name name;
  int index;

  /// Whether it was given.
  explicit operator bool() const { return !lua_isnil(state, index); }
  double seconds() const { return check_seconds(state, index, name); }
};

/// Pushes what stands under a key; `name.value` is "friends.per_user" for the key per_user of
/// friends.
Field push_field(lua_State* state, int table, const char* key, Name name);
/// The same of what must be a table with these keys, if it is given.
Field push_table(lua_State* state, int table, const char* key, Name name,
                 std::span<const char* const> known);
/// Raises "FUNCTION: KEY is missing" unless it is given.
Field require(const Field& field);

}  // namespace throng::scenario
