#include "loadgen/capacity/lua_amount.hpp"

#include <fmt/format.h>

#include <memory>

namespace throng::capacity {
namespace {

template <Expression (*operation)(const Expression&, const Expression&)>
int combine(lua_State* state) {
  const Operand left = to_operand(state, 1);
  const Operand right = to_operand(state, 2);
  return push_expression(state,
                         [&] { return operation(to_expression(left), to_expression(right)); });
}

using A = const Expression&;
Expression add(A a, A b) { return a + b; }
Expression subtract(A a, A b) { return a - b; }
Expression multiply(A a, A b) { return a * b; }
Expression divide(A a, A b) { return a / b; }

int destroy(lua_State* state) {
  std::destroy_at(static_cast<Expression*>(lua_touserdata(state, 1)));
  return 0;
}

}  // namespace

Operand to_operand(lua_State* state, int index) {
  if (lua_type(state, index) == LUA_TNUMBER) return {.number = lua_tonumber(state, index)};
  if (lua_type(state, index) == LUA_TSTRING) return {.text = lua_tostring(state, index)};
  const auto* expression =
      static_cast<const Expression*>(luaL_testudata(state, index, kAmountType));
  if (expression == nullptr) {
    luaL_error(state, "expected a number, a text such as \"2 TB/day\" or an input, not a %s",
               luaL_typename(state, index));
  }
  return {.expression = expression};
}

Expression to_expression(const Operand& operand) {
  if (operand.expression != nullptr) return *operand.expression;
  if (operand.text != nullptr) {
    return Expression::constant(parse_quantity(operand.text).quantity, operand.text);
  }
  return Expression::constant({operand.number, {}}, number_text(operand.number));
}

std::string number_text(double number) { return fmt::format("{:.15g}", number); }

int amount(lua_State* state) {
  const Operand operand = to_operand(state, 1);
  return push_expression(state, [&] { return to_expression(operand); });
}

int unknown(lua_State* state) {
  const char* unit = luaL_checkstring(state, 1);
  const char* needs = luaL_checkstring(state, 2);
  return push_expression(state,
                         [&] { return Expression::unknown(parse_unit(unit).dimension, needs); });
}

void open_amounts(lua_State* state) {
  luaL_newmetatable(state, kAmountType);
  constexpr luaL_Reg kOperations[] = {{"__add", combine<add>},
                                      {"__sub", combine<subtract>},
                                      {"__mul", combine<multiply>},
                                      {"__div", combine<divide>},
                                      {"__gc", destroy},
                                      {nullptr, nullptr}};
  luaL_setfuncs(state, kOperations, 0);
  lua_pushboolean(state, 0);
  lua_setfield(state, -2, "__metatable");
  lua_pop(state, 1);
}

}  // namespace throng::capacity
