#include <CLI/CLI.hpp>
#include <memory>

#include "loadgen/commands/command.hpp"
#include "loadgen/commands/search_options.hpp"
#include "loadgen/commands/search_session.hpp"

namespace throng::commands {

void add_search(CLI::App& app, Action& action, std::chrono::system_clock::time_point now) {
  auto* command = app.add_subcommand(
      "search", "find the highest load that holds conditions: exit code 8 if that isn't sure");
  auto words = std::make_shared<SearchWords>();
  add_search_options(*command, *words);
  command->parse_complete_callback(
      [words, now, &action] { action = [words, now] { return search(*words, now); }; });
}

}  // namespace throng::commands
