#pragma once

#include <chrono>
#include <functional>

namespace CLI {
class App;
}

namespace throng::commands {

inline constexpr const char* kVersion = THRONG_VERSION;

/// What to do once the command line has been read; returns the exit code.
using Action = std::function<int()>;

/// The exit code for something that nothing proves.
inline constexpr int kInconclusive = 8;
/// And for something that is worse than it was.
inline constexpr int kRegression = 6;

// Each adds one subcommand; `action` is set when it is the one that was asked for. By
// parse_complete_callback, so that the environment's options of one don't count for another.
void add_run(CLI::App& app, Action& action, std::chrono::system_clock::time_point now);
void add_simulate(CLI::App& app, Action& action, std::chrono::system_clock::time_point now);
void add_floor(CLI::App& app, Action& action, std::chrono::system_clock::time_point now);
void add_crew(CLI::App& app, Action& action);
void add_report(CLI::App& app, Action& action);
void add_view(CLI::App& app, Action& action);
void add_doctor(CLI::App& app, Action& action);
void add_capacity(CLI::App& app, Action& action);
void add_cost(CLI::App& app, Action& action);
void add_calibrate(CLI::App& app, Action& action);
void add_scale(CLI::App& app, Action& action);
void add_search(CLI::App& app, Action& action, std::chrono::system_clock::time_point now);
void add_ab(CLI::App& app, Action& action, std::chrono::system_clock::time_point now);
void add_compare(CLI::App& app, Action& action);
void add_baseline(CLI::App& app, Action& action, std::chrono::system_clock::time_point now);
void add_trend(CLI::App& app, Action& action);

/// Reads the command line and does what it says. Errors: explained on stderr in one line; each
/// has its exit code. `now` is the wall clock's time.
int run_command_line(int argc, char** argv, std::chrono::system_clock::time_point now);

}  // namespace throng::commands
