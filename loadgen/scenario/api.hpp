#pragma once

#include <lua.hpp>
#include <string>
#include <vector>

namespace throng::scenario {

/// Defines all that scripts see beyond the language.
void open_api(lua_State* state);

/// All of it, as the documentation writes it: "scenario", "poisson", "me:send", "me.number",
/// "message.chat". The documentation is tested against this list.
std::vector<std::string> api_names();

}  // namespace throng::scenario
