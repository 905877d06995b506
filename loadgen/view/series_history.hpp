#pragma once

#include <istream>
#include <string>

#include "loadgen/report/series_table.hpp"
#include "loadgen/view/history.hpp"

namespace throng::view {

/// The history of a run that is over, of its series.csv and latency.hlog. What the log lacks has no
/// heat; it may be empty. Errors: std::runtime_error naming `log_file` and the line.
History history_of(const report::SeriesTable& series, std::istream& log,
                   const std::string& log_file);

}  // namespace throng::view
