#include "loadgen/scenario/declaration.hpp"

#include <array>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include "loadgen/scenario/fields.hpp"
#include "loadgen/scenario/interpreter.hpp"
#include "loadgen/scenario/population.hpp"

namespace throng::scenario {
namespace {

constexpr std::array kScenarioKeys = {"args", "duration", "friends",    "groups",
                                      "ramp", "reading",  "thresholds", "users"};
constexpr std::array kFriendsKeys = {"per_user"};
constexpr std::array kGroupsKeys = {"per_user", "size"};
constexpr std::array kReadingKeys = {"after", "chance"};
constexpr std::array kNames = {"args", "population", "scenario"};

constexpr std::uint64_t kMaxUsers = 4'000'000'000;

// A field of the scenario, or of one of its tables.
Field push_field(lua_State* state, int table, const char* key, const char* full_name) {
  return push_field(state, table, key, Name{"scenario", full_name});
}

Field push_field(lua_State* state, int table, const char* key) {
  return push_field(state, table, key, key);
}

Field push_table(lua_State* state, const char* key, std::span<const char* const> known) {
  return push_table(state, 1, key, Name{"scenario", key}, known);
}

// ---- args ----

// Pushes what was given after `--`, as a value of the same type as the default on top of the stack.
void push_given(lua_State* state, const std::string& given, const char* key) {
  switch (lua_type(state, -1)) {
    case LUA_TNUMBER: {
      lua_pushlstring(state, given.data(), given.size());
      const double value = check_quantity(state, lua_gettop(state), {"args", key});
      lua_pop(state, 1);
      lua_Integer whole = 0;
      if (lua_numbertointeger(value, &whole) && static_cast<double>(whole) == value) {
        lua_pushinteger(state, whole);
      } else {
        lua_pushnumber(state, value);
      }
      return;
    }
    case LUA_TBOOLEAN:
      if (given != "true" && given != "false") {
        luaL_error(state, "args: %s must be true or false, not \"%s\"", key, given.c_str());
      }
      lua_pushboolean(state, given == "true");
      return;
    default:
      lua_pushlstring(state, given.data(), given.size());
  }
}

void check_default(lua_State* state) {
  if (lua_type(state, -2) != LUA_TSTRING) luaL_error(state, "args: names must be words");
  const int type = lua_type(state, -1);
  if (type == LUA_TNUMBER || type == LUA_TSTRING || type == LUA_TBOOLEAN) return;
  luaL_error(state, "args: %s must be a number, a text or a boolean, not a %s",
             lua_tostring(state, -2), lua_typename(state, type));
}

// Takes the default on top of the stack, replaces it by what was given in its place, and notes it.
void settle_arg(lua_State* state, Declaration& declaration) {
  check_default(state);
  const char* key = lua_tostring(state, -2);
  const std::string* given = nullptr;
  guarded(state, [&] {
    const auto found = declaration.source.args.find(key);
    if (found != declaration.source.args.end()) given = &found->second;
  });
  if (given != nullptr) {
    push_given(state, *given, key);
    lua_remove(state, -2);
  }
  const char* text = luaL_tolstring(state, -1, nullptr);
  guarded(state, [&] { declaration.plan.args[key] = given != nullptr ? *given : text; });
  lua_pop(state, 1);
}

void push_arg_names(lua_State* state, const Declaration& declaration) {
  luaL_Buffer list;
  luaL_buffinit(state, &list);
  const char* separator = "";
  for (const auto& [name, value] : declaration.plan.args) {
    luaL_addstring(&list, separator);
    luaL_addstring(&list, name.c_str());
    separator = ", ";
  }
  if (declaration.plan.args.empty()) luaL_addstring(&list, "none");
  luaL_pushresult(&list);
}

void check_all_given_are_declared(lua_State* state, const Declaration& declaration) {
  for (const auto& [name, value] : declaration.source.args) {
    if (declaration.plan.args.contains(name)) continue;
    push_arg_names(state, declaration);
    luaL_error(state, "args: the scenario declares no '%s'; declared: %s", name.c_str(),
               lua_tostring(state, -1));
  }
}

// The values of `args` are kept in the registry; the global `args` reads from there.
int values_key = 0;

// args { rate = "20s", bytes = 100 }: at `table` stand the names and their defaults.
void declare_args(lua_State* state, int table) {
  Declaration& declaration = Interpreter::of(state).declaration();
  if (declaration.args_seen) luaL_error(state, "args are declared twice");
  declaration.args_seen = true;
  lua_createtable(state, 0, 8);
  const int values = lua_gettop(state);
  lua_pushnil(state);
  while (lua_next(state, table) != 0) {
    settle_arg(state, declaration);
    lua_pushvalue(state, -2);
    lua_insert(state, -2);
    lua_settable(state, values);
  }
  check_all_given_are_declared(state, declaration);
  lua_pushvalue(state, values);
  lua_rawsetp(state, LUA_REGISTRYINDEX, &values_key);
}

int call_args(lua_State* state) {
  if (lua_type(state, 2) != LUA_TTABLE) {
    return luaL_error(state, "args takes a table: args { rate = \"20s\" }");
  }
  declare_args(state, 2);
  lua_settop(state, 1);
  return 1;
}

int read_arg(lua_State* state) {
  const Declaration& declaration = Interpreter::of(state).declaration();
  if (lua_rawgetp(state, LUA_REGISTRYINDEX, &values_key) == LUA_TTABLE) {
    lua_pushvalue(state, 2);
    if (lua_rawget(state, -2) != LUA_TNIL) return 1;
  }
  const char* name = luaL_tolstring(state, 2, nullptr);
  push_arg_names(state, declaration);
  return luaL_error(state, "args has no '%s'; declared: %s", name, lua_tostring(state, -1));
}

int refuse_assignment(lua_State* state) {
  return luaL_error(state, "args can't be assigned: declare them with args { … }");
}

void open_args(lua_State* state) {
  lua_createtable(state, 0, 0);
  lua_createtable(state, 0, 3);
  lua_pushcfunction(state, call_args);
  lua_setfield(state, -2, "__call");
  lua_pushcfunction(state, read_arg);
  lua_setfield(state, -2, "__index");
  lua_pushcfunction(state, refuse_assignment);
  lua_setfield(state, -2, "__newindex");
  lua_setmetatable(state, -2);
  lua_setglobal(state, "args");
}

// ---- scenario ----

void declare_people(lua_State* state, Plan& plan) {
  const Field users = require(push_field(state, 1, "users"));
  plan.users = check_count(state, users.index, users.name, 1, kMaxUsers);
  const Field duration = require(push_field(state, 1, "duration"));
  plan.duration = pacing::from_seconds(check_gap(state, duration.index, duration.name));
  if (const Field ramp = push_field(state, 1, "ramp")) {
    plan.ramp = pacing::from_seconds(ramp.seconds());
  }
}

void declare_friends(lua_State* state, FriendsPlan& friends) {
  const Field table = push_table(state, "friends", kFriendsKeys);
  if (!table) return;
  const Field per_user = require(push_field(state, table.index, "per_user", "friends.per_user"));
  check_distribution(state, per_user.index, per_user.name, friends.per_user);
}

void declare_groups(lua_State* state, GroupsPlan& groups) {
  const Field table = push_table(state, "groups", kGroupsKeys);
  if (!table) return;
  const Field per_user = require(push_field(state, table.index, "per_user", "groups.per_user"));
  groups.per_user = check_quantity(state, per_user.index, per_user.name);
  if (groups.per_user < 0) reject(state, per_user.index, per_user.name, "0 or more");
  if (const Field size = push_field(state, table.index, "size", "groups.size")) {
    check_distribution(state, size.index, size.name, groups.size);
  }
}

void declare_reading(lua_State* state, ReadingPlan& reading) {
  const Field table = push_table(state, "reading", kReadingKeys);
  if (!table) return;
  if (const Field chance = push_field(state, table.index, "chance", "reading.chance")) {
    reading.chance = check_quantity(state, chance.index, chance.name);
    if (reading.chance < 0 || reading.chance > 1) {
      reject(state, chance.index, chance.name, "from 0 to 1");
    }
  }
  if (const Field after = push_field(state, table.index, "after", "reading.after")) {
    check_distribution(state, after.index, after.name, reading.after);
  }
}

void declare_thresholds(lua_State* state, Plan& plan) {
  const Field list = push_field(state, 1, "thresholds");
  if (!list) return;
  constexpr const char* kExpected = "a list of texts such as \"deliver.p99 < 500ms\"";
  if (lua_type(state, list.index) != LUA_TTABLE) reject(state, list.index, list.name, kExpected);
  const auto size = static_cast<lua_Integer>(lua_rawlen(state, list.index));
  for (lua_Integer i = 1; i <= size; ++i) {
    if (lua_rawgeti(state, list.index, i) != LUA_TSTRING) reject(state, -1, list.name, kExpected);
    const char* expression = lua_tostring(state, -1);
    guarded(state, [&] { plan.thresholds.emplace_back(expression); });
    lua_pop(state, 1);
  }
}

// scenario { users = "10k", duration = "30s", … }
int declare_scenario(lua_State* state) {
  Declaration& declaration = Interpreter::of(state).declaration();
  if (declaration.scenario_seen) return luaL_error(state, "scenario { … } stands twice");
  declaration.scenario_seen = true;
  if (lua_type(state, 1) != LUA_TTABLE) {
    return luaL_error(state, "scenario takes a table: scenario { users = 10, duration = \"30s\" }");
  }
  lua_settop(state, 1);
  luaL_checkstack(state, 64, nullptr);  // each field stays on it
  check_keys(state, 1, "scenario", kScenarioKeys);
  declare_people(state, declaration.plan);
  declare_friends(state, declaration.plan.friends);
  declare_groups(state, declaration.plan.groups);
  declare_reading(state, declaration.plan.reading);
  declare_thresholds(state, declaration.plan);
  if (const Field args = push_field(state, 1, "args")) {
    if (lua_type(state, args.index) != LUA_TTABLE) reject(state, args.index, args.name, "a table");
    declare_args(state, args.index);
  }
  return 0;
}

}  // namespace

std::span<const char* const> declaration_names() { return kNames; }

void open_declaration(lua_State* state) {
  lua_register(state, "scenario", declare_scenario);
  open_args(state);
  open_population(state);
}

}  // namespace throng::scenario
