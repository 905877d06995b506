#include <algorithm>

#include "loadgen/scenario/me.hpp"
#include "loadgen/scenario/values.hpp"
#include "protocol/events.hpp"

// Who is in which chat, and what it is called. People come and go among those whom the plan has in
// the chat: so the ledger has a place for each of them.
namespace throng::scenario {
namespace {

using Kind = ChatChange::Kind;

int change_chat(lua_State* state, const Caller& caller, ChatIndex chat, const ChatChange& change) {
  guarded(state, [&] { caller.actions.change_chat(caller.user, chat, change, caller.due()); });
  return wait_for(state, caller, Awaits::kChatChange);
}

std::uint64_t check_member(lua_State* state, int index, const Caller& caller, ChatIndex chat,
                           const char* function) {
  const Name name{function, "the user"};
  const std::uint64_t number = check_count(state, index, name, 1, caller.actions.users_total());
  if (!std::ranges::binary_search(caller.actions.planned_members(chat), number)) {
    reject(state, index, name, "one whom the plan has in that chat, as me:other(chat) gives");
  }
  return number;
}

int change_member(lua_State* state, Kind kind, const char* function) {
  const Caller caller = check_waiter(state, function);
  const ChatIndex chat = check_chat(state, 2, caller, function);
  const std::uint64_t number = check_member(state, 3, caller, chat, function);
  return change_chat(state, caller, chat, {.kind = kind, .user_number = number});
}

// me:add(chat, number) → true, or false and why not. So do those that follow.
int add(lua_State* state) { return change_member(state, Kind::kAdd, "me:add"); }

int remove(lua_State* state) { return change_member(state, Kind::kRemove, "me:remove"); }

int leave(lua_State* state) {
  const Caller caller = check_waiter(state, "me:leave");
  const ChatIndex chat = check_chat(state, 2, caller, "me:leave");
  return change_chat(
      state, caller, chat,
      {.kind = Kind::kRemove, .user_number = caller.actions.user_number(caller.user)});
}

int rename(lua_State* state) {
  const Caller caller = check_waiter(state, "me:rename");
  const ChatIndex chat = check_chat(state, 2, caller, "me:rename");
  if (lua_type(state, 3) != LUA_TSTRING) reject(state, 3, {"me:rename", "the name"}, "a text");
  std::size_t size = 0;
  const char* name = lua_tolstring(state, 3, &size);
  return change_chat(state, caller, chat, {.kind = Kind::kRename, .name = {name, size}});
}

// me:joined(chat) → whether the user is in it, as far as the device knows.
int joined(lua_State* state) {
  const Caller caller = check_caller(state, "me:joined");
  const ChatIndex chat = check_chat(state, 2, caller, "me:joined");
  lua_pushboolean(state, caller.actions.joined(caller.user, chat));
  return 1;
}

// me:other(chat) → the number of one of the others whom the plan has there.
int other(lua_State* state) {
  const Caller caller = check_caller(state, "me:other");
  const ChatIndex chat = check_chat(state, 2, caller, "me:other");
  const auto members = caller.actions.planned_members(chat);
  const std::uint64_t own = caller.actions.user_number(caller.user);
  std::uint64_t place = caller.actions.random(caller.user).below(members.size() - 1);
  if (members[place] >= own) ++place;
  lua_pushinteger(state, members[place]);
  return 1;
}

constexpr luaL_Reg kFunctions[] = {
    {"add", add},     {"joined", joined}, {"leave", leave},
    {"other", other}, {"remove", remove}, {"rename", rename},
};

}  // namespace

std::span<const luaL_Reg> member_functions() { return kFunctions; }

}  // namespace throng::scenario
