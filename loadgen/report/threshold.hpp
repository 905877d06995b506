#pragma once

#include <boost/system/result.hpp>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "loadgen/report/report_error.hpp"
#include "loadgen/report/run_result.hpp"

namespace throng::report {

enum class Comparison { kLess, kLessOrEqual, kGreater, kGreaterOrEqual, kEqual, kNotEqual };

/// Of an operation's latencies, so large a share is beyond a bound.
struct Tail {
  double share = 0;
  std::uint64_t of = 0;  ///< latencies
};

/// A condition that a run must meet: METRIC COMPARISON BOUND.
///
///   deliver.p99 < 500ms          send.errors < 0.1%          ledger.lost == 0
///   send.service.p99 < 50ms      send.rate > 1000            users.connected_peak >= 10k
///
/// Without an operation, `lost` and what else the ledger counts are that, and `errors` those of all
/// operations. `errors` against a percentage is the share of what finished; against a number, the
/// number. A plain value; made by parse_threshold() only.
struct Threshold {
  std::string expr;    ///< as given, without blanks around it
  std::string metric;  ///< "deliver.p99"
  std::string unit;    ///< of `bound` and of the value: "ns", "1/s", "ratio" or "" for a count
  Comparison comparison = Comparison::kLess;
  double bound = 0;
  /// The metric's value in a run; nullopt if the run has none.
  std::function<std::optional<double>(const RunResult&)> value;
  double percentile = 0;  ///< 99 for deliver.p99; 0: the metric is none
  /// What is beyond the bound; nullopt if the run has none of it. Empty unless it is a percentile.
  std::function<std::optional<Tail>(const RunResult&)> beyond = nullptr;
};

/// Errors: name the expression, the column (from 1) and what was expected.
boost::system::result<Threshold, ReportError> parse_threshold(std::string_view expr);

/// Compares a run's value with the bound. A metric without a value fails, with a note that says
/// why: a threshold on what never ran was not met.
ThresholdResult evaluate(const Threshold& threshold, const RunResult& result);

/// What may stand left of the comparison, for error messages and --help: a line per family.
std::string known_metrics();

}  // namespace throng::report
