#pragma once

#include <string>
#include <string_view>

#include "loadgen/report/run_result.hpp"

namespace throng::report {

/// The end of a run for people at a terminal: a table of the operations, the ledger, validity,
/// thresholds, and a last line that says how it ended.
///
///   operation       count      rate      p50      p90      p99    p99.9      max  errors
///   send          100,000   1,667/s  1.21 ms   2.9 ms  8.42 ms  21.3 ms  80.1 ms      12
///   …
///   FAIL  1 of 3 thresholds missed. (exit code 3: a threshold failed)
///
/// `report_path` is named at the end unless empty. `colour` puts in ANSI colours; whether to is the
/// caller's to decide (a terminal, NO_COLOR). Texts of others are stripped of control characters.
std::string terminal_summary(const RunResult& result, std::string_view report_path, bool colour);

}  // namespace throng::report
