#pragma once

#include <cstddef>
#include <exception>
#include <lua.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "loadgen/pacing/schedule.hpp"
#include "loadgen/scenario/plan.hpp"
#include "loadgen/scenario/population.hpp"
#include "loadgen/scenario/source.hpp"

namespace throng::scenario {

struct Stage;

/// `population { … }` as a script wrote it.
struct PopulationDeclaration {
  int line = 1;  ///< where it was called
  std::optional<pacing::Schedule> messages;
  std::optional<pacing::Schedule> logins;
  pacing::Duration stay{};
  pacing::Duration heartbeat{};
  std::optional<double> direct;
  std::uint64_t bytes = 100;
  std::uint64_t stored_bytes = 100;
  std::vector<Zone> zones;
};

/// What the top level of a script declares while it runs.
struct Declaration {
  const Source& source;
  Plan plan{};
  bool scenario_seen = false;
  bool args_seen = false;
  std::optional<PopulationDeclaration> population{};
};

/// A lua_State for one scenario: its libraries cut down to what can't hurt, its memory counted, its
/// endless loops caught, its errors told as FILE:LINE. Owned and used by one thread.
///
/// Lua raises errors with longjmp, which runs no destructors. So in every function that Lua calls,
/// no object with a destructor is alive where a Lua function may raise, and C++ exceptions are
/// turned into Lua errors by guarded().
class Interpreter {
 public:
  /// `stage` is null when nobody plays and the script is only asked for its plan.
  /// Requires: both outlive the interpreter.
  Interpreter(Declaration& declaration, Stage* stage);
  ~Interpreter();
  Interpreter(const Interpreter&) = delete;
  Interpreter& operator=(const Interpreter&) = delete;

  /// The interpreter that a state or one of its coroutines belongs to.
  static Interpreter& of(lua_State* state) {
    return **static_cast<Interpreter**>(lua_getextraspace(state));
  }

  /// Runs the top level of the script. From then on its globals can't be assigned, since all users
  /// would share them. Errors: ScriptError.
  void load();

  lua_State* main() const { return main_; }
  Declaration& declaration() const { return declaration_; }
  Stage* stage() const { return stage_; }
  std::size_t memory_bytes() const { return memory_bytes_; }

  /// True when so much has been allocated that some garbage is to be collected. Nothing collects by
  /// itself, but for a turn that allocates kMostUncollected: so pauses fall between turns, where
  /// they can be timed.
  bool garbage_due() const { return memory_bytes_ >= collect_at_; }
  /// Collects in proportion to what was allocated.
  void collect_garbage();

  /// Pushes the script's global function onto the main stack; pushes nothing and gives false when
  /// the script defines none of that name.
  bool push_function(const char* name);
  /// The line on which the script's global function of that name begins; 0 if there is none.
  int line_of(const char* function);

  /// Calls the function below `arguments` values on the main stack, without results.
  /// Errors: ScriptError.
  void call(int arguments);

  /// Throws ScriptError with the message on top of the stack of `thread`, whose frames still stand.
  [[noreturn]] void raise(lua_State* thread) const;
  /// The same with a message that has no place of its own in the script.
  [[noreturn]] void fail(std::string_view message) const { fail_at(1, message); }
  /// The same at a line of the script.
  [[noreturn]] void fail_at(int line, std::string_view message) const;

  /// Forgets what the guards against endless loops have counted. To be called before each call and
  /// each resume.
  void begin_turn() {
    hooks_in_turn_ = 0;
    acts_in_turn_ = 0;
  }
  /// Raises a Lua error when one turn acts so often that it will never wait.
  void count_act(lua_State* state);

 private:
  static constexpr std::size_t kMostUncollected = std::size_t{64} << 20;

  static void* allocate(void* self, void* block, std::size_t old_bytes, std::size_t new_bytes);
  static void on_instructions(lua_State* state, lua_Debug* where);
  static int add_position(lua_State* state);
  static int assign_global(lua_State* state);

  bool refuses(std::size_t more_bytes);
  void open_libraries();
  void freeze_globals_of_chunk();
  std::string full_path(std::string message) const;

  // Constant after construction
  Declaration& declaration_;
  Stage* const stage_;
  const std::string path_;
  lua_State* main_ = nullptr;

  std::string short_path_;  // as Lua writes the path in messages: cut when it is long
  bool loaded_ = false;
  std::size_t memory_bytes_ = 0;
  std::size_t collect_at_ = 0;
  std::size_t refuse_at_ = kMostUncollected;
  bool refused_ = false;
  int hooks_in_turn_ = 0;
  int acts_in_turn_ = 0;
};

/// Runs C++ code inside a function that Lua calls. An exception becomes a Lua error, raised when
/// the exception is gone. Requires: `code` raises no Lua error itself.
template <class Code>
void guarded(lua_State* state, Code&& code) {
  char message[512];
  try {
    code();
    return;
  } catch (const std::exception& error) {
    message[std::string_view{error.what()}.copy(message, sizeof message - 1)] = '\0';
  }
  luaL_error(state, "%s", message);
}

}  // namespace throng::scenario
