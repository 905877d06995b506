#pragma once

#include <lua.hpp>
#include <span>
#include <string_view>

#include "loadgen/scenario/interpreter.hpp"
#include "loadgen/scenario/stage.hpp"

/// `me`, the user whose code runs, and what scripts can do with it. In Lua it is a light userdata,
/// so it costs nothing: the user's index, with one metatable for all users.
namespace throng::scenario {

/// Who calls, checked: the first argument of a function of `me`.
struct Caller {
  Interpreter& interpreter;
  Stage& stage;
  Actions& actions;
  LocalUser user;

  Coroutine& coroutine() const { return stage.coroutines[user]; }
  /// When the caller meant to act. In on_message that is now: it reacts.
  pacing::TimePoint due() const {
    return stage.message == nullptr ? coroutine().due : actions.now();
  }
};

/// Raises a Lua error unless `me` stands first and is the user whose code runs.
Caller check_caller(lua_State* state, const char* function);
/// The chat at the index. Raises a Lua error unless it is one of the caller's.
ChatIndex check_chat(lua_State* state, int index, const Caller& caller, const char* function);
/// The caller of a function that waits. Raises a Lua error where nothing can wait.
Caller check_waiter(lua_State* state, const char* function);
/// Gives way to the other users. What Script::resume pushes is what the caller's function returns.
int wait_for(lua_State* state, const Caller& caller, Awaits awaits);
/// The name of an asset at the index, which stays on the stack.
std::string_view check_asset(lua_State* state, int index, const char* function);
/// The generator of the user whose code runs. Raises a Lua error while a script loads.
pacing::Random& check_random(lua_State* state, const char* function);
/// A random number as math.random gives it, for the arguments from `first` on.
int push_random(lua_State* state, int first, pacing::Random& random, const char* function);

// The functions of `me`, by what they do.
std::span<const luaL_Reg> waiting_functions();  ///< login, think, every, …: give way to others
std::span<const luaL_Reg> acting_functions();   ///< send, read, typing, …: done at once
std::span<const luaL_Reg> asking_functions();   ///< friend, unread, random, …: change nothing
std::span<const luaL_Reg> member_functions();   ///< add, leave, joined, …: who is in which chat

/// The fields of `me` and those of the message of on_message.
std::span<const char* const> me_fields();
std::span<const char* const> message_fields();

void open_me(lua_State* state);
/// The type of what me:every() loops over.
void open_every(lua_State* state);
/// When turns of the coroutine's me:every() loops were due before `now` that haven't begun, at most
/// `most`. The loops are of no use after.
std::vector<pacing::TimePoint> missed_turns(lua_State* thread, const Actions& actions,
                                            pacing::TimePoint now, std::size_t most);
void push_me(lua_State* state, LocalUser user);
void push_message(lua_State* state);

}  // namespace throng::scenario
