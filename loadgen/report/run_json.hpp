#pragma once

#include <boost/system/result.hpp>
#include <string>
#include <string_view>

#include "loadgen/report/report_error.hpp"
#include "loadgen/report/run_result.hpp"

namespace throng::report {

inline constexpr std::string_view kRunSchema = "throng.run/1";

/// The text of run.json: UTF-8, indented, keys always in the same order, durations as whole
/// nanoseconds. What isn't UTF-8 in a text becomes U+FFFD; what isn't finite becomes null.
std::string write_run_json(const RunResult& result);

/// Reads what write_run_json() wrote. Keys that it doesn't know are left alone, so that a later
/// version may add some; none may be missing.
/// Errors: name `file`, the line or the key, and what was expected, e.g.
///   "out/run.json: operations.send.latency_ns.p99: expected a whole number, found nothing"
boost::system::result<RunResult, ReportError> read_run_json(std::string_view text,
                                                            std::string_view file);

}  // namespace throng::report
