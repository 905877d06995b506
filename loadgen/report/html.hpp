#pragma once

#include <string>

#include "loadgen/report/run_result.hpp"
#include "loadgen/report/series_table.hpp"

namespace throng::report {

/// The run as one HTML page that needs nothing else: no network, no fonts, no libraries. Tables
/// hold every figure; charts are drawn over them from data embedded in the page. All texts are
/// escaped, and a content security policy forbids the page to load anything. `series` may be empty:
/// then there are no charts over time. Long series are condensed().
std::string html_report(const RunResult& result, const SeriesTable& series);

}  // namespace throng::report
