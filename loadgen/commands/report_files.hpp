#pragma once

#include <filesystem>

#include "loadgen/report/run_result.hpp"
#include "loadgen/report/series_table.hpp"

namespace throng::commands {

/// A directory's run.json. Errors: std::runtime_error naming the file and what is wrong with it.
report::RunResult read_run(const std::filesystem::path& dir);

/// Its series.csv; empty if there is none. Errors: as above.
report::SeriesTable read_series(const std::filesystem::path& dir);

/// Derives report.html and junit.xml from the directory's run.json and series.csv.
/// Returns the path of report.html.
/// Errors: std::runtime_error naming the file and what is wrong with it.
std::filesystem::path write_reports(const std::filesystem::path& dir);

}  // namespace throng::commands
