#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>

#include "loadgen/commands/command.hpp"
#include "loadgen/commands/secret.hpp"
#include "loadgen/pacing/quantity.hpp"
#include "loadgen/play/join.hpp"

namespace throng::commands {
namespace {

/// The options as typed; empty texts were not given.
struct Raw {
  std::string join;
  std::string key_file;
  std::string name;
  std::string wait = "60s";
  unsigned threads = 0;
};

std::string host_name() {
  std::array<char, 256> name{};
  gethostname(name.data(), name.size() - 1);
  return name.data();
}

int join(const Raw& raw) {
  const auto wait = pacing::parse_duration(raw.wait);
  if (!wait) throw std::runtime_error("--wait: " + wait.error().message);
  play::JoinOptions options;
  options.coordinator = raw.join;
  options.secret = read_crew_key(raw.key_file);
  options.name = raw.name.empty() ? fmt::format("{}-{}", host_name(), getpid()) : raw.name;
  options.threads = raw.threads;
  options.wait = *wait;
  options.version = kVersion;
  options.on_progress = [](const std::string& line) { std::cerr << line << std::endl; };
  const play::JoinOutcome outcome = play::join_run(options);
  if (!outcome.error.empty()) std::cerr << "throng: " << outcome.error << '\n';
  return static_cast<int>(outcome.code);
}

}  // namespace

void add_crew(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand(
      "crew", "play a share of the people of a run that was started elsewhere with --crews");
  auto raw = std::make_shared<Raw>();
  command->add_option("--join", raw->join, "HOST:PORT, or PORT of 127.0.0.1, of that throng run")
      ->envname("THRONG_JOIN")
      ->required();
  command
      ->add_option("--crew-key-file", raw->key_file,
                   "file with the key that both ends share (or THRONG_CREW_KEY)")
      ->envname("THRONG_CREW_KEY_FILE");
  command->add_option("--wait", raw->wait, "for that run to be there [60s]")
      ->envname("THRONG_WAIT");
  command->add_option("--name", raw->name, "in that run's results [HOST-PID]")
      ->envname("THRONG_NAME");
  command->add_option("--threads", raw->threads, "worker threads; 0: one for two cores")
      ->envname("THRONG_THREADS")
      ->check(CLI::Range(0, 256));
  command->parse_complete_callback([raw, &action] { action = [raw] { return join(*raw); }; });
}

}  // namespace throng::commands
