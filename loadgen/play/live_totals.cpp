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
                                    std::uint32_t seconds) {
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

bool is_growing_count(const report::Threshold& threshold) {
  const std::string_view metric = threshold.metric;
  return threshold.unit.empty() && (metric.starts_with("users.") || metric.ends_with(".count") ||
                                    metric == "errors" || metric.ends_with(".errors"));
}

/// Requires: it isn't met at `value`.
bool may_grow_to_be_met(const report::Threshold& threshold, double value) {
  if (!is_growing_count(threshold)) return false;
  switch (threshold.comparison) {
    case report::Comparison::kGreater:
    case report::Comparison::kGreaterOrEqual:
    case report::Comparison::kNotEqual:
      return true;
    case report::Comparison::kEqual:
      return value < threshold.bound;
    default:
      return false;
  }
}

}  // namespace

void LiveTotals::add(const measure::SecondSnapshot& second, bool measured) {
  ++seconds_;
  if (measured) ++measured_seconds_;
  for (const measure::OperationSecond& each : second.operations) {
    if (!measured && !measure::is_arrival(each.name)) continue;
    Total& total = totals_[each.name];
    total.errors += each.errors;
    total.latency.merge(each.latency);
  }
}

std::vector<std::pair<std::string, report::OperationFigures>> LiveTotals::operations() const {
  std::vector<std::pair<std::string, report::OperationFigures>> all;
  for (const auto& [name, total] : totals_) {
    const std::uint32_t seconds = measure::is_arrival(name) ? seconds_ : measured_seconds_;
    all.emplace_back(name, figures_of(total.latency, total.errors, seconds));
  }
  return all;
}

view::Outlook outlook(const report::Threshold& threshold, const report::ThresholdResult& so_far) {
  if (!is_known_meanwhile(threshold.metric) || !so_far.value) return view::Outlook::kOpen;
  if (so_far.pass) return view::Outlook::kMet;
  return may_grow_to_be_met(threshold, *so_far.value) ? view::Outlook::kOpen
                                                      : view::Outlook::kMissed;
}

}  // namespace throng::play
