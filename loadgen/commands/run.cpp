#include "loadgen/play/run.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "loadgen/commands/command.hpp"
#include "loadgen/commands/progress_display.hpp"
#include "loadgen/commands/report_files.hpp"
#include "loadgen/commands/run_arguments.hpp"
#include "loadgen/pacing/quantity.hpp"
#include "loadgen/report/run_json.hpp"
#include "loadgen/report/terminal.hpp"

namespace throng::commands {
namespace {

using WallTime = std::chrono::system_clock::time_point;

/// The options as typed; empty texts were not given.
struct Raw {
  std::string scenario;
  std::string target = "ws://127.0.0.1:9400";
  std::string users;
  std::string duration;
  std::string ramp;
  std::string warmup = "auto";
  std::string processes = "1";
  std::string seed = "1";
  unsigned threads = 0;
  std::string out;
  std::vector<std::string> thresholds;
  std::string secret_file;
  std::string prometheus;
  bool json = false;
  std::vector<std::string> script_args;
};

struct Row {
  const char* name;
  const char* environment;
  std::string Raw::*value;
  const char* help;
};

constexpr Row kRows[] = {
    {"--target", "THRONG_TARGET", &Raw::target, "URL of the server [ws://127.0.0.1:9400]"},
    {"--users", "THRONG_USERS", &Raw::users, "people, e.g. 10k [the scenario's]"},
    {"--duration", "THRONG_DURATION", &Raw::duration, "measured time, e.g. 60s [the scenario's]"},
    {"--ramp", "THRONG_RAMP", &Raw::ramp, "time over which people arrive [the scenario's]"},
    {"--warmup", "THRONG_WARMUP", &Raw::warmup,
     "auto: leave out of the totals what isn't steady yet; none: leave out nothing [auto]"},
    {"--processes", "THRONG_PROCESSES", &Raw::processes,
     "generator processes, or auto: one for two cores [1]"},
    {"--seed", "THRONG_SEED", &Raw::seed, "same seed, same people, same chats, same schedules [1]"},
    {"--out", "THRONG_OUT", &Raw::out, "directory for the results [throng-out/NAME-TIME]"},
    {"--secret-file", "THRONG_SECRET_FILE", &Raw::secret_file,
     "file with the server's token secret (or THRONG_SECRET)"},
    {"--prometheus", "THRONG_PROMETHEUS", &Raw::prometheus,
     "HOST:PORT, or PORT of 127.0.0.1, for the generator's /metrics page [none]"},
};

template <class T>
T checked(const char* option, pacing::QuantityResult<T> parsed) {
  if (parsed.has_error()) {
    throw std::runtime_error(fmt::format("{}: {}", option, parsed.error().message));
  }
  return *parsed;
}

template <class T, class Parse>
std::optional<T> optional_value(const char* option, const std::string& text, Parse parse) {
  if (text.empty()) return std::nullopt;
  return checked<T>(option, parse(text));
}

bool parse_warmup(const std::string& text) {
  if (text != "auto" && text != "none") {
    throw std::runtime_error(fmt::format("--warmup: expected auto or none, got \"{}\"", text));
  }
  return text == "auto";
}

unsigned parse_processes(const std::string& text) {
  constexpr std::uint64_t kMost = 256;
  if (text == "auto") return play::default_threads();
  const auto processes = checked<std::uint64_t>("--processes", pacing::parse_count(text));
  if (processes >= 1 && processes <= kMost) return static_cast<unsigned>(processes);
  throw std::runtime_error(fmt::format("--processes: expected auto or 1 to {}", kMost));
}

std::string read_secret(const std::string& file) {
  if (!file.empty()) {
    std::string secret;
    std::ifstream in(file);
    if (std::getline(in, secret)) return secret;
    throw std::runtime_error(fmt::format("--secret-file: \"{}\" can't be read or is empty", file));
  }
  if (const char* secret = std::getenv("THRONG_SECRET")) return secret;
  throw std::runtime_error(
      "no secret to sign people's tokens with: set THRONG_SECRET or --secret-file to the server's");
}

play::RunOptions to_options(const Raw& raw, WallTime now) {
  play::RunOptions options;
  options.source = scenario::read_source(raw.scenario, parse_script_args(raw.script_args));
  const auto target = transport::parse_target(raw.target);
  if (target.has_error()) throw std::runtime_error("--target: " + target.error().message);
  options.target = *target;
  options.secret = read_secret(raw.secret_file);
  options.started = now;
  options.users = optional_value<std::uint64_t>("--users", raw.users, pacing::parse_count);
  options.duration =
      optional_value<pacing::Duration>("--duration", raw.duration, pacing::parse_duration);
  options.ramp = optional_value<pacing::Duration>("--ramp", raw.ramp, pacing::parse_duration);
  options.thresholds = raw.thresholds;
  options.seed = checked<std::uint64_t>("--seed", pacing::parse_count(raw.seed));
  options.find_warm_up = parse_warmup(raw.warmup);
  options.processes = parse_processes(raw.processes);
  options.threads = raw.threads;
  options.out_dir =
      raw.out.empty() ? default_out(options.source.name, now) : std::filesystem::path(raw.out);
  options.prometheus = raw.prometheus;
  options.args = raw.script_args;
  options.version = kVersion;
  return options;
}

bool wants_colour(int descriptor) { return isatty(descriptor) && !std::getenv("NO_COLOR"); }

play::RunOutcome play_and_show(play::RunOptions& options) {
  const pacing::SteadyClock clock;
  std::function<std::size_t()> columns;
  if (isatty(STDERR_FILENO)) columns = [] { return terminal_columns(STDERR_FILENO); };
  ProgressDisplay display(std::cerr, columns);
  options.on_progress = [&](const play::Progress& progress) {
    display.show(progress, clock.now());
  };
  play::RunOutcome outcome = play::play(options);
  display.finish();
  return outcome;
}

/// The path of the page, or nothing and `error` says why. Derived only from what this run wrote.
std::string derive_page(const std::filesystem::path& dir, std::string& error) {
  if (!error.empty()) return {};
  try {
    return write_reports(dir).string();
  } catch (const std::exception& failure) {
    error = failure.what();
    return {};
  }
}

int run(const Raw& raw, WallTime now) {
  play::RunOptions options = to_options(raw, now);
  play::RunOutcome outcome = play_and_show(options);
  if (outcome.result) {
    const std::string page = derive_page(options.out_dir, outcome.error);
    std::cout << (raw.json ? report::write_run_json(*outcome.result)
                           : report::terminal_summary(*outcome.result, page,
                                                      wants_colour(STDOUT_FILENO)));
  }
  if (outcome.error.empty()) return static_cast<int>(outcome.code);
  std::cerr << "throng: " << outcome.error << '\n';
  // Whoever reads results that aren't there must not take the run for a good one.
  return static_cast<int>(outcome.code == play::ExitCode::kPass ? play::ExitCode::kUsage
                                                                : outcome.code);
}

}  // namespace

void add_run(CLI::App& app, Action& action, WallTime now) {
  auto* command = app.add_subcommand("run", "play a scenario over real connections");
  auto raw = std::make_shared<Raw>();
  command->add_option("SCENARIO", raw->scenario, "a Lua file, e.g. scenarios/one_to_one.lua")
      ->required();
  for (const Row& row : kRows) {
    command->add_option(row.name, (*raw).*row.value, row.help)->envname(row.environment);
  }
  command
      ->add_option("--threads", raw->threads,
                   "worker threads in each process; 0: one for two cores")
      ->envname("THRONG_THREADS")
      ->check(CLI::Range(0, 256));
  command
      ->add_option("--threshold", raw->thresholds,
                   "a condition to meet, e.g. \"deliver.p99 < 500ms\"; may be repeated")
      ->envname("THRONG_THRESHOLD")
      ->allow_extra_args(false);
  command->add_flag("--json", raw->json, "print run.json instead of the table")
      ->envname("THRONG_JSON");
  command->add_option("ARGS", raw->script_args, "after --: NAME=VALUE for the script");
  command->parse_complete_callback(
      [raw, now, &action] { action = [raw, now] { return run(*raw, now); }; });
}

}  // namespace throng::commands
