#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "loadgen/capacity/estimate.hpp"
#include "loadgen/capacity/monte_carlo.hpp"
#include "loadgen/report/run_result.hpp"

namespace throng::capacity {

/// All that an estimate allows may differ by so much from what was played: what one load costs says
/// little of another.
inline constexpr double kAlike = 0.1;

/// A finished run that was given as evidence.
struct EvidenceRun {
  std::string path;  ///< "out/run.json"
  report::RunResult run;
  std::vector<std::string> problems;  ///< why it doesn't count; empty if it does
};

/// Reads DIR/run.json of each. Errors: std::runtime_error naming the file and what is wrong.
std::vector<EvidenceRun> read_evidence(const std::vector<std::string>& dirs);

/// Notes what keeps each run from counting: another scenario or machine, a run that was invalid,
/// incorrect, interrupted or in virtual time, a target elsewhere.
void judge_evidence(std::vector<EvidenceRun>& runs, const Requirements& requirements);

/// What a run must have had for its costs to be those of the estimate; nullopt: the estimate
/// doesn't say.
struct Load {
  std::optional<Spread> deliveries_per_message;
  std::optional<Spread> message_bytes;
};

/// What was measured of one figure.
struct Reading {
  double value = 0;  ///< in base units
  std::string path;  ///< of the run
};

struct MeasuredFigure {
  std::string name;   ///< "cpu_per_message"
  Unit unit;          ///< that it is shown in
  std::string field;  ///< of run.json: "target.measured.cpu_s_per_message"
  std::vector<Reading> readings;
  std::string why_none;  ///< when there are no readings
};

/// Everything that runs can measure for an estimate of a chat service. Of runs that don't count,
/// nothing is read.
std::vector<MeasuredFigure> measured_figures(const std::vector<EvidenceRun>& runs,
                                             const Load& load);

}  // namespace throng::capacity
