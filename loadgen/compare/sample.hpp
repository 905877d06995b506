#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "loadgen/compare/metric.hpp"
#include "loadgen/report/run_result.hpp"

namespace throng::compare {

/// What is compared of a run. A plain value.
struct Sample {
  std::string path;     ///< where it was read, for people
  std::string started;  ///< ISO 8601 in UTC
  std::uint64_t seed = 0;
  /// What runs must have in common to be compared, e.g. {"scenario", "one_to_one"}.
  std::vector<std::pair<std::string, std::string>> identity;
  double length_s = 0;  ///< warm-up and measured time, which is what was asked for
  std::string kernel;
  std::string target;           ///< its version, which is what may differ
  std::string problem;          ///< why its figures don't count; empty if they do
  bool target_spoiled = false;  ///< the problem is the target's doing
  bool ledger_holds = true;
  std::map<std::string, bool> thresholds;     ///< whether each was met, by what was asked for
  std::optional<std::uint64_t> failed_sends;  ///< nullopt where nobody says
  Values values;
  /// By operation; empty for a run of a baseline file.
  std::vector<std::pair<std::string, report::PercentileCurve>> curves;
};

/// The same one, wherever either was read.
bool same_run(const Sample& one, const Sample& other);

Sample sample_of(const report::RunResult& run, std::string path);

/// That of `what` in its identity; empty if there is none.
std::string identity_of(const Sample& sample, std::string_view what);

}  // namespace throng::compare
