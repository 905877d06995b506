#include "loadgen/report/html.hpp"

#include <fmt/format.h>

#include "loadgen/report/escape.hpp"
#include "loadgen/report/fill_in.hpp"
#include "loadgen/report/html_sections.hpp"
#include "loadgen/report/humanise.hpp"
#include "loadgen/report/page_files.hpp"
#include "loadgen/report/run_json.hpp"
#include "loadgen/report/scenario_title.hpp"
#include "loadgen/report/verdict.hpp"

namespace throng::report {
namespace {

// More points than this don't show at a screen's width.
constexpr std::size_t kMostChartRows = 900;

std::string summary_line(const RunResult& run) {
  std::string line = fmt::format("{} measured", span_text(run.time.measured_s));
  if (run.time.warmup_s > 0) line += " after " + span_text(run.time.warmup_s) + " of warm-up";
  if (!run.time.steady) line += ", and the latency never settled";
  if (run.clock == Clock::kVirtual) line += ", in virtual time";
  if (run.interrupted) line += ", interrupted";
  return line;
}

std::string chart_data(const RunResult& run, const SeriesTable& series) {
  return script_json_escape(fmt::format("{{\"run\": {}, \"series\": {}}}", write_run_json(run),
                                        series_json(condensed(series, kMostChartRows))));
}

}  // namespace

std::string html_report(const RunResult& run, const SeriesTable& series) {
  const ValidityFigures& validity = run.validity;
  return fill_in(kPageTemplate,
                 {
                     {"style", std::string(kPageStyle)},
                     {"script", std::string(kPageCharts) + std::string(kPageScript)},
                     {"title", html_text(scenario_title(run.scenario))},
                     {"target", html_text(run.target.url)},
                     {"file", html_text(run.scenario.file)},
                     {"started", html_text(started_text(run.time))},
                     {"summary", html_text(summary_line(run))},
                     {"verdict_tone", std::string(verdict_tone(run.verdict))},
                     {"verdict_word", std::string(verdict_word(run.verdict))},
                     {"verdict_sentence", html_text(verdict_sentence(run))},
                     {"exit_code", fmt::format("exit code {}: {}", run.exit_code,
                                               exit_code_meaning(run.exit_code))},
                     {"tiles", tiles_html(run)},
                     {"thresholds", thresholds_html(run)},
                     {"ledger", ledger_html(run.ledger)},
                     {"operations", operations_html(run)},
                     {"validity_sentence",
                      validity.valid ? "The generator kept up: the figures are the target’s."
                                     : "The generator did not keep up; don’t trust these figures."},
                     {"validity", validity_html(run)},
                     {"details", details_html(run)},
                     {"scenario", scenario_html(run.scenario)},
                     {"data", chart_data(run, series)},
                 });
}

}  // namespace throng::report
