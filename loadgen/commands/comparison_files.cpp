#include "loadgen/commands/comparison_files.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <stdexcept>

#include "loadgen/commands/command.hpp"
#include "loadgen/commands/report_files.hpp"
#include "loadgen/compare/annotations.hpp"
#include "loadgen/compare/baseline.hpp"
#include "loadgen/compare/comparison_json.hpp"
#include "loadgen/compare/html.hpp"
#include "loadgen/compare/junit.hpp"
#include "loadgen/compare/markdown.hpp"
#include "loadgen/compare/terminal.hpp"
#include "loadgen/pacing/quantity.hpp"
#include "loadgen/play/run.hpp"
#include "loadgen/report/text_file.hpp"

namespace throng::commands {
namespace {

struct File {
  const char* option;
  const char* environment;
  std::string ComparisonWords::*path;
  const char* help;
  std::string (*write)(const compare::Comparison&);
};

constexpr File kFiles[] = {
    {"--html", "THRONG_HTML", &ComparisonWords::html, "file for the result as a page",
     compare::html_text},
    {"--markdown", "THRONG_MARKDOWN", &ComparisonWords::markdown,
     "file for the result as Markdown, e.g. $GITHUB_STEP_SUMMARY", compare::markdown_text},
    {"--junit", "THRONG_JUNIT", &ComparisonWords::junit, "file for the result as JUnit XML",
     compare::junit_xml},
    {"--benchmark", "THRONG_BENCHMARK", &ComparisonWords::benchmark,
     "file for the github-action-benchmark action", compare::benchmark_json},
};

double parse_share(const std::string& word) {
  constexpr double kPercent = 100;
  const bool percent = word.ends_with('%');
  const auto number = pacing::parse_number(percent ? word.substr(0, word.size() - 1) : word);
  const double share = number.has_error() ? 0 : percent ? *number / kPercent : *number;
  if (share > 0 && share < 1) return share;
  throw std::runtime_error(
      fmt::format("--limit: expected a loss below 100%, e.g. 3%, got \"{}\"", word));
}

std::string known_metrics() {
  std::string names;
  for (const auto& metric : compare::kMetrics) {
    names += (names.empty() ? "" : ", ") + std::string(metric.name);
  }
  return names;
}

int exit_code(const compare::Comparison& comparison) {
  if (comparison.refused()) return static_cast<int>(play::ExitCode::kUsage);
  switch (comparison.verdict) {
    case compare::Verdict::kPass:
      return static_cast<int>(play::ExitCode::kPass);
    case compare::Verdict::kRegression:
      return kRegression;
    case compare::Verdict::kInconclusive:
      break;
  }
  return kInconclusive;
}

}  // namespace

void add_comparison_options(CLI::App& command, ComparisonWords& words) {
  command
      .add_option("--limit", words.limits,
                  "METRIC=LOSS that must not get through, e.g. send.p99=10%; may be repeated")
      ->envname("THRONG_LIMIT")
      ->allow_extra_args(false);
  for (const File& file : kFiles) {
    command.add_option(file.option, words.*file.path, file.help)->envname(file.environment);
  }
  command
      .add_flag("--annotations", words.annotations,
                "print GitHub's ::error lines, too, ten at most")
      ->envname("THRONG_ANNOTATIONS");
}

compare::Limits limits_of(const ComparisonWords& words) {
  compare::Limits limits = compare::default_limits();
  for (const std::string& word : words.limits) {
    const std::size_t equals = word.find('=');
    const auto metric = compare::metric_index(word.substr(0, equals));
    if (!metric || equals == word.npos) {
      throw std::runtime_error(fmt::format(
          "--limit: expected METRIC=LOSS with one of {}, got \"{}\"", known_metrics(), word));
    }
    limits[*metric] = parse_share(word.substr(equals + 1));
  }
  return limits;
}

int show_comparison(const compare::Comparison& comparison, const ComparisonWords& words, bool json,
                    const std::string& file) {
  for (const File& each : kFiles) {
    const std::string& path = words.*each.path;
    if (!path.empty()) report::write_text_file(path, each.write(comparison));
  }
  const bool colour = isatty(STDOUT_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr;
  std::cout << (json ? compare::comparison_json(comparison)
                     : compare::terminal_text(comparison, colour));
  // In JSON they would be in the way.
  if (words.annotations) (json ? std::cerr : std::cout) << compare::annotations(comparison, file);
  return exit_code(comparison);
}

std::vector<compare::Sample> read_samples(const std::vector<std::string>& paths) {
  std::vector<compare::Sample> samples;
  for (const std::string& path : paths) {
    if (std::filesystem::is_directory(path)) {
      samples.push_back(compare::sample_of(read_run(path), path));
      continue;
    }
    compare::Baseline baseline = compare::read_baseline(report::read_text_file(path), path);
    for (compare::Sample& each : baseline.runs) samples.push_back(std::move(each));
  }
  return samples;
}

}  // namespace throng::commands
