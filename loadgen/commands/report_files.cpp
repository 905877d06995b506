#include "loadgen/commands/report_files.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

#include "loadgen/report/html.hpp"
#include "loadgen/report/junit.hpp"
#include "loadgen/report/run_json.hpp"
#include "loadgen/report/series_table.hpp"

namespace throng::commands {
namespace {

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  if (!in) {
    throw std::runtime_error(fmt::format("{}: {}", path.string(), std::strerror(errno)));
  }
  return text;
}

void write_file(const std::filesystem::path& path, const std::string& text) {
  std::ofstream out(path, std::ios::binary);
  out << text;
  if (!out.flush()) {
    throw std::runtime_error(fmt::format("{}: {}", path.string(), std::strerror(errno)));
  }
}

template <class Result>
auto value_or_throw(Result&& result) {
  if (result.has_error()) throw std::runtime_error(result.error().message);
  return *std::forward<Result>(result);
}

report::RunResult read_run(const std::filesystem::path& dir) {
  const auto path = dir / "run.json";
  return value_or_throw(report::read_run_json(read_file(path), path.string()));
}

}  // namespace

std::filesystem::path write_reports(const std::filesystem::path& dir) {
  const report::RunResult run = read_run(dir);
  report::SeriesTable series;
  if (const auto path = dir / "series.csv"; std::filesystem::exists(path)) {
    series = value_or_throw(report::read_series_csv(read_file(path), path.string()));
  }
  const auto html = dir / "report.html";
  write_file(html, report::html_report(run, series));
  write_file(dir / "junit.xml", report::junit_xml(run));
  return html;
}

}  // namespace throng::commands
