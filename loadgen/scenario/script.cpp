#include "loadgen/scenario/script.hpp"

#include <lua.hpp>
#include <string>
#include <utility>

#include "loadgen/scenario/api.hpp"
#include "loadgen/scenario/interpreter.hpp"
#include "loadgen/scenario/me.hpp"
#include "loadgen/scenario/stage.hpp"

namespace throng::scenario {
namespace {

// More resumes than this at one and the same time of the clock are a loop that never ends: in
// virtual time nothing else would ever end it.
constexpr std::uint32_t kTurnsInMoment = 1'000'000;

void check_complete(Interpreter& interpreter) {
  const Declaration& declaration = interpreter.declaration();
  if (!declaration.scenario_seen) {
    interpreter.fail("the script never calls scenario { users = …, duration = … }");
  }
  if (!declaration.args_seen && !declaration.source.args.empty()) {
    interpreter.fail("the scenario declares no args, but '" +
                     declaration.source.args.begin()->first + "' was given");
  }
  if (!interpreter.push_function("user")) {
    interpreter.fail("the script defines no function user(me)");
  }
  lua_pop(interpreter.main(), 1);
}

// What the function that waited returns in Lua: pushes it and gives the number of values.
struct PushOutcome {
  lua_State* thread;

  int push_error(std::string_view error) const {
    lua_pushlstring(thread, error.data(), error.size());
    return 2;
  }
  int operator()(const TimeReached&) const { return 0; }
  int operator()(const LoginDone& login) const {
    lua_pushboolean(thread, login.error.empty());
    if (!login.error.empty()) return push_error(login.error);
    lua_pushinteger(thread, static_cast<lua_Integer>(login.caught_up));
    return 2;
  }
  int operator()(const SendsDone& sends) const {
    lua_pushboolean(thread, sends.error.empty());
    return sends.error.empty() ? 1 : push_error(sends.error);
  }
  int operator()(const FetchDone& fetch) const {
    if (!fetch.error.empty()) {
      lua_pushnil(thread);
      return push_error(fetch.error);
    }
    lua_pushinteger(thread, fetch.messages);
    if (fetch.next.empty()) return 1;
    lua_pushlstring(thread, fetch.next.data(), fetch.next.size());
    return 2;
  }
  int operator()(const PresenceDone& presence) const {
    if (!presence.error.empty()) {
      lua_pushnil(thread);
      return push_error(presence.error);
    }
    lua_pushinteger(thread, presence.online);
    lua_pushinteger(thread, presence.asked);
    return 2;
  }
  int operator()(const UploadDone& upload) const {
    if (!upload.error.empty()) {
      lua_pushnil(thread);
      return push_error(upload.error);
    }
    lua_pushlstring(thread, upload.asset.data(), upload.asset.size());
    return 1;
  }
  int operator()(const DownloadDone& download) const {
    if (!download.error.empty()) {
      lua_pushnil(thread);
      return push_error(download.error);
    }
    lua_pushinteger(thread, static_cast<lua_Integer>(download.bytes));
    return 1;
  }
  int operator()(const ChatChangeDone& change) const {
    lua_pushboolean(thread, change.error.empty());
    return change.error.empty() ? 1 : push_error(change.error);
  }
};

// While on_message runs, and not a moment longer even when it raises an error.
struct MessageScope {
  MessageScope(Stage& of, LocalUser user, const Message& message) : stage(of) {
    stage.running = user;
    stage.message = &message;
  }
  ~MessageScope() {
    stage.running = kNobody;
    stage.message = nullptr;
  }
  MessageScope(const MessageScope&) = delete;
  MessageScope& operator=(const MessageScope&) = delete;

  Stage& stage;
};

}  // namespace

void load_script(Interpreter& interpreter) {
  open_api(interpreter.main());
  interpreter.load();
  check_complete(interpreter);
}

Plan load_plan(const Source& source) {
  Declaration declaration{.source = source};
  declaration.plan.title = title_of(source.text);
  Interpreter interpreter{declaration, nullptr};
  load_script(interpreter);
  return std::move(declaration.plan);
}

struct Script::State {
  State(const Source& script, Actions& actions, std::size_t users);

  void run(LocalUser user, int arguments);
  void release(LocalUser user);
  void check_progress(LocalUser user);
  void check_idle() const;

  // Constant after construction
  Source source;
  Declaration declaration;
  int threads = LUA_NOREF;  // the table that keeps the coroutines alive: thread by user + 1
  int user = LUA_NOREF;     // the script's functions
  int on_message = LUA_NOREF;

