#include "loadgen/capacity/draft.hpp"

#include <fmt/format.h>

namespace throng::capacity {

int line_of(lua_State* state) {
  lua_Debug frame;
  if (lua_getstack(state, 1, &frame) == 0) return 0;
  lua_getinfo(state, "l", &frame);
  return frame.currentline;
}

std::string origin_of(const Draft& draft, int line) {
  return fmt::format("{}:{}", draft.source.path, line);
}

void check_declared(lua_State* state) {
  if (draft_of(state).declared) return;
  luaL_error(state, "estimate { service = … } must stand before everything else");
}

}  // namespace throng::capacity
