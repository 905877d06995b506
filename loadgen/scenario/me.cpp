#include "loadgen/scenario/me.hpp"

#include <array>
#include <cmath>
#include <cstdint>
#include <string_view>

#include "loadgen/scenario/values.hpp"
#include "protocol/events.hpp"

namespace throng::scenario {
namespace {

constexpr std::array kMeFields = {"number", "users"};
constexpr std::array kMessageFields = {"asset", "chat", "from", "kind", "seq", "text"};

int message_key = 0;  // its address names the message's userdata in the registry

// The user whose `me` stands at the index; kNobody when something else does.
LocalUser to_user(lua_State* state, int index) {
  if (lua_type(state, index) != LUA_TLIGHTUSERDATA) return kNobody;
  return static_cast<LocalUser>(reinterpret_cast<std::uintptr_t>(lua_touserdata(state, index)));
}

int unknown_member(lua_State* state) {
  const char* key = luaL_tolstring(state, 2, nullptr);
  return luaL_error(state, "me has no '%s'", key);
}

int me_index(lua_State* state) {
  lua_pushvalue(state, 2);
  if (lua_rawget(state, lua_upvalueindex(1)) != LUA_TNIL) return 1;
  if (lua_type(state, 2) != LUA_TSTRING) return unknown_member(state);
  const std::string_view key = lua_tostring(state, 2);
  const Stage& stage = *Interpreter::of(state).stage();
  std::uint64_t value = 0;
  if (key == "number") {
    value = stage.actions.user_number(to_user(state, 1));
  } else if (key == "users") {
    value = stage.actions.users_total();
  } else {
    return unknown_member(state);
  }
  lua_pushinteger(state, static_cast<lua_Integer>(value));
  return 1;
}

int me_newindex(lua_State* state) {
  return luaL_error(state, "me can't be assigned to: keep it in a local variable");
}

int me_tostring(lua_State* state) {
  const Stage& stage = *Interpreter::of(state).stage();
  const std::uint64_t number = stage.actions.user_number(to_user(state, 1));
  lua_pushfstring(state, "user %I", static_cast<LUAI_UACINT>(number));
  return 1;
}

int message_index(lua_State* state) {
  const Message* message = Interpreter::of(state).stage()->message;
  if (message == nullptr) {
    return luaL_error(state, "a message is there only while on_message runs: copy what you need");
  }
  const char* text = lua_type(state, 2) == LUA_TSTRING ? lua_tostring(state, 2) : "";
  const std::string_view key = text;
  if (key == "chat") {
    lua_pushinteger(state, message->chat);
  } else if (key == "from") {
    lua_pushinteger(state, static_cast<lua_Integer>(message->from_number));
  } else if (key == "seq") {
    lua_pushinteger(state, static_cast<lua_Integer>(message->seq));
  } else if (key == "text") {
    lua_pushlstring(state, message->text.data(), message->text.size());
  } else if (key == "asset") {
    message->asset.empty()
        ? lua_pushnil(state)
        : static_cast<void>(lua_pushlstring(state, message->asset.data(), message->asset.size()));
  } else if (key == "kind") {
    const auto kind = static_cast<std::size_t>(message->kind);
    lua_pushlstring(state, protocol::kMessageKindNames[kind].data(),
                    protocol::kMessageKindNames[kind].size());
  } else {
    return luaL_error(state, "message has no '%s'", text);
  }
  return 1;
}

void set_function(lua_State* state, const char* name, lua_CFunction function) {
  lua_pushcfunction(state, function);
  lua_setfield(state, -2, name);
}

void hide_metatable(lua_State* state) {
  lua_pushboolean(state, 0);
  lua_setfield(state, -2, "__metatable");
}

void push_methods(lua_State* state) {
  lua_createtable(state, 0, 32);
  for (const auto& functions :
       {waiting_functions(), acting_functions(), asking_functions(), member_functions()}) {
    for (const auto& [name, function] : functions) set_function(state, name, function);
  }
}

// All light userdata share one metatable, and each of them is a `me`.
void open_me_type(lua_State* state) {
  lua_pushlightuserdata(state, nullptr);
  lua_createtable(state, 0, 4);
  push_methods(state);
  lua_pushcclosure(state, me_index, 1);
  lua_setfield(state, -2, "__index");
  set_function(state, "__newindex", me_newindex);
  set_function(state, "__tostring", me_tostring);
  lua_pushliteral(state, "user");
  lua_setfield(state, -2, "__name");
  hide_metatable(state);
  lua_setmetatable(state, -2);
  lua_pop(state, 1);
}

// One message for all calls of on_message: its fields are read from the stage.
void open_message(lua_State* state) {
  lua_newuserdatauv(state, 0, 0);
  lua_createtable(state, 0, 2);
  set_function(state, "__index", message_index);
  hide_metatable(state);
  lua_setmetatable(state, -2);
  lua_rawsetp(state, LUA_REGISTRYINDEX, &message_key);
}

// math.random, from the generator of the user whose code runs.
int math_random(lua_State* state) {
  return push_random(state, 1, check_random(state, "math.random"), "math.random");
}

int math_randomseed(lua_State* state) {
  return luaL_error(state,
                    "math.randomseed isn't available: the run has one seed, given by --seed");
}

void replace_math_random(lua_State* state) {
  lua_getglobal(state, LUA_MATHLIBNAME);
  set_function(state, "random", math_random);
  set_function(state, "randomseed", math_randomseed);
  lua_pop(state, 1);
}

}  // namespace

Caller check_caller(lua_State* state, const char* function) {
  Interpreter& interpreter = Interpreter::of(state);
  const LocalUser user = to_user(state, 1);
  if (user == kNobody) {
    luaL_error(state, "%s is to be called on me, with a colon: me:…", function);
  }
  Stage& stage = *interpreter.stage();
  if (user != stage.running) {
    luaL_error(state, "%s on another user: everyone can act only for themselves", function);
  }
  return {interpreter, stage, stage.actions, user};
}

ChatIndex check_chat(lua_State* state, int index, const Caller& caller, const char* function) {
  if (lua_isnoneornil(state, index)) {
    luaL_error(state, "%s: no chat (me:friend() and me:group() give nil to who has none)",
               function);
  }
  int is_number = 0;
  const lua_Integer chat = lua_tointegerx(state, index, &is_number);
  if (is_number == 0) {
    luaL_error(state, "%s: the chat must be one of me:chats(), not a %s", function,
               luaL_typename(state, index));
  }
  for (const ChatInfo& info : caller.actions.chats(caller.user)) {
    if (info.chat == chat) return info.chat;
  }
  luaL_error(state, "%s: %I is not one of me:chats()", function, static_cast<LUAI_UACINT>(chat));
  return 0;
}

std::string_view check_asset(lua_State* state, int index, const char* function) {
  std::size_t size = 0;
  const char* text =
      lua_type(state, index) == LUA_TSTRING ? lua_tolstring(state, index, &size) : "";
  if (size != protocol::kAssetIdBytes) {
    reject(state, index, {function, "the asset"}, "what me:upload or message.asset gives");
  }
  return {text, size};
}

pacing::Random& check_random(lua_State* state, const char* function) {
  Stage* stage = Interpreter::of(state).stage();
  if (stage == nullptr || stage->running == kNobody) {
    luaL_error(state, "%s: only users draw, and nobody plays while the script loads", function);
  }
  return stage->actions.random(stage->running);
}

int push_random(lua_State* state, int first, pacing::Random& random, const char* function) {
  const int arguments = lua_gettop(state) - first + 1;
  if (arguments <= 0) {
    lua_pushnumber(state, random.uniform01());
    return 1;
  }
  const lua_Integer low = arguments == 1 ? 1 : luaL_checkinteger(state, first);
  const lua_Integer high = luaL_checkinteger(state, first + (arguments == 1 ? 0 : 1));
  if (low > high) luaL_error(state, "%s: nothing between %I and %I", function, low, high);
  // The difference of any two integers fits when it is taken without sign; 0 stands for 2^64.
  const auto width = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low) + 1;
  const std::uint64_t offset = width == 0 ? random.next() : random.below(width);
  lua_pushinteger(state, static_cast<lua_Integer>(static_cast<std::uint64_t>(low) + offset));
  return 1;
}

std::span<const char* const> me_fields() { return kMeFields; }
std::span<const char* const> message_fields() { return kMessageFields; }

void open_me(lua_State* state) {
  open_me_type(state);
  open_message(state);
  open_every(state);
  replace_math_random(state);
}

void push_me(lua_State* state, LocalUser user) {
  lua_pushlightuserdata(state, reinterpret_cast<void*>(static_cast<std::uintptr_t>(user)));
}

void push_message(lua_State* state) { lua_rawgetp(state, LUA_REGISTRYINDEX, &message_key); }

}  // namespace throng::scenario
