#pragma once

#include <string>
#include <string_view>

#include "loadgen/report/run_result.hpp"

namespace throng::report {

/// The parts of the HTML report that hold figures and texts, each as HTML without a heading.
/// Everything that comes from the run is escaped.

/// "2026-01-31 12:00:00 UTC"
std::string started_text(const RunTime& time);

std::string tiles_html(const RunResult& result);
std::string thresholds_html(const RunResult& result);
std::string ledger_html(const LedgerFigures& ledger);
std::string operations_html(const RunResult& result);
std::string validity_html(const RunResult& run);
std::string details_html(const RunResult& result);
std::string scenario_html(const ScenarioInfo& scenario);

}  // namespace throng::report
