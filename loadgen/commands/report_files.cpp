#include "loadgen/commands/report_files.hpp"

#include <stdexcept>

#include "loadgen/report/html.hpp"
#include "loadgen/report/junit.hpp"
#include "loadgen/report/run_json.hpp"
#include "loadgen/report/text_file.hpp"

namespace throng::commands {
namespace {

template <class Result>
auto value_or_throw(Result&& result) {
  if (result.has_error()) throw std::runtime_error(result.error().message);
  return *std::forward<Result>(result);
}

}  // namespace

report::RunResult read_run(const std::filesystem::path& dir) {
  const auto path = dir / "run.json";
  return value_or_throw(report::read_run_json(report::read_text_file(path), path.string()));
}

report::SeriesTable read_series(const std::filesystem::path& dir) {
  const auto path = dir / "series.csv";
  if (!std::filesystem::exists(path)) return {};
  return value_or_throw(report::read_series_csv(report::read_text_file(path), path.string()));
}

std::filesystem::path write_reports(const std::filesystem::path& dir) {
  const report::RunResult run = read_run(dir);
  const auto html = dir / "report.html";
  report::write_text_file(html, report::html_report(run, read_series(dir)));
  report::write_text_file(dir / "junit.xml", report::junit_xml(run));
  return html;
}

}  // namespace throng::commands
