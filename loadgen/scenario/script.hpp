#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "loadgen/scenario/actions.hpp"
#include "loadgen/scenario/plan.hpp"
#include "loadgen/scenario/source.hpp"

namespace throng::scenario {

/// A mistake in a script: what() is "FILE:LINE: message".
class ScriptError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class Interpreter;

/// Runs the top level of a whole scenario, which must declare all that one needs.
/// Errors: ScriptError.
void load_script(Interpreter& interpreter);

/// Runs the script once without playing it, and gives what it declared.
/// Errors: ScriptError.
Plan load_plan(const Source& source);

/// The script in one worker: one lua_State, one coroutine a user. Owned by the worker's thread.
///
/// A coroutine that waits costs its Lua thread and nothing else. A script error throws ScriptError
/// out of start() or resume(); the run ends with it.
class Script {
 public:
  /// Requires: `actions` outlives the script. Errors: ScriptError.
  Script(const Source& source, Actions& actions, std::size_t users);
  ~Script();

  /// Starts the user's coroutine and runs it until it waits for something or ends.
  /// Requires: it hasn't been started, or has ended.
  void start(LocalUser user, pacing::TimePoint due);
  /// Goes on with a coroutine that waited; one that has ended stays so.
  /// Requires: the outcome is of what it waits for.
  void resume(LocalUser user, const Outcome& outcome);
  /// When turns of me:every were due that the user hasn't come to by `now`, since an earlier turn
  /// still waits for something: at most kMostMissed. Requires: stop() follows.
  std::vector<pacing::TimePoint> missed_turns(LocalUser user, pacing::TimePoint now);
  static constexpr std::size_t kMostMissed = 100'000;
  /// Ends a coroutine wherever it stands; resuming it later does nothing.
  void stop(LocalUser user);
  /// True once the coroutine has ended, by itself or by stop().
  bool finished(LocalUser user) const;

  /// True when the script defines on_message.
  bool wants_messages() const;
  /// True when the script may take people out of chats: its text has the words for it.
  bool moves_members() const;
  /// Calls on_message(me, message): it can act but not wait. Errors: ScriptError.
  /// Requires: wants_messages(), and no coroutine runs.
  void on_message(LocalUser user, const Message& message);

  /// True when collect_garbage() is to be called. Nothing else collects, but within a turn that
  /// allocates very much.
  bool garbage_due() const;
  /// Collects some of what scripts have let go: a step that takes longer the more users there are.
  /// Requires: no coroutine runs.
  void collect_garbage();
  /// Bytes that the lua_State holds.
  std::size_t memory_bytes() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace throng::scenario
