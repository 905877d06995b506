#include "loadgen/commands/run_options.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <utility>

#include "loadgen/commands/run_arguments.hpp"
#include "loadgen/commands/secret.hpp"
#include "loadgen/floor/calibration.hpp"
#include "loadgen/pacing/quantity.hpp"

namespace throng::commands {
namespace {

constexpr RunOption kPlayRows[] = {
    {"--users", "THRONG_USERS", &RunWords::users, "people, e.g. 10k [the scenario's]"},
    {"--duration", "THRONG_DURATION", &RunWords::duration,
     "measured time, e.g. 60s [the scenario's]"},
    {"--ramp", "THRONG_RAMP", &RunWords::ramp, "time over which people arrive [the scenario's]"},
    {"--warmup", "THRONG_WARMUP", &RunWords::warmup,
     "time to play before it counts; auto: until it is steady; none [auto]"},
    {"--processes", "THRONG_PROCESSES", &RunWords::processes,
     "generator processes, or auto: one for two cores [1]"},
    {"--sessions-per-connection", "THRONG_SESSIONS_PER_CONNECTION",
     &RunWords::sessions_per_connection, "people on each connection [1]"},
    {"--seed", "THRONG_SEED", &RunWords::seed,
     "same seed, same people, same chats, same schedules [1]"},
    {"--out", "THRONG_OUT", &RunWords::out, "directory for the results [throng-out/NAME-TIME]"},
    {"--prometheus", "THRONG_PROMETHEUS", &RunWords::prometheus,
     "HOST:PORT, or PORT of 127.0.0.1, for the generator's /metrics page [none]"},
    {"--prometheus-linger", "THRONG_PROMETHEUS_LINGER", &RunWords::prometheus_linger,
     "time that the end waits for those who read it to get the last figures [30s]"},
};

constexpr RunOption kTargetRows[] = {
    {"--target", "THRONG_TARGET", &RunWords::target, "URL of the server [ws://127.0.0.1:9400]"},
    {"--secret-file", "THRONG_SECRET_FILE", &RunWords::secret_file,
     "file with the server's token secret (or THRONG_SECRET)"},
    {"--tls-ca", "THRONG_TLS_CA", &RunWords::tls_ca,
     "file with the certificates that wss:// is held to, PEM [the system's]"},
    {"--floor", "THRONG_FLOOR", &RunWords::floor,
     "auto: measure first what the generator itself adds; none: don't [auto]"},
    {"--live", "THRONG_LIVE", &RunWords::live,
     "HOST:PORT or PORT of a page that shows the run; auto: 9600 at a terminal; none [auto]"},
    {"--crews", "THRONG_CREWS", &RunWords::crews,
     "so many throng crew --join, on other machines, play all people [0]"},
    {"--crew-listen", "THRONG_CREW_LISTEN", &RunWords::crew_listen,
     "HOST:PORT, or PORT of 127.0.0.1, where they join [127.0.0.1:9410]"},
    {"--crew-key-file", "THRONG_CREW_KEY_FILE", &RunWords::crew_key_file,
     "file with the key that both ends share (or THRONG_CREW_KEY)"},
    {"--crew-wait", "THRONG_CREW_WAIT", &RunWords::crew_wait, "for all of them to join [60s]"},
};

template <std::size_t n>
void add_rows(CLI::App& command, RunWords& words, const RunOption (&rows)[n]) {
  for (const RunOption& row : rows) {
    command.add_option(std::string(row.name), words.*row.value, row.help)->envname(row.environment);
  }
}

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

/// Nothing: it is to be found.
std::optional<pacing::Duration> parse_warmup(const std::string& text) {
  if (text == "auto") return std::nullopt;
  if (text == "none") return pacing::Duration::zero();
  const auto given = pacing::parse_duration(text);
  if (given.has_value() && *given >= pacing::Duration::zero()) return *given;
  throw std::runtime_error(
      fmt::format("--warmup: expected auto, none or a time, e.g. 10s, got \"{}\"", text));
}

unsigned parse_processes(const std::string& text) {
  constexpr std::uint64_t kMost = 256;
  if (text == "auto") return play::default_threads();
  const auto processes = checked<std::uint64_t>("--processes", pacing::parse_count(text));
  if (processes >= 1 && processes <= kMost) return static_cast<unsigned>(processes);
  throw std::runtime_error(fmt::format("--processes: expected auto or 1 to {}", kMost));
}

std::uint32_t parse_sessions_per_connection(const std::string& text) {
  constexpr std::uint64_t kMost = 100'000;
  const auto sessions =
      checked<std::uint64_t>("--sessions-per-connection", pacing::parse_count(text));
  if (sessions >= 1 && sessions <= kMost) return static_cast<std::uint32_t>(sessions);
  throw std::runtime_error(
      fmt::format("--sessions-per-connection: expected 1 to {}, got \"{}\"", kMost, text));
}

play::MusterOptions muster_of(const RunWords& words) {
  constexpr std::uint64_t kMost = 1'000;
  play::MusterOptions muster;
  const auto crews = checked<std::uint64_t>("--crews", pacing::parse_count(words.crews));
  if (crews > kMost) throw std::runtime_error(fmt::format("--crews: expected 0 to {}", kMost));
  if (crews == 0) return muster;
  if (words.processes != "1") {
    throw std::runtime_error("--processes: with --crews all people are played by the crews");
  }
  muster.crews = static_cast<unsigned>(crews);
  muster.listen = words.crew_listen;
  muster.secret = read_crew_key(words.crew_key_file);
  muster.wait = checked<pacing::Duration>("--crew-wait", pacing::parse_duration(words.crew_wait));
  return muster;
}

tls::Trust trust_of(const RunWords& words) {
  if (words.tls_ca.empty()) return {.certificates = {}, .anybody = words.tls_insecure};
  std::ifstream in(words.tls_ca);
  std::string pem{std::istreambuf_iterator<char>(in), {}};
  if (pem.empty()) {
    throw std::runtime_error(
        fmt::format("--tls-ca: \"{}\" can't be read or is empty", words.tls_ca));
  }
  tls::Trust trust{.certificates = std::move(pem), .anybody = words.tls_insecure};
  try {
    const tls::ClientContext tried(trust);
  } catch (const std::runtime_error& e) {
    throw std::runtime_error(fmt::format("--tls-ca: \"{}\": {}", words.tls_ca, e.what()));
  }
  return trust;
}

bool parse_floor(const std::string& text) {
  if (text == "auto" || text == "none") return text == "auto";
  throw std::runtime_error(fmt::format("--floor: expected auto or none, got \"{}\"", text));
}

}  // namespace

const RunOption& run_option(std::string_view name) {
  const auto named = [&](const RunOption& row) { return row.name == name; };
  const auto* found = std::find_if(std::begin(kPlayRows), std::end(kPlayRows), named);
  if (found != std::end(kPlayRows)) return *found;
  return *std::find_if(std::begin(kTargetRows), std::end(kTargetRows), named);
}

void add_run_option(CLI::App& command, RunWords& words, std::string_view name) {
  const RunOption& row = run_option(name);
  command.add_option(std::string(row.name), words.*row.value, row.help)->envname(row.environment);
}

void add_scenario_options(CLI::App& command, RunWords& words) {
  command.add_option("SCENARIO", words.scenario, "a Lua file, e.g. scenarios/one_to_one.lua")
      ->required();
  command
      .add_option("--threshold", words.thresholds,
                  "a condition to meet, e.g. \"deliver.p99 < 500ms\"; may be repeated")
      ->envname("THRONG_THRESHOLD")
      ->allow_extra_args(false);
  command.add_flag("--json", words.json, "print run.json instead of the table")
      ->envname("THRONG_JSON");
  command.add_option("ARGS", words.script_args, "after --: NAME=VALUE for the script");
}

void add_play_options(CLI::App& command, RunWords& words) {
  add_scenario_options(command, words);
  add_rows(command, words, kPlayRows);
  command
      .add_option("--threads", words.threads,
                  "worker threads in each process; 0: one for two cores")
      ->envname("THRONG_THREADS")
      ->check(CLI::Range(0, 256));
}

void add_target_options(CLI::App& command, RunWords& words) {
  add_rows(command, words, kTargetRows);
  command
      .add_flag("--tls-insecure", words.tls_insecure, "take any certificate, for tests of your own")
      ->envname("THRONG_TLS_INSECURE");
}

play::RunOptions to_options(const RunWords& words, std::chrono::system_clock::time_point now) {
  play::RunOptions options;
  options.source = scenario::read_source(words.scenario, parse_script_args(words.script_args));
  options.started = now;
  options.users = optional_value<std::uint64_t>("--users", words.users, pacing::parse_count);
  options.duration =
      optional_value<pacing::Duration>("--duration", words.duration, pacing::parse_duration);
  options.ramp = optional_value<pacing::Duration>("--ramp", words.ramp, pacing::parse_duration);
  options.thresholds = words.thresholds;
  options.seed = checked<std::uint64_t>("--seed", pacing::parse_count(words.seed));
  options.warm_up = parse_warmup(words.warmup);
  options.processes = parse_processes(words.processes);
  options.sessions_per_connection = parse_sessions_per_connection(words.sessions_per_connection);
  options.threads = words.threads;
  options.out_dir =
      words.out.empty() ? default_out(options.source.name, now) : std::filesystem::path(words.out);
  options.prometheus = words.prometheus;
  options.prometheus_linger = checked<pacing::Duration>(
      "--prometheus-linger", pacing::parse_duration(words.prometheus_linger));
  options.args = words.script_args;
  options.version = kVersion;
  return options;
}

void aim(play::RunOptions& options, const RunWords& words) {
  const auto target = transport::parse_target(words.target);
  if (target.has_error()) throw std::runtime_error("--target: " + target.error().message);
  options.target = *target;
  options.target.trust = trust_of(words);
  options.secret =
      read_secret({"--secret-file", "THRONG_SECRET",
                   "no secret to sign people's tokens with, which must be the server's"},
                  words.secret_file);
  options.muster = muster_of(words);
  if (!parse_floor(words.floor)) return;
  options.measure_floor = [seed = options.seed, now = options.started](const auto& interrupted) {
    return floor::measure_floor(seed, now, interrupted);
  };
}

play::LiveOptions live_of(const RunWords& words) {
  constexpr const char* kUsual = "127.0.0.1:9600";
  if (words.live == "none") return {};
  if (words.live != "auto") return {.address = words.live, .may_move = false};
  if (!isatty(STDERR_FILENO)) return {};
  return {.address = kUsual, .may_move = true};
}

}  // namespace throng::commands
