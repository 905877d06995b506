#include "loadgen/capacity/evidence.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <stdexcept>
#include <utility>

#include "loadgen/report/run_json.hpp"
#include "loadgen/report/text_file.hpp"

namespace throng::capacity {
namespace {

using report::RunResult;
using Figure = std::optional<double>;

constexpr double kNs = 1e-9;
constexpr std::string_view kLocalHosts[] = {"127.", "localhost", "[::1]"};

/// What a figure depends on: the same for all loads, on the texts, on these and the fan-out.
enum class Depends { kOnNothing, kOnText, kOnLoad };

struct Row {
  const char* name;
  const char* unit;
  const char* field;
  Depends depends;
  Figure (*read)(const RunResult& run);
};

template <Figure report::TargetMeasured::*member>
Figure target_figure(const RunResult& run) {
  return run.target.measured ? (*run.target.measured).*member : std::nullopt;
}

Figure p99(const RunResult& run, std::string_view operation) {
  const report::OperationFigures* figures = run.find_operation(operation);
  if (figures == nullptr || figures->count == 0) return std::nullopt;
  return static_cast<double>(figures->latency_ns.p99) * kNs;
}

using report::TargetMeasured;
constexpr Row kRows[] = {
    {"disk_bytes_per_message", "B/message", "target.measured.disk_bytes_per_message",
     Depends::kOnText, target_figure<&TargetMeasured::disk_bytes_per_message>},
    {"wire_bytes_per_message", "B/message", "target.measured.wire_bytes_per_message",
     Depends::kOnLoad, target_figure<&TargetMeasured::wire_bytes_per_message>},
    {"cpu_per_message", "us/message", "target.measured.cpu_s_per_message", Depends::kOnLoad,
     target_figure<&TargetMeasured::cpu_s_per_message>},
    {"memory_per_connection", "B/connection", "target.measured.memory_bytes_per_connection",
     Depends::kOnNothing, target_figure<&TargetMeasured::memory_bytes_per_connection>},
    {"send_p99", "ms", "operations.send.latency_ns.p99", Depends::kOnLoad,
     [](const RunResult& run) { return p99(run, "send"); }},
    {"deliver_p99", "ms", "operations.deliver.latency_ns.p99", Depends::kOnLoad,
     [](const RunResult& run) { return p99(run, "deliver"); }},
};

bool is_local(std::string_view url) {
  const std::size_t host = url.find("://");
  if (host == url.npos) return false;
  for (const std::string_view local : kLocalHosts) {
    if (url.substr(host + 3).starts_with(local)) return true;
  }
  return false;
}

std::string problem_of_scenario(const RunResult& run, const Requirements& requirements) {
  if (requirements.scenario.empty())
    return "the estimate names no scenario that evidence may be of";
  if (run.scenario.name == requirements.scenario) return {};
  return fmt::format("it played {}, the estimate needs {}", run.scenario.name,
                     requirements.scenario);
}

std::string problem_of_verdict(const RunResult& run) {
  if (run.interrupted) return "it was interrupted";
  if (run.clock != report::Clock::kReal) return "it was in virtual time";
  if (run.verdict == report::Verdict::kIncorrect) return "its ledger is violated";
  if (run.verdict != report::Verdict::kInvalid && run.validity.valid) return {};
  return fmt::format("it is invalid: {}",
                     run.validity.reasons.empty() ? "it says so" : run.validity.reasons.front());
}

std::string problem_of_machine(const EvidenceRun& evidence, const EvidenceRun& first,
                               const Requirements& requirements) {
  const RunResult& run = evidence.run;
  if (!is_local(run.target.url)) {
    return fmt::format("nothing is known of the machine of {}", run.target.url);
  }
  const std::uint32_t cores = requirements.cores.value_or(first.run.machine.cores);
  if (run.machine.cores == cores) return {};
  return fmt::format("it is of a machine with {} cores, {} {}", run.machine.cores,
                     requirements.cores ? "the estimate needs" : first.path + " of one with",
                     cores);
}

std::string out_of(const char* what, double value, const std::optional<Spread>& expected,
                   const char* missing) {
  if (!expected) return fmt::format("the estimate needs {} to compare", missing);
  if (expected->p5 >= value * (1 - kAlike) && expected->p95 <= value * (1 + kAlike)) return {};
  const std::string range = expected->varies()
                                ? fmt::format("{:.3g} to {:.3g}", expected->p5, expected->p95)
                                : fmt::format("{:.3g}", expected->p50);
  return fmt::format("it had {:.3g} {}, the estimate has {}", value, what, range);
}

std::string problem_of_text(const RunResult& run, const Load& load) {
  const Figure bytes = target_figure<&TargetMeasured::body_bytes_per_message>(run);
  if (!bytes) return "it doesn't say how long its texts were (target.measured is null)";
  return out_of("bytes of text a message", *bytes, load.message_bytes, "input.message_bytes");
}

std::string problem_of_load(const RunResult& run, const Load& load) {
  if (run.ledger.acked == 0) return "no message was acknowledged";
  const double deliveries =
      static_cast<double>(run.ledger.expected) / static_cast<double>(run.ledger.acked);
  return out_of("deliveries a message", deliveries, load.deliveries_per_message, "input.fan_out");
}

std::string why_not(const EvidenceRun& evidence, const Row& row, const Load& load) {
  if (!evidence.problems.empty()) return evidence.problems.front();
  std::string problem;
  if (row.depends != Depends::kOnNothing) problem = problem_of_text(evidence.run, load);
  if (problem.empty() && row.depends == Depends::kOnLoad) {
    problem = problem_of_load(evidence.run, load);
  }
  if (problem.empty() && !row.read(evidence.run)) problem = fmt::format("{} is null", row.field);
  return problem;
}

MeasuredFigure measure(const Row& row, const std::vector<EvidenceRun>& runs, const Load& load) {
  MeasuredFigure figure{row.name, parse_unit(row.unit), row.field, {}, "a run as evidence"};
  std::string why;
  for (const EvidenceRun& each : runs) {
    const std::string problem = why_not(each, row, load);
    if (problem.empty()) {
      figure.readings.push_back({*row.read(each.run), each.path});
    } else {
      why += fmt::format("{}{}: {}", why.empty() ? "" : "; ", each.path, problem);
    }
  }
  if (!why.empty()) figure.why_none += fmt::format(" ({})", why);
  return figure;
}

}  // namespace

std::vector<EvidenceRun> read_evidence(const std::vector<std::string>& dirs) {
  std::vector<EvidenceRun> runs;
  for (const std::string& dir : dirs) {
    const auto path = std::filesystem::path(dir) / "run.json";
    auto run = report::read_run_json(report::read_text_file(path), path.string());
    if (!run) throw std::runtime_error(run.error().message);
    runs.push_back({path.string(), std::move(*run), {}});
  }
  return runs;
}

void judge_evidence(std::vector<EvidenceRun>& runs, const Requirements& requirements) {
  for (EvidenceRun& each : runs) {
    for (std::string problem :
         {problem_of_scenario(each.run, requirements), problem_of_verdict(each.run),
          problem_of_machine(each, runs.front(), requirements)}) {
      if (!problem.empty()) each.problems.push_back(std::move(problem));
    }
  }
}

std::vector<MeasuredFigure> measured_figures(const std::vector<EvidenceRun>& runs,
                                             const Load& load) {
  std::vector<MeasuredFigure> figures;
  for (const Row& row : kRows) figures.push_back(measure(row, runs, load));
  return figures;
}

}  // namespace throng::capacity
