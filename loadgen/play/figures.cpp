#include "loadgen/play/figures.hpp"

#include <cmath>

#include "loadgen/play/worker.hpp"
#include "loadgen/report/percentile_curve.hpp"

namespace throng::play {
namespace {

report::PercentileCurve curve_of(const measure::Histogram& histogram) {
  return report::percentile_curve(histogram.count(), [&](double percentile) {
    return histogram.value_at_percentile(percentile);
  });
}

}  // namespace

report::LatencySummary summarise(const measure::Histogram& histogram) {
  return {std::llround(histogram.mean()),
          histogram.value_at_percentile(50),
          histogram.value_at_percentile(90),
          histogram.value_at_percentile(99),
          histogram.value_at_percentile(99.9),
          histogram.value_at_percentile(99.99),
          histogram.max()};
}

report::OperationFigures operation_figures(const measure::OperationTally& tally,
                                           double measured_s) {
  report::OperationFigures figures;
  figures.count = tally.count;
  figures.rate_per_s = measured_s > 0 ? static_cast<double>(tally.count) / measured_s : 0;
  figures.errors.insert(tally.errors.begin(), tally.errors.end());
  figures.dropped = tally.dropped;
  figures.unresolved = tally.unresolved;
  figures.latency_ns = summarise(tally.latency);
  figures.service_ns = summarise(tally.service);
  if (!tally.latency.empty()) figures.latency_curve = curve_of(tally.latency);
  if (!tally.service.empty()) figures.service_curve = curve_of(tally.service);
  return figures;
}

std::vector<std::pair<std::string, report::OperationFigures>> all_operation_figures(
    const measure::Tallies& totals, double warmup_s, double measured_s) {
  std::vector<std::pair<std::string, report::OperationFigures>> all;
  for (const measure::OperationTally* tally : totals.all()) {
    const double seconds = measured_s + (measure::is_arrival(tally->name) ? warmup_s : 0);
    all.emplace_back(tally->name, operation_figures(*tally, seconds));
  }
  return all;
}

report::LedgerFigures ledger_figures(const measure::LedgerReport& report) {
  report::LedgerFigures figures;
  figures.sent = report.sent;
  figures.acked = report.acked;
  figures.expected = report.expected;
  figures.delivered = report.delivered;
  figures.lost = report.lost;
  figures.duplicated = report.duplicated;
  figures.reordered = report.reordered;
  figures.misdelivered = report.misdelivered;
  figures.corrupted = report.corrupted;
  figures.phantom = report.phantom;
  figures.cursor_violations = report.cursor_violations;
  figures.trimmed = report.trimmed;
  figures.late = report.late;
  figures.unresolved = report.unresolved;
  figures.examples = report.examples;
  return figures;
}

measure::Series::Columns series_columns() {
  measure::Series::Columns columns;
  for (const std::string_view gauge : {kConnectedGauge, kConnectingGauge, kAwayGauge}) {
    columns.gauges.emplace_back(gauge);
  }
  for (std::size_t i = 0; i < measure::kOperations; ++i) {
    columns.operations.emplace_back(measure::operation_name(static_cast<measure::Operation>(i)));
  }
  return columns;
}

}  // namespace throng::play
