#pragma once

#include <lua.hpp>
#include <span>

namespace throng::scenario {

/// The global functions with which the top level declares a scenario: `scenario { … }`,
/// `args { … }` and `population { … }`. What they declare goes to the interpreter's Declaration.
std::span<const char* const> declaration_names();
void open_declaration(lua_State* state);

}  // namespace throng::scenario