  Stage stage;
  Interpreter interpreter;
};

Script::State::State(const Source& script, Actions& actions, std::size_t users)
    : source(script),
      declaration{.source = source},
      stage{.actions = actions, .coroutines = std::vector<Coroutine>(users)},
      interpreter(declaration, &stage) {
  load_script(interpreter);
  lua_State* main = interpreter.main();
  lua_createtable(main, static_cast<int>(users), 0);
  threads = luaL_ref(main, LUA_REGISTRYINDEX);
  if (interpreter.push_function("user")) user = luaL_ref(main, LUA_REGISTRYINDEX);
  if (interpreter.push_function("on_message")) on_message = luaL_ref(main, LUA_REGISTRYINDEX);
}

void Script::State::check_idle() const {
  if (stage.running == kNobody) return;
  throw std::logic_error{"scenario: called from inside an action"};
}

// Runs the coroutine, with the arguments on its stack, until it waits or ends.
void Script::State::run(LocalUser who, int arguments) {
  Coroutine& coroutine = stage.coroutines[who];
  interpreter.begin_turn();
  stage.running = who;
  int results = 0;
  const int status = lua_resume(coroutine.thread, interpreter.main(), arguments, &results);
  stage.running = kNobody;
  if (status != LUA_OK && status != LUA_YIELD) interpreter.raise(coroutine.thread);
  if (status == LUA_OK || coroutine.ended) release(who);
}

void Script::State::release(LocalUser who) {
  Coroutine& coroutine = stage.coroutines[who];
  coroutine.thread = nullptr;
  coroutine.awaits = Awaits::kNothing;
  coroutine.ended = true;
  lua_State* main = interpreter.main();
  lua_rawgeti(main, LUA_REGISTRYINDEX, threads);
  lua_pushnil(main);
  lua_rawseti(main, -2, static_cast<lua_Integer>(who) + 1);
  lua_pop(main, 1);
}

void Script::State::check_progress(LocalUser who) {
  Coroutine& coroutine = stage.coroutines[who];
  const pacing::TimePoint now = stage.actions.now();
  coroutine.turns_in_moment = now == coroutine.went_on ? coroutine.turns_in_moment + 1 : 0;
  coroutine.went_on = now;
  if (coroutine.turns_in_moment < kTurnsInMoment) return;
  lua_pushfstring(coroutine.thread, "endless loop: %d waits that were over at once",
                  static_cast<int>(kTurnsInMoment));
  interpreter.raise(coroutine.thread);
}

Script::Script(const Source& source, Actions& actions, std::size_t users)
    : state_(std::make_unique<State>(source, actions, users)) {}

Script::~Script() = default;

void Script::start(LocalUser user, pacing::TimePoint due) {
  state_->check_idle();
  Coroutine& coroutine = state_->stage.coroutines[user];
  if (coroutine.thread != nullptr) throw std::logic_error{"scenario: a user was started twice"};
  lua_State* main = state_->interpreter.main();
  lua_rawgeti(main, LUA_REGISTRYINDEX, state_->threads);
  coroutine = {.thread = lua_newthread(main), .due = due, .started = due};
  lua_rawseti(main, -2, static_cast<lua_Integer>(user) + 1);
  lua_pop(main, 1);
  lua_rawgeti(coroutine.thread, LUA_REGISTRYINDEX, state_->user);
  push_me(coroutine.thread, user);
  state_->run(user, 1);
}

void Script::resume(LocalUser user, const Outcome& outcome) {
  state_->check_idle();
  Coroutine& coroutine = state_->stage.coroutines[user];
  if (coroutine.thread == nullptr) return;
  if (outcome.index() != static_cast<std::size_t>(coroutine.awaits)) {
    throw std::logic_error{"scenario: a user was resumed with what it didn't wait for"};
  }
  state_->check_progress(user);
  // A reply moves the due time: what follows couldn't have been meant to happen before it.
  if (coroutine.awaits != Awaits::kTime) coroutine.due = coroutine.went_on;
  coroutine.awaits = Awaits::kNothing;
  state_->run(user, std::visit(PushOutcome{coroutine.thread}, outcome));
}

std::vector<pacing::TimePoint> Script::missed_turns(LocalUser user, pacing::TimePoint now) {
  state_->check_idle();
  lua_State* const thread = state_->stage.coroutines[user].thread;
  if (thread == nullptr) return {};
  return scenario::missed_turns(thread, state_->stage.actions, now, kMostMissed);
}

void Script::stop(LocalUser user) {
  state_->stage.coroutines[user].ended = true;
  // One that runs is released when it gives way: its Lua frames still stand.
  if (state_->stage.running != user) state_->release(user);
}

bool Script::finished(LocalUser user) const { return state_->stage.coroutines[user].ended; }

bool Script::wants_messages() const { return state_->on_message != LUA_NOREF; }

bool Script::moves_members() const {
  const std::string& text = state_->source.text;
  return text.find("leave") != std::string::npos || text.find("remove") != std::string::npos;
}

void Script::on_message(LocalUser user, const Message& message) {
  state_->check_idle();
  const MessageScope scope{state_->stage, user, message};
  lua_State* main = state_->interpreter.main();
  lua_rawgeti(main, LUA_REGISTRYINDEX, state_->on_message);
  push_me(main, user);
  push_message(main);
  state_->interpreter.call(2);
}

bool Script::garbage_due() const { return state_->interpreter.garbage_due(); }

void Script::collect_garbage() {
  state_->check_idle();
  state_->interpreter.collect_garbage();
}

std::size_t Script::memory_bytes() const { return state_->interpreter.memory_bytes(); }

}  // namespace throng::scenario
