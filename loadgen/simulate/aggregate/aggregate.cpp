#include "loadgen/simulate/aggregate/aggregate.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cmath>
#include <numeric>
#include <stdexcept>
#include <thread>
#include <utility>

#include "loadgen/play/figures.hpp"
#include "loadgen/play/interruption.hpp"
#include "loadgen/play/live_figures.hpp"
#include "loadgen/play/machine.hpp"
#include "loadgen/play/preflight.hpp"
#include "loadgen/play/prepare.hpp"
#include "loadgen/play/result.hpp"
#include "loadgen/play/run_files.hpp"
#include "loadgen/report/verdict.hpp"
#include "loadgen/simulate/aggregate/aggregate_report.hpp"

namespace throng::simulate {
namespace {

using pacing::Duration;
using play::Phase;

/// More people than there are.
constexpr std::uint64_t kMostPeople = 100'000'000'000;

[[noreturn]] void refuse(const std::string& sentence) {
  throw play::Refusal(play::ExitCode::kUsage, sentence);
}

scenario::Plan plan_for(const play::RunOptions& options) {
  scenario::Plan plan = play::plan_of(options, kMostPeople);
  plan.ramp = Duration::zero();  // people are there before it begins
  return plan;
}

const World& with_one_node(const World& world) {
  if (!world.faults.empty()) {
    refuse(fmt::format("the world {} has faults, which only --fidelity exact plays", world.name));
  }
  if (world.fleet.nodes > 1) {
    refuse(
        fmt::format("the world {} is a fleet, which only --fidelity exact plays: say what one "
                    "node is, and give their number by --nodes",
                    world.name));
  }
  return world;
}

unsigned threads_of(const play::RunOptions& options) {
  return options.threads > 0 ? options.threads : std::thread::hardware_concurrency();
}

/// One call of aggregate(): what its steps share.
class Run {
 public:
  explicit Run(const AggregateOptions& options)
      : options_(options.run),
        world_(with_one_node(options.world)),
        plan_(plan_for(options_)),
        thresholds_(play::thresholds_of(plan_, options_)),
        traffic_(plan_, scenario::load_population(options_.source)),
        sampler_(traffic_, world_, options_.seed, threads_of(options_)),
        nodes_given_(options.nodes),
        series_(1, play::series_columns(),
                [this](const measure::SecondSnapshot& second) { on_second(second); }) {
    if (options_.handle_signals) interruption_.emplace();
    if (options_.out_dir.empty()) return;
    play::clear_results(options_.out_dir);
    files_.emplace(options_.out_dir);
    files_->begin(options_.started);
  }

  play::RunOutcome play() {
    began_ = clock_.now();
    tell(Phase::kSetup);
    play_peaks();
    account_.emplace(sampler_, fleets(), options_.seed);
    while (account_->played() < account_->windows() && !is_interrupted()) {
      series_.add(account_->play_next());
      tell(Phase::kMeasured);
    }
    series_.finish();
    return conclude();
  }

 private:
  // ---- The fleet ----

  void play_peaks() {
    const std::vector<std::uint64_t> nodes = nodes_given_ ? shared_out() : found();
    for (std::size_t region = 0; region < nodes.size(); ++region) {
      peaks_.push_back(play_peak(sampler_, region, nodes[region]));
    }
  }

  std::size_t regions() const { return traffic_.regions().size(); }

  /// The nodes that were given, by what the regions' cores have to do at their peaks.
  std::vector<std::uint64_t> shared_out() const {
    std::vector<double> loads;
    for (std::size_t region = 0; region < regions(); ++region) {
      loads.push_back(busy_nodes(sampler_, region));
    }
    const double all = std::accumulate(loads.begin(), loads.end(), 0.0);
    if (*nodes_given_ < regions()) {
      refuse(fmt::format("--nodes: {} regions need as many nodes at least", regions()));
    }
    std::vector<std::uint64_t> nodes;
    std::uint64_t left = *nodes_given_;
    for (std::size_t region = 0; region < regions(); ++region) {
      const std::uint64_t others = regions() - region - 1;
      const double share = all > 0 ? loads[region] / all : 1;
      const auto wanted =
          static_cast<std::uint64_t>(std::llround(share * static_cast<double>(*nodes_given_)));
      nodes.push_back(others == 0 ? left : std::clamp<std::uint64_t>(wanted, 1, left - others));
      left -= nodes.back();
    }
    return nodes;
  }

  std::vector<std::uint64_t> found() const {
    if (thresholds_.empty()) {
      refuse(
          "how many nodes are needed depends on what they must hold: the scenario has no "
          "thresholds; give some as --threshold, or the number as --nodes");
    }
    std::vector<std::uint64_t> nodes;
    for (std::size_t region = 0; region < regions(); ++region) {
      const auto needed = nodes_needed(sampler_, region, thresholds_);
      if (!needed) {
        refuse(fmt::format(
            "no number of nodes holds the thresholds at the peak of {}: {} that are busy a "
            "twentieth of the time don't; look at one with --nodes {}",
            traffic_.regions()[region].name, std::llround(20 * busy_nodes(sampler_, region)),
            std::llround(20 * busy_nodes(sampler_, region))));
      }
      nodes.push_back(*needed);
    }
    return nodes;
  }

  std::vector<FleetShape> fleets() const {
    std::vector<FleetShape> fleets;
    for (const Peak& peak : peaks_) fleets.push_back(peak.fleet);
    return fleets;
  }

