#pragma once

#include <filesystem>

namespace throng::commands {

/// Derives report.html and junit.xml from the directory's run.json and series.csv.
/// Returns the path of report.html.
/// Errors: std::runtime_error naming the file and what is wrong with it.
std::filesystem::path write_reports(const std::filesystem::path& dir);

}  // namespace throng::commands
