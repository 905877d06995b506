#include "loadgen/compare/sample.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "loadgen/report/verdict.hpp"

namespace throng::compare {
namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

std::string memory_of(const report::MachineInfo& machine) {
  constexpr double kGiB = 1024.0 * 1024 * 1024;
  return fmt::format("{:.1f} GiB", static_cast<double>(machine.memory_bytes) / kGiB);
}

std::string problem_of(const report::RunResult& run) {
  if (run.interrupted) return "it was interrupted";
  if (run.validity.valid) return {};
  return "it is invalid: " +
         (run.validity.reasons.empty() ? "no reason given" : run.validity.reasons.front());
}

// Reading a number from JSON may be off in its last digit.
bool same_figure(const std::optional<double>& one, const std::optional<double>& other) {
  constexpr double kRounding = 1e-12;
  if (!one || !other) return one.has_value() == other.has_value();
  return std::abs(*one - *other) <= kRounding * std::abs(*one);
}

}  // namespace

bool same_run(const Sample& one, const Sample& other) {
  return one.started == other.started && one.seed == other.seed &&
         std::equal(one.values.begin(), one.values.end(), other.values.begin(), same_figure);
}

Sample sample_of(const report::RunResult& run, std::string path) {
  Sample sample;
  sample.path = std::move(path);
  sample.started = run.time.started;
  sample.seed = run.scenario.seed;
  sample.identity = {
      {"scenario", run.scenario.name},
      {"scenario's SHA-256", run.scenario.sha256},
      {"arguments", joined(run.scenario.args)},
      {"users", std::to_string(run.users.planned)},
      {"clock", run.clock == report::Clock::kReal ? "real" : "virtual"},
      {"CPU", run.machine.cpu},
      {"cores", std::to_string(run.machine.cores)},
      {"memory", memory_of(run.machine)},
      {"generator's version", run.generator.version},
      {"generator's threads", std::to_string(run.generator.threads)},
      {"generator's processes", std::to_string(run.generator.processes)},
      {"crews", std::to_string(run.generator.crews.size())},
      {"sessions per connection", std::to_string(run.generator.sessions_per_connection)},
  };
  sample.length_s = run.time.warmup_s + run.time.measured_s;
  sample.kernel = run.machine.kernel;
  sample.target = run.target.version;
  sample.problem = problem_of(run);
  sample.target_spoiled =
      !run.interrupted && !run.validity.valid && run.validity.limited_by == report::Limit::kTarget;
  sample.ledger_holds = report::ledger_holds(run.ledger);
  for (const auto& each : run.thresholds) sample.thresholds[each.expr] = each.pass;
  const report::OperationFigures* send = run.find_operation("send");
  sample.failed_sends = send == nullptr ? 0 : send->error_count();
  sample.values = read_values(run);
  for (const auto& [name, figures] : run.operations) {
    if (figures.count > 0) sample.curves.emplace_back(name, figures.latency_curve);
  }
  return sample;
}

std::string identity_of(const Sample& sample, std::string_view what) {
  for (const auto& [name, value] : sample.identity) {
    if (name == what) return value;
  }
  return {};
}

}  // namespace throng::compare
