#include "loadgen/play/run.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "loadgen/commands/command.hpp"
#include "loadgen/commands/progress_display.hpp"
#include "loadgen/commands/report_files.hpp"
#include "loadgen/pacing/quantity.hpp"
#include "loadgen/report/run_json.hpp"
#include "loadgen/report/terminal.hpp"
#include "protocol/token.hpp"

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

/// "rate=5s", "--rate=5s" or "--rate 5s", as they stood behind `--`.
std::map<std::string, std::string> parse_script_args(const std::vector<std::string>& words) {
  std::map<std::string, std::string> args;
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::string word = words[i];
    const bool dashed = word.starts_with("--");
    if (dashed) word.erase(0, 2);
    const std::size_t equals = word.find('=');
    if (equals != std::string::npos && equals > 0) {
      args[word.substr(0, equals)] = word.substr(equals + 1);
    } else if (dashed && !word.empty() && i + 1 < words.size()) {
      args[word] = words[++i];
    } else {
      throw std::runtime_error(
          fmt::format("\"{}\" behind -- isn't an argument: expected NAME=VALUE", words[i]));
    }
  }
  return args;
}

std::string read_secret(const std::string& file) {
  std::string secret;
  if (file.empty()) {
    const char* given = std::getenv("THRONG_SECRET");
    secret = given ? given : "";
    if (secret.empty()) {
      throw std::runtime_error(
          "no secret to sign people's tokens with: set THRONG_SECRET or --secret-file to the "
          "server's");
    }
  } else {
    std::ifstream in(file);
    if (!std::getline(in, secret)) {
      throw std::runtime_error(
          fmt::format("--secret-file: \"{}\" can't be read or is empty", file));
    }
  }
  if (secret.size() < protocol::TokenKey::kMinSecretBytes) {
    throw std::runtime_error(
        fmt::format("the secret must have at least {} bytes", protocol::TokenKey::kMinSecretBytes));
  }
  return secret;
}

std::filesystem::path default_out(const std::string& scenario_name, WallTime now) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  char stamp[32];
  std::strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", &utc);
  return std::filesystem::path("throng-out") / fmt::format("{}-{}", scenario_name, stamp);
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
  options.version = THRONG_VERSION;
  return options;
}

bool wants_colour(int descriptor) { return isatty(descriptor) && !std::getenv("NO_COLOR"); }

int run(const Raw& raw, WallTime now) {
  play::RunOptions options = to_options(raw, now);
  ProgressDisplay display(std::cerr, isatty(STDERR_FILENO) != 0);
  options.on_progress = [&](const play::Progress& progress) { display.show(progress); };
  const play::RunOutcome outcome = play::play(options);
  display.finish();
  if (!outcome.error.empty()) std::cerr << "throng: " << outcome.error << '\n';
  if (outcome.result) {
    const auto page = write_reports(options.out_dir);
    if (raw.json) {
      std::cout << report::write_run_json(*outcome.result);
    } else {
      std::cout << report::terminal_summary(*outcome.result, page.string(),
                                            wants_colour(STDOUT_FILENO));
    }
  }
  return static_cast<int>(outcome.code);
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
      ->add_option("--threads", raw->threads, "worker threads in each process [one for two cores]")
      ->envname("THRONG_THREADS")
      ->check(CLI::Range(1, 256));
  command
      ->add_option("--threshold", raw->thresholds,
                   "a condition to meet, e.g. \"deliver.p99 < 500ms\"; may be repeated")
      ->envname("THRONG_THRESHOLD")
      ->allow_extra_args(false);
  command->add_flag("--json", raw->json, "print run.json instead of the table")
      ->envname("THRONG_JSON");
  command->add_option("ARGS", raw->script_args, "after --: NAME=VALUE for the script");
  command->callback([raw, now, &action] { action = [raw, now] { return run(*raw, now); }; });
}

}  // namespace throng::commands
