#include "loadgen/play/live_totals.hpp"

#include <algorithm>
#include <string_view>

#include "loadgen/measure/recorder.hpp"
#include "loadgen/play/figures.hpp"

namespace throng::play {
namespace {

/// That thresholds may name beside those of the summary.
constexpr double kOnCurveOnly[] = {75, 95};

report::OperationFigures figures_of(const measure::Histogram& latency, std::uint64_t errors,
                                    double seconds) {
  report::OperationFigures figures;
  figures.count = latency.count();
  if (seconds > 0) figures.rate_per_s = static_cast<double>(latency.count()) / seconds;
  if (errors > 0) figures.errors[""] = errors;
  figures.latency_ns = summarise(latency);
  for (const double percentile : kOnCurveOnly) {
    figures.latency_curve.push_back({percentile, latency.value_at_percentile(percentile)});
  }
  return figures;
}

/// What seconds say of a run: its people, errors, and of operations all but what ends with the run.
bool is_known_meanwhile(std::string_view metric) {
  const std::size_t dot = metric.find('.');
  if (dot == metric.npos) return metric == "errors";
  const std::string_view group = metric.substr(0, dot);
  const std::string_view name = metric.substr(dot + 1);
  if (group == "ledger" || group == "validity") return false;
  return name != "dropped" && name != "unresolved" && !name.starts_with("service.") &&
         !name.starts_with("errors.");
}

}  // namespace

void LiveTotals::add(const measure::SecondSnapshot& second, bool measured) {
  for (const measure::OperationSecond& each : second.operations) {
    if (!measured && !measure::is_arrival(each.name)) continue;
    Total& total = totals_[each.name];
    total.errors += each.errors;
    total.latency.merge(each.latency);
  }
}

std::vector<std::pair<std::string, report::OperationFigures>> LiveTotals::operations(
    double lead_in_s, double measured_s) const {
  std::vector<std::pair<std::string, report::OperationFigures>> all;
  for (const auto& [name, total] : totals_) {
    const double seconds = measured_s + (measure::is_arrival(name) ? lead_in_s : 0);
    all.emplace_back(name, figures_of(total.latency, total.errors, seconds));
  }
  return all;
}

view::Outlook outlook(const report::Threshold& threshold, const report::ThresholdResult& so_far) {
  if (!is_known_meanwhile(threshold.metric) || !so_far.value) return view::Outlook::kOpen;
  return so_far.pass ? view::Outlook::kMet : view::Outlook::kMissed;
}

}  // namespace throng::play
