#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "loadgen/compare/sample.hpp"

namespace throng::compare {

inline constexpr std::string_view kBaselineSchema = "throng.baseline/1";

/// Runs to compare later ones with, small enough for a repository: all of them but the curves.
struct Baseline {
  std::string name;
  std::string saved;   ///< ISO 8601 in UTC
  std::string commit;  ///< of what was played against; empty if nobody said
  std::vector<Sample> runs;
};

/// {"schema": "throng.baseline/1", "name": "main", "saved": "2026-01-31T12:00:00Z", "commit":
/// "9f2c1d0",
///  "runs": [{"started": …, "seed": 1, "identity": {"scenario": …}, "values": {"throughput": 662,
///  …}}]}
std::string write_baseline(const Baseline& baseline);
/// Errors: std::runtime_error naming `file` and what was expected.
Baseline read_baseline(std::string_view text, std::string_view file);

/// A run of a history, which has a line each, the newest last.
struct HistoryRun {
  std::string commit;
  Sample sample;
};

/// On one line, with its end.
///   {"commit":"9f2c1d0","started":"2026-01-31T12:00:00Z","seed":1,"identity":{…},"values":{…}}
std::string history_line(const HistoryRun& run);
/// Errors: std::runtime_error naming `file`, the line and what was expected.
std::vector<HistoryRun> read_history(std::string_view text, std::string_view file);

}  // namespace throng::compare
