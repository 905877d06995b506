#include "loadgen/capacity/estimate_script.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

#include "loadgen/capacity/declarations.hpp"
#include "loadgen/capacity/draft.hpp"
#include "loadgen/capacity/lua_amount.hpp"
#include "loadgen/capacity/nearest.hpp"
#include "loadgen/scenario/interpreter.hpp"

namespace throng::capacity {
namespace {

using scenario::guarded;
using scenario::Interpreter;

constexpr std::array kNames = {"amount", "claim", "estimate", "figure", "input", "unknown"};

// ---- input and figure ----

// The numbers of the list at the index, in Lua's memory.
std::span<const double> to_points(lua_State* state, int list) {
  const auto size = static_cast<std::size_t>(lua_rawlen(state, list));
  auto* points = static_cast<double*>(lua_newuserdatauv(state, (size + 1) * sizeof(double), 0));
  for (std::size_t i = 0; i < size; ++i) {
    lua_rawgeti(state, list, static_cast<lua_Integer>(i + 1));
    points[i] = lua_type(state, -1) == LUA_TNUMBER ? lua_tonumber(state, -1) : NAN;
    lua_pop(state, 1);
  }
  return {points, size};
}

// input.NAME = VALUE
int assign_input(lua_State* state) {
  check_declared(state);
  Draft& draft = draft_of(state);
  const char* name = luaL_checkstring(state, 2);
  const int line = line_of(state);
  if (lua_type(state, 3) == LUA_TTABLE) {
    const auto points = to_points(state, 3);
    guarded(state, [&] { draft.estimate.inputs.give_curve(name, points, origin_of(draft, line)); });
    return 0;
  }
  const Operand value = to_operand(state, 3);
  if (value.expression != nullptr) {
    return luaL_error(state,
                      "input.%s must be a text or a number; what follows from inputs is a "
                      "figure",
                      name);
  }
  guarded(state, [&] {
    draft.estimate.inputs.give(name, value.text != nullptr ? value.text : number_text(value.number),
                               origin_of(draft, line));
  });
  return 0;
}

int read_input(lua_State* state) {
  check_declared(state);
  const Draft& draft = draft_of(state);
  const char* name = luaL_checkstring(state, 2);
  return push_expression(state, [&] { return draft.estimate.inputs.get(name); });
}

// figure.NAME = EXPRESSION
int assign_figure(lua_State* state) {
  check_declared(state);
  Draft& draft = draft_of(state);
  const char* name = luaL_checkstring(state, 2);
  const Operand value = to_operand(state, 3);
  guarded(state, [&] {
    auto& figures = draft.estimate.figures;
    for (const Figure& each : figures) {
      if (each.name == name)
        throw std::invalid_argument(fmt::format("figure.{} stands twice", name));
    }
    const Expression expression = to_expression(value);
    figures.push_back({name, base_unit(expression.dimension()), expression});
  });
  return 0;
}

Expression find_figure(const Draft& draft, const std::string& name) {
  std::vector<std::string> names;
  for (const Figure& each : draft.estimate.figures) {
    if (each.name == name) return each.expression.named(name);
    names.push_back(each.name);
  }
  throw std::invalid_argument(
      fmt::format("there is no figure.{} yet{}", name, did_you_mean(name, names)));
}

int read_figure(lua_State* state) {
  check_declared(state);
  const Draft& draft = draft_of(state);
  const char* name = luaL_checkstring(state, 2);
  return push_expression(state, [&] { return find_figure(draft, name); });
}

// ---- The file ----

void define(lua_State* state, Draft& draft, const char* name, lua_CFunction function) {
  lua_pushlightuserdata(state, &draft);
  lua_pushcclosure(state, function, 1);
  lua_setglobal(state, name);
}

// A table whose fields are read and assigned by these.
void define_fields(lua_State* state, Draft& draft, const char* name, lua_CFunction read,
                   lua_CFunction assign) {
  lua_createtable(state, 0, 0);
  lua_createtable(state, 0, 3);
  for (const auto& [event, function] : {std::pair{"__index", read}, {"__newindex", assign}}) {
    lua_pushlightuserdata(state, &draft);
    lua_pushcclosure(state, function, 1);
    lua_setfield(state, -2, event);
  }
  lua_pushboolean(state, 0);
  lua_setfield(state, -2, "__metatable");
  lua_setmetatable(state, -2);
  lua_setglobal(state, name);
}

void open_api(lua_State* state, Draft& draft) {
  open_amounts(state);
  define(state, draft, "amount", amount);
  define(state, draft, "claim", declare_claim);
  define(state, draft, "estimate", declare_estimate);
  define(state, draft, "unknown", unknown);
  define_fields(state, draft, "figure", read_figure, assign_figure);
  define_fields(state, draft, "input", read_input, assign_input);
}

std::set<std::string> global_names(lua_State* state) {
  std::set<std::string> names;
  lua_pushglobaltable(state);
  for (lua_pushnil(state); lua_next(state, -2) != 0; lua_pop(state, 1)) {
    if (lua_type(state, -2) == LUA_TSTRING) names.emplace(lua_tostring(state, -2));
  }
  lua_pop(state, 1);
  return names;
}

// Whoever forgets "input." must not have the value forgotten, too.
void refuse_globals(Interpreter& interpreter, const std::set<std::string>& before) {
  for (const std::string& name : global_names(interpreter.main())) {
    if (before.contains(name)) continue;
    interpreter.fail(
        fmt::format("the global '{}' means nothing: say input.{} or local {}", name, name, name));
  }
}

// A figure is shown in the unit that it is claimed in.
void show_as_claimed(Estimate& estimate) {
  for (Figure& figure : estimate.figures) {
    const auto claim =
        std::find_if(estimate.claims.begin(), estimate.claims.end(), [&](const Claim& each) {
          return each.of == figure.name && each.unit.dimension == figure.unit.dimension;
        });
    if (claim != estimate.claims.end()) figure.unit = claim->unit;
  }
}

}  // namespace

std::span<const char* const> estimate_names() { return kNames; }

Estimate load_estimate(const scenario::Source& source,
                       std::map<std::string, std::string> settings) {
  Draft draft{.source = source, .estimate = {}, .tolerance = {}};
  draft.estimate.path = source.path;
  draft.estimate.sha256 = source.sha256;
  draft.estimate.title = scenario::title_of(source.text);
  draft.estimate.inputs = Inputs(std::move(settings));
  scenario::Declaration unused{.source = source};
  Interpreter interpreter{unused, nullptr};
  open_api(interpreter.main(), draft);
  const auto before = global_names(interpreter.main());
  interpreter.load();
  refuse_globals(interpreter, before);
  if (draft.estimate.claims.empty()) interpreter.fail("the estimate claims nothing");
  draft.estimate.inputs.check_settings();
  show_as_claimed(draft.estimate);
  return std::move(draft.estimate);
}

}  // namespace throng::capacity
