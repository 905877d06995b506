#include <CLI/CLI.hpp>
#include <memory>

#include "loadgen/commands/ab_options.hpp"
#include "loadgen/commands/ab_session.hpp"
#include "loadgen/commands/command.hpp"

namespace throng::commands {

void add_ab(CLI::App& app, Action& action, std::chrono::system_clock::time_point now) {
  auto* command = app.add_subcommand(
      "ab", "start two servers in turns and say whether one is worse: exit code 6 if so");
  auto words = std::make_shared<AbWords>();
  add_ab_options(*command, *words);
  command->parse_complete_callback(
      [words, now, &action] { action = [words, now] { return play_ab(*words, now); }; });
}

}  // namespace throng::commands
