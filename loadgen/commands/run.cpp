#include <CLI/CLI.hpp>
#include <memory>
#include <utility>

#include "loadgen/commands/command.hpp"
#include "loadgen/commands/play_and_report.hpp"
#include "loadgen/commands/run_options.hpp"

namespace throng::commands {
namespace {

int run(const RunWords& words, std::chrono::system_clock::time_point now) {
  play::RunOptions options = to_options(words, now);
  aim(options, words);
  options.live = live_of(words);
  return play_and_report(std::move(options), words.json);
}

}  // namespace

void add_run(CLI::App& app, Action& action, std::chrono::system_clock::time_point now) {
  auto* command = app.add_subcommand("run", "play a scenario over real connections");
  auto words = std::make_shared<RunWords>();
  add_target_options(*command, *words);
  add_play_options(*command, *words);
  command->parse_complete_callback(
      [words, now, &action] { action = [words, now] { return run(*words, now); }; });
}

}  // namespace throng::commands
