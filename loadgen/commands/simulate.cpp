#include "loadgen/simulate/simulate.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "loadgen/commands/command.hpp"
#include "loadgen/commands/play_and_report.hpp"
#include "loadgen/commands/run_options.hpp"
#include "loadgen/pacing/quantity.hpp"
#include "loadgen/report/humanise.hpp"
#include "loadgen/simulate/aggregate/aggregate.hpp"
#include "loadgen/simulate/fault_search.hpp"
#include "loadgen/simulate/world_script.hpp"

namespace throng::commands {
namespace {

using report::count_text;
using simulate::SearchOutcome;
using simulate::SeedRange;
using simulate::SimulateOptions;

struct SimulateWords {
  RunWords run;
  std::string world;
  std::string costs;
  std::string seeds;
  std::string fidelity = "exact";
  std::string nodes = "auto";
};

bool is_aggregate(const SimulateWords& words) { return words.fidelity == "aggregate"; }

std::optional<std::uint64_t> parse_nodes(const std::string& text) {
  if (text == "auto") return std::nullopt;
  const auto nodes = pacing::parse_count(text);
  if (nodes.has_value() && *nodes > 0) return *nodes;
  throw std::runtime_error("--nodes: expected a number above 0, or auto, not \"" + text + '"');
}

std::uint64_t parse_seed(const std::string& text) {
  const auto seed = pacing::parse_count(text);
  if (seed.has_value()) return *seed;
  throw std::runtime_error("--seeds: expected FIRST..LAST, e.g. 1..1000: " + seed.error().message);
}

SeedRange parse_seeds(const std::string& text) {
  const std::size_t dots = text.find("..");
  const std::uint64_t first = parse_seed(text.substr(0, dots));
  if (dots == std::string::npos) return {first, first};
  const SeedRange range{first, parse_seed(text.substr(dots + 2))};
  if (range.first <= range.last) return range;
  throw std::runtime_error(fmt::format("--seeds: {} is after {}", range.first, range.last));
}

void print(const simulate::BrokenPromise& broken) {
  std::cout << "seed " << broken.seed << " breaks a promise\n";
  for (const std::string& fault : broken.faults) std::cout << "  fault: " << fault << '\n';
  for (const std::string& example : broken.result.ledger.examples) {
    std::cout << "  ledger: " << example << '\n';
  }
  if (broken.result.ledger.unresolved > 0) {
    std::cout << "  ledger: nobody knows what became of "
              << count_text(broken.result.ledger.unresolved) << '\n';
  }
  if (broken.chat) std::cout << "what the members of chat " << *broken.chat << " said and got:\n";
  for (const std::string& line : broken.trace) std::cout << line << '\n';
  std::cout << fmt::format("to see it again: the same command with --seeds {0}..{0}\n",
                           broken.seed);
}

int search(const SimulateOptions& options, const SeedRange& seeds) {
  if (options.world.faults.empty()) {
    throw std::runtime_error(fmt::format(
        "--seeds: the world {} has no faults, nothing to break a promise with: give --faults FILE",
        options.world.name));
  }
  const SearchOutcome outcome = simulate::search_faults(options, seeds, [&](std::uint64_t seed) {
    if ((seed - seeds.first) % 10 == 0) std::cerr << "seed " << seed << '\n';
  });
  if (!outcome.error.empty()) throw std::runtime_error(outcome.error);
  if (outcome.broken) print(*outcome.broken);
  std::cout << fmt::format("{} seeds, {} messages, {} events: {}\n", count_text(outcome.seeds),
                           count_text(outcome.messages), count_text(outcome.events),
                           outcome.broken ? "a promise was broken" : "no promise was broken");
  return static_cast<int>(outcome.code);
}

int run_aggregate(const SimulateWords& words, std::chrono::system_clock::time_point now) {
  simulate::AggregateOptions options{.run = to_options(words.run, now),
                                     .world = simulate::load_world(words.world, words.costs),
                                     .nodes = parse_nodes(words.nodes)};
  if (options.run.ramp || options.run.warm_up) {
    throw std::runtime_error("--ramp, --warmup: --fidelity aggregate begins with all people there");
  }
  options.run.target.url = "a simulated fleet";
  return play_and_report(options.run, words.run.json, [&](const play::RunOptions& told) {
    options.run = told;
    return simulate::aggregate(options);
  });
}

int run_simulation(const SimulateWords& words, std::chrono::system_clock::time_point now) {
  if (is_aggregate(words)) return run_aggregate(words, now);
  if (words.nodes != "auto") {
    throw std::runtime_error("--nodes: a fleet for --fidelity exact is said by its --world");
  }
  SimulateOptions options{.run = to_options(words.run, now),
                          .world = simulate::load_world(words.world, words.costs)};
  const simulate::NodeIndex nodes = options.world.fleet.nodes;
  options.run.target.url =
      nodes == 1 ? "a simulated node" : fmt::format("{} simulated nodes", nodes);
  if (!words.seeds.empty()) return search(options, parse_seeds(words.seeds));
  return play_and_report(options.run, words.run.json, [&](const play::RunOptions& told) {
    options.run = told;
    return simulate::simulate(options);
  });
}

}  // namespace

void add_simulate(CLI::App& app, Action& action, std::chrono::system_clock::time_point now) {
  auto* command = app.add_subcommand(
      "simulate", "play a scenario in virtual time: the server's own rules, modelled machines");
  auto words = std::make_shared<SimulateWords>();
  add_scenario_options(*command, words->run);
  for (const char* name : {"--users", "--duration", "--ramp", "--warmup", "--seed", "--out"}) {
    add_run_option(*command, words->run, name);
  }
  const auto add = [&](const char* names, const char* environment, std::string& value,
                       const char* help) {
    return command->add_option(names, value, help)->envname(environment);
  };
  add("--world,--faults", "THRONG_WORLD", words->world,
      "a Lua file with the nodes, the network and the faults [one node of two cores]");
  add("--costs", "THRONG_COSTS", words->costs,
      "a Lua file with what a core spends on each thing [docs/performance.md's]");
  CLI::Option* const fidelity =
      add("--fidelity", "THRONG_FIDELITY", words->fidelity,
          "exact: each person is played; aggregate: all are added up, for 100M and more");
  fidelity->check(CLI::IsMember({"exact", "aggregate"}))->capture_default_str();
  add("--nodes", "THRONG_NODES", words->nodes,
      "of a fleet in aggregate: a number, or auto: as many as hold the thresholds [auto]");
  CLI::Option* const seeds =
      add("--seeds", "THRONG_SEEDS", words->seeds,
          "FIRST..LAST: look for a seed that breaks a promise, and show what happened");
  // A search has seeds of its own, and one finding instead of a report.
  for (const char* name : {"--seed", "--threshold", "--json", "--out", "--fidelity"}) {
    seeds->excludes(command->get_option(name));
  }
  command->parse_complete_callback(
      [words, now, &action] { action = [words, now] { return run_simulation(*words, now); }; });
}

}  // namespace throng::commands
