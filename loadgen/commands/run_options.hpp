#pragma once

#include <CLI/CLI.hpp>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "loadgen/commands/command.hpp"
#include "loadgen/play/run.hpp"

namespace throng::commands {

/// The options of a run as typed; empty texts were not given.
struct RunWords {
  std::string scenario;
  std::string target = "ws://127.0.0.1:9400";
  std::string users;
  std::string duration;
  std::string ramp;
  std::string warmup = "auto";
  std::string processes = "1";
  std::string sessions_per_connection = "1";
  std::string seed = "1";
  unsigned threads = 0;
  std::string out;
  std::vector<std::string> thresholds;
  std::string secret_file;
  std::string tls_ca;
  bool tls_insecure = false;
  std::string floor = "auto";
  std::string crews = "0";
  std::string crew_listen = "127.0.0.1:9410";
  std::string crew_key_file;
  std::string crew_wait = "60s";
  std::string live = "auto";
  std::string prometheus;
  std::string prometheus_linger = "30s";
  bool json = false;
  std::vector<std::string> script_args;
};

/// An option of a run that takes a text.
struct RunOption {
  std::string_view name;
  const char* environment;
  std::string RunWords::*value;
  const char* help;
};
/// That of a name. Requires: there is one.
const RunOption& run_option(std::string_view name);

/// Adds the option of that name. Requires: there is one.
void add_run_option(CLI::App& command, RunWords& words, std::string_view name);
/// The scenario with its arguments, thresholds, and how the result is printed.
void add_scenario_options(CLI::App& command, RunWords& words);
/// What every command that plays a scenario against a target takes, those included.
void add_play_options(CLI::App& command, RunWords& words);
/// Which target, with what secret, whether the generator is measured beside it, which crews of other
/// machines play, and where the run can be watched.
void add_target_options(CLI::App& command, RunWords& words);

/// All but the target. Errors: std::runtime_error naming the option.
play::RunOptions to_options(const RunWords& words, std::chrono::system_clock::time_point now);
/// What add_target_options() took, but for where it can be watched. Errors: std::runtime_error naming the option.
void aim(play::RunOptions& options, const RunWords& words);
/// Where the run is to be watched. At a terminal there is somebody who may want to.
play::LiveOptions live_of(const RunWords& words);

}  // namespace throng::commands
