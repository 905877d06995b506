#include <CLI/CLI.hpp>
#include <memory>
#include <utility>

#include "loadgen/commands/command.hpp"
#include "loadgen/commands/play_and_report.hpp"
#include "loadgen/commands/run_options.hpp"
#include "loadgen/floor/peer_process.hpp"

namespace throng::commands {
namespace {

int floor(const RunWords& words, std::chrono::system_clock::time_point now) {
  play::RunOptions options = to_options(words, now);
  const throng::floor::PeerProcess peer(now);
  options.target = peer.target();
  options.secret = throng::floor::PeerProcess::secret();
  return play_and_report(std::move(options), words.json);
}

}  // namespace

void add_floor(CLI::App& app, Action& action, std::chrono::system_clock::time_point now) {
  auto* command = app.add_subcommand("floor",
                                     "play a scenario against a peer that only answers: what it "
                                     "measures, the generator and the machine add to every run");
  auto words = std::make_shared<RunWords>();
  add_play_options(*command, *words);
  command->parse_complete_callback(
      [words, now, &action] { action = [words, now] { return floor(*words, now); }; });
}

}  // namespace throng::commands