  // ---- The end ----

  bool is_interrupted() {
    interrupted_ = interrupted_ || (interruption_ && interruption_->requested()) ||
                   (options_.interrupted && options_.interrupted());
    return interrupted_;
  }

  double played_s() const {
    return pacing::to_seconds(account_->span()) * static_cast<double>(account_->played());
  }

  play::RunOutcome conclude() {
    tell(Phase::kFinish);
    const NodeFigures whole = account_->whole();
    const measure::Tallies totals = tallies_of(whole);
    play::RunOutcome outcome;
    outcome.result = make_result(whole, totals);
    outcome.code = static_cast<play::ExitCode>(outcome.result->exit_code);
    if (files_) outcome.error = files_->finish(series_, totals, *outcome.result).value_or("");
    return outcome;
  }

  report::RunResult make_result(const NodeFigures& whole, const measure::Tallies& totals) {
    report::RunResult result;
    result.scenario = play::scenario_info(options_);
    result.target = {options_.target.url, fmt::format("throng-server {}", options_.version)};
    result.machine = play::read_machine();
    result.clock = report::Clock::kVirtual;
    result.time = {play::iso_time(options_.started), 0, played_s(), true};
    result.generator = generator();
    const People people = people_of(traffic_);
    result.users = {plan_.users, static_cast<std::uint64_t>(std::llround(people.online_peak)),
                    static_cast<std::uint64_t>(std::llround(people.logins))};
    result.operations = play::all_operation_figures(totals, 0, played_s());
    result.ledger.kept = false;
    result.validity.reasons = overloads(sampler_, peaks_);
    result.validity.valid = result.validity.reasons.empty();
    if (!result.validity.valid) result.validity.limited_by = report::Limit::kTarget;
    result.simulation = simulation_info(whole);
    result.interrupted = interrupted_;
    for (const report::Threshold& threshold : thresholds_) {
      result.thresholds.push_back(report::evaluate(threshold, result));
    }
    report::judge(result);
    return result;
  }

  report::GeneratorInfo generator() const {
    report::GeneratorInfo info;
    info.version = options_.version;
    info.threads = sampler_.threads();
    info.processes = 1;
    info.cpu_s = play::family_cpu_s();
    info.rss_bytes = play::process_usage(getpid()).rss_bytes;
    return info;
  }

  report::SimulationInfo simulation_info(const NodeFigures& whole) const {
    const auto per = [](double part, double of) { return of > 0 ? part / of : 0; };
    report::SimulationInfo info;
    info.fidelity = "aggregate";
    info.world = world_.name;
    info.costs = world_.costs.source;
    info.cores = world_.cores;
    info.virtual_s = played_s();
    info.real_s = pacing::to_seconds(clock_.now() - began_);
    info.virtual_per_real = per(info.virtual_s, info.real_s);
    info.events = whole.events;
    info.trace_hash = fmt::format("{:016x}", whole.trace_hash);
    double looked_at_s = 0;
    for (std::size_t region = 0; region < regions(); ++region) {
      looked_at_s += pacing::to_seconds(account_->length(region)) * kReplications *
                     static_cast<double>(account_->played());
    }
    info.core_busy_ratio = per(pacing::to_seconds(whole.cores.busy), looked_at_s * world_.cores);
    info.core_wait_mean_ns = per(static_cast<double>(whole.cores.waited.count()),
                                 static_cast<double>(whole.cores.letters));
    info.core_queue_max = whole.cores.most_waiting;
    info.disk_busy_ratio = per(pacing::to_seconds(whole.disk_busy), looked_at_s);
    info.records_per_commit =
        per(static_cast<double>(whole.records), static_cast<double>(whole.groups));
    info.aggregate = aggregate_info(sampler_, *account_, peaks_);
    info.aggregate->nodes_found = !nodes_given_;
    return info;
  }

  // ---- What is told ----

  void on_second(const measure::SecondSnapshot& second) {
    live_.add(second, true);
    if (files_) files_->add_second(second);
  }

  void tell(Phase phase) {
    if (!options_.on_progress) return;
    play::Progress progress;
    progress.phase = phase;
    progress.users_planned = plan_.users;
    progress.figures = live_.progress();
    progress.figures.elapsed_s = account_ ? played_s() : 0;
    progress.figures.total_s = pacing::to_seconds(plan_.duration);
    const double real_s = pacing::to_seconds(clock_.now() - began_);
    if (real_s > 0) progress.figures.speed = progress.figures.elapsed_s / real_s;
    options_.on_progress(progress);
  }

  const play::RunOptions& options_;
  const World& world_;
  const scenario::Plan plan_;
  const std::vector<report::Threshold> thresholds_;
  const Traffic traffic_;
  const Sampler sampler_;
  const std::optional<std::uint64_t> nodes_given_;
  const pacing::SteadyClock clock_;  ///< how long it takes
  std::optional<play::RunFiles> files_;
  std::optional<play::Interruption> interruption_;
  play::LiveFigures live_;
  measure::Series series_;
  std::vector<Peak> peaks_;  ///< by region
  std::optional<Account> account_;
  pacing::TimePoint began_{};
  bool interrupted_ = false;
};

}  // namespace

play::RunOutcome aggregate(const AggregateOptions& options) {
  try {
    return Run(options).play();
  } catch (const std::exception& error) {
    return {play::code_of(error), error.what(), std::nullopt};
  }
}

}  // namespace throng::simulate
