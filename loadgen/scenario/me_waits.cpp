#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string_view>
#include <type_traits>

#include "loadgen/scenario/me.hpp"
#include "loadgen/scenario/values.hpp"
#include "protocol/events.hpp"

namespace throng::scenario {
namespace {

using pacing::Duration;
using pacing::TimePoint;

constexpr const char* kEveryType = "every";
constexpr int kMaxUploadBytes = 64 << 20;
// Due times are drawn from a lane of their own: what a script draws must not move them.
constexpr std::uint8_t kScheduleLane = 1;

// Where one loop over me:every() stands. The schedule is anchored as its user value.
struct Every {
  pacing::ScheduleCursor cursor;
  pacing::Random random;
};
static_assert(std::is_trivially_destructible_v<Every>);

// Raises a Lua error where nothing can wait.
void check_can_wait(lua_State* state, const Stage& stage, const char* function) {
  if (stage.message != nullptr) luaL_error(state, "%s waits, and on_message can't", function);
  if (lua_isyieldable(state) != 0) return;
  luaL_error(state, "%s can't wait inside a function that table.sort or string.gsub calls",
             function);
}

void set_timer(lua_State* state, const Caller& caller, TimePoint due) {
  caller.coroutine().due = due;
  guarded(state, [&] { caller.actions.wait_until(caller.user, due); });
  caller.coroutine().awaits = Awaits::kTime;
}

// me:think(time): goes on that much later than now, whenever that is.
int think(lua_State* state) {
  const Caller caller = check_waiter(state, "me:think");
  const Name name{"me:think", "the time"};
  pacing::Random& random = caller.actions.random(caller.user);
  // Text here is always a duration, so that think("5") is five seconds.
  const double seconds = lua_type(state, 2) == LUA_TUSERDATA ? check_sample(state, 2, name, random)
                                                             : check_seconds(state, 2, name);
  const auto time = pacing::from_seconds(std::clamp(seconds, 0.0, kMaxSeconds));
  set_timer(state, caller, caller.actions.now() + time);
  return lua_yield(state, 0);
}

// me:wait_until(time): goes on at that time of the run. Nobody is late for what was before them.
int wait_until(lua_State* state) {
  const Caller caller = check_waiter(state, "me:wait_until");
  const double seconds = check_seconds(state, 2, {"me:wait_until", "the time"});
  const TimePoint due = caller.actions.run_start() + pacing::from_seconds(seconds);
  set_timer(state, caller, std::max(due, caller.coroutine().started));
  return lua_yield(state, 0);
}

// When the loop's next turn is due; nullopt once the schedule gives nothing within the run.
std::optional<TimePoint> next_due(Every& every, const Actions& actions) {
  const auto offset = every.cursor.next(every.random);
  if (!offset || *offset >= actions.run_end() - actions.run_start()) return std::nullopt;
  return actions.run_start() + *offset;
}

int every_arrived(lua_State* state, int, lua_KContext turn) {
  if (turn == 0) return 0;
  lua_pushinteger(state, turn);
  return 1;
}

// The iterator: waits for the next due time, gives the turn's number. The loop ends with the run.
int every_next(lua_State* state) {
  auto* every = static_cast<Every*>(luaL_checkudata(state, 1, kEveryType));
  Interpreter& interpreter = Interpreter::of(state);
  Stage& stage = *interpreter.stage();
  check_can_wait(state, stage, "me:every");
  const Caller caller{interpreter, stage, stage.actions, stage.running};
  const auto due = next_due(*every, caller.actions);
  set_timer(state, caller, due.value_or(caller.actions.run_end()));
  const lua_Integer turn = due ? lua_tointeger(state, 2) + 1 : 0;
  return lua_yieldk(state, 0, turn, every_arrived);
}

// me:every(schedule): for n in me:every(poisson("20s")) do … end
int every(lua_State* state) {
  const Caller caller = check_waiter(state, "me:every");
  lua_pushcfunction(state, every_next);
  void* memory = lua_newuserdatauv(state, sizeof(Every), 1);
  push_schedule(state, 2, {"me:every", "the gap"});
  const pacing::Schedule& schedule = to_schedule(state, -1);
  lua_setiuservalue(state, -2, 1);
  const Duration from = std::max(Duration::zero(), caller.due() - caller.actions.run_start());
  const std::uint64_t seed = caller.actions.random(caller.user).next();
  const std::uint64_t number = caller.actions.user_number(caller.user);
  guarded(state, [&] {
    new (memory)
        Every{pacing::ScheduleCursor{schedule, from}, pacing::Random{seed, number, kScheduleLane}};
  });
  luaL_setmetatable(state, kEveryType);
  lua_pushinteger(state, 0);
  return 3;
}

// Of the value on top of the stack, if it is a loop.
void add_missed(lua_State* thread, const Actions& actions, TimePoint now, std::size_t most,
                std::vector<TimePoint>& missed) {
  auto* every = static_cast<Every*>(luaL_testudata(thread, -1, kEveryType));
  while (every != nullptr && missed.size() < most) {
    const auto due = next_due(*every, actions);
    if (!due || *due > now) return;
    missed.push_back(*due);
  }
}

// me:login() → true and how many messages catch-up brought, or false and why not.
int login(lua_State* state) {
  const Caller caller = check_waiter(state, "me:login");
  if (caller.actions.online(caller.user)) {
    lua_pushboolean(state, 1);
    lua_pushinteger(state, 0);
    return 2;
  }
  guarded(state, [&] { caller.actions.login(caller.user, caller.due()); });
  return wait_for(state, caller, Awaits::kLogin);
}

// me:sent() → true once all is acknowledged, or false and why the first one failed.
int sent(lua_State* state) {
  const Caller caller = check_waiter(state, "me:sent");
  guarded(state, [&] { caller.actions.await_sends(caller.user); });
  return wait_for(state, caller, Awaits::kSends);
}

struct Page {
  std::uint32_t limit = protocol::kDefaultFetchLimit;
  std::string_view token;
};

// { limit = 50, token = … } at the index, or nothing. The text stays on the stack.
Page check_page(lua_State* state, int index) {
  static constexpr const char* kKeys[] = {"limit", "token"};
  Page page;
  if (lua_isnoneornil(state, index)) return page;
  if (lua_type(state, index) != LUA_TTABLE) {
    reject(state, index, {"me:fetch", "the page"}, "a table { limit =, token = }");
  }
  check_keys(state, index, "me:fetch", kKeys);
  if (lua_getfield(state, index, "limit") != LUA_TNIL) {
    page.limit = static_cast<std::uint32_t>(
        check_count(state, lua_gettop(state), {"me:fetch", "limit"}, 1, protocol::kMaxFetchLimit));
  }
  const int type = lua_getfield(state, index, "token");
  if (type == LUA_TSTRING) {
    std::size_t size = 0;
    const char* text = lua_tolstring(state, -1, &size);
    page.token = {text, size};
  } else if (type != LUA_TNIL) {
    reject(state, -1, {"me:fetch", "token"}, "the second result of the fetch before");
  }
  return page;
}

// me:fetch(chat, { limit =, token = }) → how many messages, and the token of the page before it.
int fetch(lua_State* state) {
  const Caller caller = check_waiter(state, "me:fetch");
  const ChatIndex chat = check_chat(state, 2, caller, "me:fetch");
  const Page page = check_page(state, 3);
  guarded(state,
          [&] { caller.actions.fetch(caller.user, chat, page.token, page.limit, caller.due()); });
  return wait_for(state, caller, Awaits::kFetch);
}

// Reads the list at the index into the stage.
void read_user_numbers(lua_State* state, int index, const Caller& caller) {
  const Name name{"me:presence", "a user"};
  auto& numbers = caller.stage.user_numbers;
  numbers.clear();
  if (lua_type(state, index) != LUA_TTABLE) {
    reject(state, index, {"me:presence", "the users"}, "a list of their numbers");
  }
  const std::uint64_t size = lua_rawlen(state, index);
  if (size > protocol::kMaxPresenceUsers) {
    luaL_error(state, "me:presence: at most %d users, not %I",
               static_cast<int>(protocol::kMaxPresenceUsers), static_cast<LUAI_UACINT>(size));
  }
  for (std::uint64_t i = 1; i <= size; ++i) {
    lua_rawgeti(state, index, static_cast<lua_Integer>(i));
    const std::uint64_t number =
        check_count(state, lua_gettop(state), name, 1, caller.actions.users_total());
    guarded(state, [&] { numbers.push_back(number); });
    lua_pop(state, 1);
  }
}

// me:presence(numbers) → how many of them are online, or nil and why that isn't known.
int presence(lua_State* state) {
  const Caller caller = check_waiter(state, "me:presence");
  read_user_numbers(state, 2, caller);
  guarded(state,
          [&] { caller.actions.presence(caller.user, caller.stage.user_numbers, caller.due()); });
  return wait_for(state, caller, Awaits::kPresence);
}

// me:upload(bytes, type) → the asset's name, or nil and why not.
int upload(lua_State* state) {
  const Caller caller = check_waiter(state, "me:upload");
  const Name name{"me:upload", "bytes"};
  const double bytes = std::round(check_quantity(state, 2, name));
  if (!(bytes >= 1 && bytes <= kMaxUploadBytes)) {
    reject(state, 2, name, lua_pushfstring(state, "from 1 to %d", kMaxUploadBytes));
  }
  const char* type = luaL_optstring(state, 3, "application/octet-stream");
  if (std::string_view(type).find_first_of("\r\n") != std::string_view::npos) {
    reject(state, 3, {"me:upload", "the type"}, "a media type, e.g. \"image/png\"");
  }
  guarded(state, [&] {
    caller.actions.upload(caller.user, static_cast<std::size_t>(bytes), type, caller.due());
  });
  return wait_for(state, caller, Awaits::kUpload);
}

// me:download(asset) → how many bytes it has, or nil and why it didn't come.
int download(lua_State* state) {
  const Caller caller = check_waiter(state, "me:download");
  const std::string_view asset = check_asset(state, 2, "me:download");
  guarded(state, [&] { caller.actions.download(caller.user, asset, caller.due()); });
  return wait_for(state, caller, Awaits::kDownload);
}

constexpr luaL_Reg kFunctions[] = {
    {"download", download}, {"every", every},       {"fetch", fetch},
    {"login", login},       {"presence", presence}, {"sent", sent},
    {"think", think},       {"upload", upload},     {"wait_until", wait_until},
};

}  // namespace

Caller check_waiter(lua_State* state, const char* function) {
  const Caller caller = check_caller(state, function);
  check_can_wait(state, caller.stage, function);
  return caller;
}

int wait_for(lua_State* state, const Caller& caller, Awaits awaits) {
  caller.coroutine().awaits = awaits;
  return lua_yield(state, 0);
}

std::span<const luaL_Reg> waiting_functions() { return kFunctions; }

// A for loop keeps what it loops over in a local variable without a name.
std::vector<TimePoint> missed_turns(lua_State* thread, const Actions& actions, TimePoint now,
                                    std::size_t most) {
  std::vector<TimePoint> missed;
  lua_Debug frame;
  if (lua_checkstack(thread, LUA_MINSTACK) == 0) return missed;
  for (int level = 0; lua_getstack(thread, level, &frame) != 0; ++level) {
    for (int local = 1; lua_getlocal(thread, &frame, local) != nullptr; ++local) {
      add_missed(thread, actions, now, most, missed);
      lua_pop(thread, 1);
    }
  }
  return missed;
}

void open_every(lua_State* state) {
  luaL_newmetatable(state, kEveryType);
  lua_pushboolean(state, 0);
  lua_setfield(state, -2, "__metatable");
  lua_pop(state, 1);
}

}  // namespace throng::scenario
