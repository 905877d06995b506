#include "loadgen/commands/search_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "loadgen/pacing/quantity.hpp"
#include "loadgen/play/preflight.hpp"
#include "loadgen/play/prepare.hpp"
#include "loadgen/scenario/script.hpp"

namespace throng::commands {
namespace {

struct Row {
  const char* name;
  const char* environment;
  std::string SearchWords::*value;
  const char* help;
};

constexpr Row kRows[] = {
    {"--vary", "THRONG_VARY", &SearchWords::vary,
     "what the load is: users, or arg:NAME of the scenario [users]"},
    {"--from", "THRONG_FROM", &SearchWords::from,
     "the lightest load [a hundredth of the scenario's users]"},
    {"--to", "THRONG_TO", &SearchWords::to,
     "the heaviest load [as many users as fit, at most 100 times the scenario's]"},
    {"--budget", "THRONG_BUDGET", &SearchWords::budget, "time for the whole search [10m]"},
    {"--probe", "THRONG_PROBE", &SearchWords::probe,
     "measured time of the shortest probes [a 120th of the budget, at least 1s]"},
    {"--settle", "THRONG_SETTLE", &SearchWords::settle, "quiet time between two probes [1s]"},
    {"--precision", "THRONG_PRECISION", &SearchWords::precision,
     "half of the interval over the load that is narrow enough [2%]"},
};

/// Of throng run, those that make sense for every probe.
constexpr std::string_view kRunRows[] = {"--target",     "--users", "--ramp",
                                         "--processes",  "--seed",  "--sessions-per-connection",
                                         "--secret-file"};

constexpr double kFromShare = 0.01;
constexpr double kToTimes = 100;
constexpr double kMostPrecise = 0.001;
constexpr double kLeastPrecise = 0.2;
constexpr double kProbes = 120;
constexpr double kFewestShortest = 20;  // that a budget must have room for

double seconds(const char* option, const std::string& text) {
  const auto parsed = pacing::parse_duration(text);
  if (!parsed) throw std::runtime_error(fmt::format("{}: {}", option, parsed.error().message));
  return pacing::to_seconds(*parsed);
}

double parse_precision(std::string text) {
  const bool percent = text.ends_with('%');
  if (percent) text.pop_back();
  const auto number = pacing::parse_number(text);
  const double share = number ? *number / (percent ? 100 : 1) : 0;
  if (share >= kMostPrecise && share <= kLeastPrecise) return share;
  throw std::runtime_error("--precision: expected 0.1% to 20%");
}

search::Plan to_plan(const SearchWords& words, const search::Axis& axis) {
  search::Plan plan;
  plan.from = axis.from();
  plan.to = axis.to();
  plan.step = axis.step();
  plan.budget_s = seconds("--budget", words.budget);
  plan.shortest_s = words.probe.empty() ? std::max(plan.budget_s / kProbes, 1.0)
                                        : seconds("--probe", words.probe);
  plan.settle_s = seconds("--settle", words.settle);
  plan.precision = parse_precision(words.precision);
  if (plan.shortest_s <= 0) throw std::runtime_error("--probe: expected more than 0 s");
  if (plan.budget_s < plan.shortest_s * kFewestShortest) {
    throw std::runtime_error(fmt::format(
        "--budget: expected {:.3g} s or more, {:.0f} times the shortest probe (--probe)",
        plan.shortest_s * kFewestShortest, kFewestShortest));
  }
  return plan;
}

/// The scenario's own, where none is given.
std::vector<report::Threshold> to_conditions(const SearchWords& words, const scenario::Plan& plan) {
  std::vector<report::Threshold> conditions;
  for (const std::string& each : words.slos.empty() ? plan.thresholds : words.slos) {
    auto parsed = report::parse_threshold(each);
    if (!parsed) throw std::runtime_error("--slo: " + parsed.error().message);
    conditions.push_back(std::move(*parsed));
  }
  if (conditions.empty()) {
    throw std::runtime_error(
        "--slo: expected a condition, e.g. 'deliver.p99 < 200ms', for the scenario has none "
        "either");
  }
  return conditions;
}

bool fits(const play::RunOptions& run, std::uint64_t users) {
  try {
    play::check_fit(users, play::find_target(run.target), run.processes,
                    run.sessions_per_connection);
    return true;
  } catch (const play::Refusal& refusal) {
    if (refusal.code() == play::ExitCode::kUsage) return false;
    throw;
  }
}

std::uint64_t most_users(const play::RunOptions& run, std::uint64_t wanted) {
  std::uint64_t users = wanted;
  while (users > 1 && !fits(run, users)) users -= std::max<std::uint64_t>(users / 20, 1);
  return users;
}

search::Axis to_axis(const SearchWords& words, const play::RunOptions& run,
                     const scenario::Plan& plan) {
  if (words.vary != "users") {
    const bool is_argument = words.vary.starts_with("arg:");
    if (is_argument && (words.from.empty() || words.to.empty())) {
      throw std::runtime_error("--from, --to: with --vary arg:NAME expected both");
    }
    search::Axis axis(words.vary, words.from, words.to);
    if (!plan.args.contains(axis.argument())) {
      throw std::runtime_error(
          fmt::format("--vary: the scenario has no argument {}", axis.argument()));
    }
    return axis;
  }
  if (!words.run.users.empty()) {
    throw std::runtime_error("--users: it is what the search varies; see --from and --to");
  }
  const double users = static_cast<double>(plan.users);
  const std::string from =
      words.from.empty() ? fmt::format("{:.0f}", std::max(1.0, std::round(users * kFromShare)))
                         : words.from;
  const std::string to =
      words.to.empty()
          ? std::to_string(most_users(run, static_cast<std::uint64_t>(users * kToTimes)))
          : words.to;
  search::Axis axis(words.vary, from, to);
  play::check_fit(static_cast<std::uint64_t>(axis.to()), play::find_target(run.target),
                  run.processes, run.sessions_per_connection);
  return axis;
}

}  // namespace

void add_search_options(CLI::App& command, SearchWords& words) {
  command.add_option("SCENARIO", words.run.scenario, "a Lua file, e.g. scenarios/one_to_one.lua");
  command
      .add_option("--slo", words.slos,
                  "a condition to hold, e.g. \"deliver.p99 < 200ms\"; may be repeated [the "
                  "scenario's thresholds]")
      ->envname("THRONG_SLO")
      ->allow_extra_args(false);
  for (const Row& row : kRows) {
    command.add_option(row.name, words.*row.value, row.help)->envname(row.environment);
  }
  for (const std::string_view name : kRunRows) {
    const RunOption& row = run_option(name);
    command.add_option(std::string(row.name), words.run.*row.value, row.help)
        ->envname(row.environment);
  }
  command
      .add_option("--threads", words.run.threads,
                  "worker threads in each process; 0: one for two cores")
      ->envname("THRONG_THREADS")
      ->check(CLI::Range(0, 256));
  command
      .add_option("--out", words.run.out,
                  "directory for search.json and a folder a probe [throng-out/NAME-TIME]")
      ->envname("THRONG_OUT");
  command.add_option("--resume", words.resume, "go on with the search of that directory");
  command.add_flag("--json", words.run.json, "print search.json instead of the table")
      ->envname("THRONG_JSON");
  command.add_option("ARGS", words.run.script_args, "after --: NAME=VALUE for the script");
}

std::map<std::string, std::string> options_of(const SearchWords& words) {
  std::map<std::string, std::string> options;
  for (const Row& row : kRows) options[row.name] = words.*row.value;
  for (const std::string_view name : kRunRows) {
    const RunOption& row = run_option(name);
    options[std::string(row.name)] = words.run.*row.value;
  }
  options["--threads"] = std::to_string(words.run.threads);
  return options;
}

void restore_options(const search::Record& record, SearchWords& words) {
  const auto defaults = options_of({});
  const auto typed = options_of(words);
  for (const auto& [name, value] : record.options) {
    const auto found = typed.find(name);
    const bool given = found != typed.end() && found->second != defaults.at(name);
    if (!given || found->second == value) continue;
    throw std::runtime_error(
        fmt::format("--resume: {} was \"{}\" when the search began, and can't "
                    "be \"{}\" now",
                    name, value, found->second));
  }
  if (!words.run.scenario.empty() || !words.slos.empty() || !words.run.script_args.empty()) {
    throw std::runtime_error(
        "--resume: the scenario, its arguments and --slo are those that the search began with");
  }
  const auto text = [&](const std::string& name) {
    const auto found = record.options.find(name);
    return found == record.options.end() ? defaults.at(name) : found->second;
  };
  for (const Row& row : kRows) words.*row.value = text(row.name);
  for (const std::string_view name : kRunRows) {
    words.run.*run_option(name).value = text(std::string(name));
  }
  words.run.threads = static_cast<unsigned>(std::stoul(text("--threads")));
  words.run.scenario = record.scenario_file;
  words.run.script_args = record.arguments;
  words.slos = record.conditions;
  words.run.out = words.resume;
}

SearchOptions to_search_options(const SearchWords& words,
                                std::chrono::system_clock::time_point now) {
  if (words.run.scenario.empty()) {
    throw std::runtime_error("expected SCENARIO, a Lua file, or --resume DIR");
  }
  RunWords run_words = words.run;
  run_words.floor = "none";
  play::RunOptions run = to_options(run_words, now);
  aim(run, run_words);
  const scenario::Plan plan = scenario::load_plan(run.source);
  auto conditions = to_conditions(words, plan);
  const search::Axis axis = to_axis(words, run, plan);
  search::Plan search_plan = to_plan(words, axis);
  search_plan.conditions = conditions.size();
  return {std::move(run), axis, search_plan, std::move(conditions)};
}

}  // namespace throng::commands
