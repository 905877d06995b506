#include "loadgen/play/result.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "loadgen/play/figures.hpp"
#include "loadgen/play/machine.hpp"
#include "loadgen/report/verdict.hpp"

namespace throng::play {
namespace {

report::GeneratorInfo generator_info(const RunOptions& options, const Prepared& prepared) {
  report::GeneratorInfo info;
  info.version = options.version;
  info.threads = prepared.threads;
  info.processes = prepared.processes;
  info.sessions_per_connection = options.sessions_per_connection;
  return info;
}

void add_usage(report::GeneratorInfo& info, const Prepared& prepared, const Played& played) {
  info.cpu_s = family_cpu_s() - prepared.floor_cpu_s;
  info.rss_bytes = played.rss_bytes;
  for (const CrewAway& crew : played.away) {
    info.cpu_s += crew.cpu_s;
    info.crews.push_back({crew.name, crew.users, crew.threads, crew.cores, crew.cpu_s,
                          crew.rss_bytes, crew.clock_offset.count(), crew.clock_error.count()});
  }
}

}  // namespace

std::string iso_time(std::chrono::system_clock::time_point time) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

report::ScenarioInfo scenario_info(const RunOptions& options) {
  return {options.source.name, options.source.path, options.source.sha256,
          options.seed,        options.args,        options.source.text};
}

void admit_unfinished_drain(const Played& played, report::RunResult& result) {
  if (played.users_unsettled == 0) return;
  report::LedgerFigures& ledger = result.ledger;
  ledger.unresolved += std::exchange(ledger.lost, 0);
  result.validity.reasons.push_back(fmt::format(
      "when the run ended {} users weren't caught up or waited for an answer, and {} deliveries "
      "were on their way: nobody can say what became of those; see whether the target was up and "
      "not overloaded",
      played.users_unsettled, played.deliveries_awaited));
  if (result.validity.limited_by != report::Limit::kGenerator) {
    result.validity.limited_by = report::Limit::kTarget;
  }
  result.validity.valid = false;
}

measure::WarmUp warm_up_of(const RunOptions& options, const Played& played) {
  return options.warm_up ? measure::WarmUp() : played.recorded->warm_up();
}

report::RunResult planned_result(const RunOptions& options, const Prepared& prepared) {
  report::RunResult result;
  result.scenario = scenario_info(options);
  result.target = {options.target.url, prepared.server_version};
  result.time.started = iso_time(options.started);
  result.generator = generator_info(options, prepared);
  result.users.planned = prepared.plan.users;
  result.floor = prepared.floor;
  return result;
}

report::RunResult make_result(const RunOptions& options, const Prepared& prepared,
                              const Played& played) {
  const measure::WarmUp warm_up = warm_up_of(options, played);
  const double cut_s = pacing::to_seconds(prepared.plan.duration) *
                       static_cast<double>(warm_up.steps) / measure::kSteps;
  const double warmup_s = played.lead_in_s + cut_s;
  const double measured_s = std::max(played.generation.measured_s - cut_s, 0.0);
  report::RunResult result = planned_result(options, prepared);
  result.machine = read_machine();
  result.time = {result.time.started, warmup_s, measured_s, warm_up.steady};
  add_usage(result.generator, prepared, played);
  result.users = {prepared.plan.users, played.connected_peak, played.logins};
  result.operations =
      all_operation_figures(played.recorded->totals(warm_up.steps), warmup_s, measured_s);
  result.ledger = ledger_figures(played.ledger);
  result.validity = judge_validity(played.generation);
  result.interrupted = played.interrupted;
  admit_unfinished_drain(played, result);
  for (const report::Threshold& threshold : prepared.thresholds) {
    result.thresholds.push_back(report::evaluate(threshold, result));
  }
  report::judge(result);
  return result;
}

}  // namespace throng::play
