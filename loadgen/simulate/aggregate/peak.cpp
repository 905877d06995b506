#include "loadgen/simulate/aggregate/peak.hpp"

#include <algorithm>
#include <array>

#include "loadgen/play/figures.hpp"
#include "loadgen/simulate/aggregate/account.hpp"
#include "loadgen/simulate/aggregate/estimate.hpp"
#include "loadgen/simulate/aggregate/fleet_size.hpp"

namespace throng::simulate {
namespace {

using pacing::Duration;

constexpr double kEventsOfPeak = 2e6;
/// Behind those of an account's windows.
constexpr std::uint64_t kPeakStreams = std::uint64_t{1} << 40;
/// With more to do at the peak, a stretch of time says little of how queues come and go.
constexpr double kMostBusy = 0.9;

report::Estimate busy_of(const Peak& peak, double units, Duration (*busy)(const NodeFigures&)) {
  std::array<double, kReplications> ratios{};
  for (std::size_t i = 0; i < kReplications; ++i) {
    ratios[i] =
        pacing::to_seconds(busy(peak.replications[i])) / (units * pacing::to_seconds(peak.length));
  }
  return estimate_of(ratios);
}

/// What one node says of the fleet. Rates and counts are the fleet's, and people are everywhere.
bool is_told_by_a_node(const report::Threshold& threshold) {
  const bool is_of_errors = threshold.metric == "errors" || threshold.metric.ends_with(".errors");
  return threshold.unit == "ns" ||
         (is_of_errors && (threshold.unit == "ratio" || threshold.bound == 0));
}

bool hold(const Peak& peak, const std::vector<report::Threshold>& thresholds) {
  report::RunResult result;
  result.ledger.kept = false;
  result.operations = play::all_operation_figures(tallies_of(added_up(peak.replications)), 0,
                                                  pacing::to_seconds(peak.length) * kReplications);
  return std::ranges::all_of(thresholds, [&](const report::Threshold& threshold) {
    if (!is_told_by_a_node(threshold)) return true;
    const report::ThresholdResult each = report::evaluate(threshold, result);
    return !each.value || each.pass;
  });
}

}  // namespace

report::Estimate Peak::core_busy(unsigned cores) const {
  return busy_of(*this, cores, [](const NodeFigures& node) { return node.cores.busy; });
}

report::Estimate Peak::disk_busy() const {
  return busy_of(*this, 1, [](const NodeFigures& node) { return node.disk_busy; });
}

Duration busiest_time(const Sampler& sampler, std::size_t region) {
  return sampler.traffic().peak(region, [&](const Intensity& work) {
    return sampler.traffic().core_load(work, sampler.world().costs);
  });
}

Peak play_peak(const Sampler& sampler, std::size_t region, std::uint64_t nodes) {
  Peak peak{.at = busiest_time(sampler, region), .fleet = {nodes}, .replications = {}};
  const Intensity work = sampler.traffic().at(region, peak.at);
  peak.length = sampler.length_for(kEventsOfPeak / kReplications, work, peak.fleet);
  peak.replications =
      sampler.play_at(region, peak.fleet, peak.at, peak.length, kPeakStreams * (region + 1));
  return peak;
}

std::optional<std::uint64_t> nodes_needed(const Sampler& sampler, std::size_t region,
                                          const std::vector<report::Threshold>& thresholds) {
  const Intensity work = sampler.traffic().at(region, busiest_time(sampler, region));
  const double disk_load = sampler.traffic().disk_load(work, sampler.world().disk);
  const double busy = std::max(busy_nodes(sampler, region), disk_load);
  return fewest_nodes(busy, [&](std::uint64_t nodes) {
    return busy <= kMostBusy * static_cast<double>(nodes) &&
           hold(play_peak(sampler, region, nodes), thresholds);
  });
}

double busy_nodes(const Sampler& sampler, std::size_t region) {
  const Intensity work = sampler.traffic().at(region, busiest_time(sampler, region));
  return sampler.traffic().core_load(work, sampler.world().costs) / sampler.world().cores;
}

}  // namespace throng::simulate
