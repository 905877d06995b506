#include "loadgen/scenario/me.hpp"
#include "loadgen/scenario/values.hpp"

namespace throng::scenario {
namespace {

// A chat of that kind, each of the caller's as likely as the others; nil when there is none.
int push_some_chat(lua_State* state, const Caller& caller, ChatKind kind) {
  const auto chats = caller.actions.chats(caller.user);
  std::uint64_t count = 0;
  for (const ChatInfo& info : chats) count += info.kind == kind ? 1 : 0;
  if (count == 0) {
    lua_pushnil(state);
    return 1;
  }
  std::uint64_t skip = caller.actions.random(caller.user).below(count);
  for (const ChatInfo& info : chats) {
    if (info.kind != kind || skip-- > 0) continue;
    lua_pushinteger(state, info.chat);
    break;
  }
  return 1;
}

int friend_chat(lua_State* state) {
  return push_some_chat(state, check_caller(state, "me:friend"), ChatKind::kFriend);
}

int group_chat(lua_State* state) {
  return push_some_chat(state, check_caller(state, "me:group"), ChatKind::kGroup);
}

// me:chats() → a new list of all.
int chats(lua_State* state) {
  const Caller caller = check_caller(state, "me:chats");
  const auto infos = caller.actions.chats(caller.user);
  lua_createtable(state, static_cast<int>(infos.size()), 0);
  for (std::size_t i = 0; i < infos.size(); ++i) {
    lua_pushinteger(state, infos[i].chat);
    lua_rawseti(state, -2, static_cast<lua_Integer>(i + 1));
  }
  return 1;
}

int members(lua_State* state) {
  const Caller caller = check_caller(state, "me:members");
  const ChatIndex chat = check_chat(state, 2, caller, "me:members");
  for (const ChatInfo& info : caller.actions.chats(caller.user)) {
    if (info.chat == chat) lua_pushinteger(state, info.members);
  }
  return 1;
}

int unread(lua_State* state) {
  const Caller caller = check_caller(state, "me:unread");
  const ChatIndex chat = check_chat(state, 2, caller, "me:unread");
  lua_pushinteger(state, static_cast<lua_Integer>(caller.actions.unread(caller.user, chat)));
  return 1;
}

int online(lua_State* state) {
  const Caller caller = check_caller(state, "me:online");
  lua_pushboolean(state, caller.actions.online(caller.user));
  return 1;
}

// me:time() → seconds since the run began.
int time(lua_State* state) {
  const Caller caller = check_caller(state, "me:time");
  lua_pushnumber(state, pacing::to_seconds(caller.actions.now() - caller.actions.run_start()));
  return 1;
}

int random(lua_State* state) {
  check_caller(state, "me:random");
  return push_random(state, 2, check_random(state, "me:random"), "me:random");
}

int sample(lua_State* state) {
  check_caller(state, "me:sample");
  const Name name{"me:sample", "the distribution"};
  lua_pushnumber(state, check_sample(state, 2, name, check_random(state, "me:sample")));
  return 1;
}

int chance(lua_State* state) {
  check_caller(state, "me:chance");
  const Name name{"me:chance", "the probability"};
  const double probability = check_quantity(state, 2, name);
  if (probability < 0 || probability > 1) reject(state, 2, name, "from 0 to 1");
  lua_pushboolean(state, check_random(state, "me:chance").chance(probability));
  return 1;
}

constexpr luaL_Reg kFunctions[] = {
    {"chance", chance},   {"chats", chats},   {"friend", friend_chat}, {"group", group_chat},
    {"members", members}, {"online", online}, {"random", random},      {"sample", sample},
    {"time", time},       {"unread", unread},
};

}  // namespace

std::span<const luaL_Reg> asking_functions() { return kFunctions; }

}  // namespace throng::scenario
