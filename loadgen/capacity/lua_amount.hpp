#pragma once

#include <lua.hpp>
#include <new>
#include <string>
#include <utility>

#include "loadgen/capacity/expression.hpp"
#include "loadgen/scenario/interpreter.hpp"

/// Amounts in Lua: expressions that scripts add, subtract, multiply and divide, with each other,
/// with numbers and with texts such as "365 days".
namespace throng::capacity {

inline constexpr const char* kAmountType = "amount";

/// An operand, or a value that is assigned, as it stands on the stack.
struct Operand {
  const Expression* expression = nullptr;
  const char* text = nullptr;
  double number = 0;
};

/// Raises an error for anything else.
Operand to_operand(lua_State* state, int index);
/// Errors: std::invalid_argument for a text that is no quantity.
Expression to_expression(const Operand& operand);
std::string number_text(double number);

/// Makes an expression and leaves it on the stack. What `make` throws becomes a Lua error.
template <class Make>
int push_expression(lua_State* state, Make&& make) {
  void* memory = lua_newuserdatauv(state, sizeof(Expression), 0);
  scenario::guarded(state, [&] { new (memory) Expression(make()); });
  luaL_setmetatable(state, kAmountType);
  return 1;
}

/// amount("2 TB"): for a text that stands where Lua wouldn't take one for an amount.
int amount(lua_State* state);

/// unknown("orders", "a shop to measure"): what nobody knows yet, and what it would take.
int unknown(lua_State* state);

/// Defines the type, and nothing that scripts see by name.
void open_amounts(lua_State* state);

}  // namespace throng::capacity
