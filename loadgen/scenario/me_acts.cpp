#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "loadgen/scenario/me.hpp"
#include "loadgen/scenario/values.hpp"
#include "protocol/events.hpp"

namespace throng::scenario {
namespace {

// What run.json already calls an operation: a script's own can't be mixed into it.
constexpr std::array<std::string_view, 13> kOperations = {
    "connect",  "login", "send",     "deliver", "fan_out",  "receipt_delivered", "receipt_read",
    "catch_up", "fetch", "presence", "upload",  "download", "change_chat"};

Caller check_actor(lua_State* state, const char* function) {
  const Caller caller = check_caller(state, function);
  caller.interpreter.count_act(state);
  return caller;
}

std::size_t check_bytes(lua_State* state, int index, const char* function) {
  const Name name{function, "bytes"};
  const double bytes = std::round(check_quantity(state, index, name));
  if (bytes < 0 || bytes > protocol::kMaxBodyBytes) {
    reject(state, index, name,
           lua_pushfstring(state, "from 0 to %d", static_cast<int>(protocol::kMaxBodyBytes)));
  }
  return static_cast<std::size_t>(bytes);
}

std::string_view check_text(lua_State* state, int index, const char* function) {
  if (lua_type(state, index) != LUA_TSTRING) {
    reject(state, index, {function, "text"}, "a text");
  }
  std::size_t size = 0;
  const char* text = lua_tolstring(state, index, &size);
  if (size > protocol::kMaxBodyBytes) {
    luaL_error(state, "%s: the text must be at most %d bytes", function,
               static_cast<int>(protocol::kMaxBodyBytes));
  }
  return {text, size};
}

// { bytes = 500, text = "hello", asset = … } at the index. The texts stay on the stack.
Draft check_body_table(lua_State* state, int index, const char* function) {
  static constexpr const char* kKeys[] = {"asset", "bytes", "text"};
  check_keys(state, index, function, kKeys);
  Draft body;
  if (lua_getfield(state, index, "bytes") != LUA_TNIL) {
    body.bytes = check_bytes(state, lua_gettop(state), function);
  }
  if (lua_getfield(state, index, "text") != LUA_TNIL) {
    body.text = check_text(state, lua_gettop(state), function);
  }
  if (lua_getfield(state, index, "asset") != LUA_TNIL) {
    body.asset = check_asset(state, lua_gettop(state), function);
  }
  return body;
}

Draft check_body(lua_State* state, int index, const char* function) {
  switch (lua_type(state, index)) {
    case LUA_TNUMBER:
      return {.bytes = check_bytes(state, index, function)};
    case LUA_TSTRING:
      return {.text = check_text(state, index, function)};
    case LUA_TTABLE:
      return check_body_table(state, index, function);
    default:
      reject(state, index, {function, "the body"},
             "a number of bytes, a text, or { bytes =, text =, asset = }");
  }
}

// Pushes true, or false and why not.
int say(lua_State* state, const Caller& caller, ChatIndex chat, Draft draft) {
  draft.bytes = std::max(draft.bytes, draft.text.size());
  std::string_view refused;
  guarded(state, [&] { refused = caller.actions.send(caller.user, chat, draft, caller.due()); });
  lua_pushboolean(state, refused.empty());
  if (refused.empty()) return 1;
  lua_pushlstring(state, refused.data(), refused.size());
  return 2;
}

// me:send(chat, body) → true, or false and why not. So do those that follow.
int send(lua_State* state) {
  const Caller caller = check_actor(state, "me:send");
  const ChatIndex chat = check_chat(state, 2, caller, "me:send");
  return say(state, caller, chat, check_body(state, 3, "me:send"));
}

// me:edit(chat, body): the user's own newest message there.
int edit(lua_State* state) {
  const Caller caller = check_actor(state, "me:edit");
  const ChatIndex chat = check_chat(state, 2, caller, "me:edit");
  Draft draft = check_body(state, 3, "me:edit");
  if (!draft.asset.empty()) luaL_error(state, "me:edit: the asset can't be changed");
  draft.kind = protocol::MessageKind::kEdit;
  return say(state, caller, chat, draft);
}

// me:delete(chat): likewise.
int delete_own(lua_State* state) {
  const Caller caller = check_actor(state, "me:delete");
  const ChatIndex chat = check_chat(state, 2, caller, "me:delete");
  return say(state, caller, chat, {.kind = protocol::MessageKind::kDelete});
}

protocol::Seq check_seq(lua_State* state, int index, const char* function) {
  int is_number = 0;
  const lua_Integer seq = lua_tointegerx(state, index, &is_number);
  if (is_number == 0 || seq < 1) {
    reject(state, index, {function, "the message"}, "the seq of one, as message.seq is");
  }
  return static_cast<protocol::Seq>(seq);
}

// me:reply(chat, seq, body)
int reply(lua_State* state) {
  const Caller caller = check_actor(state, "me:reply");
  const ChatIndex chat = check_chat(state, 2, caller, "me:reply");
  const protocol::Seq seq = check_seq(state, 3, "me:reply");
  Draft draft = check_body(state, 4, "me:reply");
  draft.re = seq;
  return say(state, caller, chat, draft);
}

// me:react(chat, seq, sign)
int react(lua_State* state) {
  const Caller caller = check_actor(state, "me:react");
  const ChatIndex chat = check_chat(state, 2, caller, "me:react");
  const protocol::Seq seq = check_seq(state, 3, "me:react");
  const std::string_view sign = check_text(state, 4, "me:react");
  return say(state, caller, chat,
             {.text = sign, .kind = protocol::MessageKind::kReaction, .re = seq});
}

// me:read(chat): all that has reached the user there is read now.
int read(lua_State* state) {
  const Caller caller = check_actor(state, "me:read");
  const ChatIndex chat = check_chat(state, 2, caller, "me:read");
  guarded(state, [&] { caller.actions.read(caller.user, chat); });
  return 0;
}

int typing(lua_State* state) {
  const Caller caller = check_actor(state, "me:typing");
  const ChatIndex chat = check_chat(state, 2, caller, "me:typing");
  guarded(state, [&] { caller.actions.typing(caller.user, chat); });
  return 0;
}

void act(lua_State* state, const Caller& caller, protocol::ActivityKind kind,
         std::optional<ChatIndex> chat) {
  guarded(state, [&] { caller.actions.activity(caller.user, kind, chat); });
}

int activity(lua_State* state) {
  const Caller caller = check_actor(state, "me:activity");
  const char* text = lua_type(state, 2) == LUA_TSTRING ? lua_tostring(state, 2) : "";
  const auto* known = std::ranges::find(protocol::kActivityNames, text);
  if (known == protocol::kActivityNames.end()) {
    reject(state, 2, {"me:activity", "the kind"}, "connected, opened, typed or closed");
  }
  act(state, caller, static_cast<protocol::ActivityKind>(known - protocol::kActivityNames.begin()),
      {});
  return 0;
}

// me:open(chat): looks at it, and is told who else is there from then on.
int open_chat(lua_State* state) {
  const Caller caller = check_actor(state, "me:open");
  act(state, caller, protocol::ActivityKind::kOpened, check_chat(state, 2, caller, "me:open"));
  return 0;
}

int close_chat(lua_State* state) {
  const Caller caller = check_actor(state, "me:close");
  act(state, caller, protocol::ActivityKind::kClosed, check_chat(state, 2, caller, "me:close"));
  return 0;
}

int freeze(lua_State* state) {
  const Caller caller = check_actor(state, "me:freeze");
  guarded(state, [&] { caller.actions.freeze(caller.user, true); });
  return 0;
}

int thaw(lua_State* state) {
  const Caller caller = check_actor(state, "me:thaw");
  guarded(state, [&] { caller.actions.freeze(caller.user, false); });
  return 0;
}

int logout(lua_State* state) {
  const Caller caller = check_actor(state, "me:logout");
  guarded(state, [&] { caller.actions.logout(caller.user); });
  return 0;
}

int drop(lua_State* state) {
  const Caller caller = check_actor(state, "me:drop");
  guarded(state, [&] { caller.actions.drop(caller.user); });
  return 0;
}

// ---- me:timed ----

bool is_operation_name(std::string_view name) {
  return !name.empty() &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos;
}

void check_operation(lua_State* state, int index) {
  const char* text = lua_type(state, index) == LUA_TSTRING ? lua_tostring(state, index) : "";
  if (!is_operation_name(text)) {
    reject(state, index, {"me:timed", "the name"}, "a word of a-z, 0-9 and _");
  }
  if (std::find(kOperations.begin(), kOperations.end(), text) != kOperations.end()) {
    luaL_error(state, "me:timed: '%s' is measured anyway: use another name", text);
  }
}

// The function that was timed has returned, perhaps after many waits. On the stack: me, the name,
// the function's results.
int timed_done(lua_State* state, int, lua_KContext due_ns) {
  const Caller caller = check_caller(state, "me:timed");
  const std::string_view name = lua_tostring(state, 2);
  const pacing::TimePoint due{pacing::Duration{due_ns}};
  guarded(state, [&] { caller.actions.record(name, caller.actions.now() - due); });
  return lua_gettop(state) - 2;
}

// me:timed(name, fn, …) → what fn(me, …) returns. The time counts from when the user meant to act.
int timed(lua_State* state) {
  const Caller caller = check_actor(state, "me:timed");
  check_operation(state, 2);
  if (lua_type(state, 3) != LUA_TFUNCTION) {
    reject(state, 3, {"me:timed", "what is timed"}, "a function");
  }
  lua_pushvalue(state, 1);
  lua_insert(state, 4);
  const lua_KContext due_ns = caller.due().time_since_epoch().count();
  lua_callk(state, lua_gettop(state) - 3, LUA_MULTRET, due_ns, timed_done);
  return timed_done(state, LUA_OK, due_ns);
}

constexpr luaL_Reg kFunctions[] = {
    {"activity", activity}, {"close", close_chat}, {"delete", delete_own}, {"drop", drop},
    {"edit", edit},         {"freeze", freeze},    {"logout", logout},     {"open", open_chat},
    {"react", react},       {"read", read},        {"reply", reply},       {"send", send},
    {"thaw", thaw},         {"timed", timed},      {"typing", typing},
};

}  // namespace

std::span<const luaL_Reg> acting_functions() { return kFunctions; }

}  // namespace throng::scenario
