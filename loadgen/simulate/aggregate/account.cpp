#include "loadgen/simulate/aggregate/account.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "loadgen/play/figures.hpp"
#include "loadgen/play/worker.hpp"
#include "loadgen/simulate/aggregate/estimate.hpp"

namespace throng::simulate {
namespace {

using measure::Operation;
using pacing::Duration;

constexpr std::size_t kMostWindows = 96;
constexpr double kSpan_s = 60;
constexpr double kEventsOfWindow = 150'000;
constexpr std::uint64_t kBeginStream = ~std::uint64_t{3};
/// As gateway sessions answer when too much waits.
constexpr const char* kRefused = "overloaded";

std::size_t windows_of(Duration duration) {
  const double spans = pacing::to_seconds(duration) / kSpan_s;
  return std::clamp<std::size_t>(static_cast<std::size_t>(spans), 1, kMostWindows);
}

/// Latencies and what was refused, `by` times as many.
NodeFigures scaled_operations(const NodeFigures& figures, double by) {
  NodeFigures all = figures;
  for (auto& operation : all.operations) {
    operation.latency = scaled(operation.latency, by);
    operation.refused =
        static_cast<std::uint64_t>(std::llround(static_cast<double>(operation.refused) * by));
  }
  return all;
}

}  // namespace

measure::Tallies tallies_of(const NodeFigures& figures) {
  measure::Tallies tallies;
  for (std::size_t i = 0; i < measure::kOperations; ++i) {
    measure::OperationTally& tally = tallies.built_in[i];
    tally.name = measure::operation_name(static_cast<Operation>(i));
    tally.latency = figures.operations[i].latency;
    tally.count = tally.latency.count();
    if (figures.operations[i].refused > 0) tally.errors[kRefused] = figures.operations[i].refused;
  }
  return tallies;
}

report::EstimatesByOperation estimates_of(const Replications& replications) {
  report::EstimatesByOperation all;
  for (std::size_t i = 0; i < measure::kOperations; ++i) {
    std::array<std::vector<double>, 4> seen;
    for (const NodeFigures& each : replications) {
      const measure::Histogram& latency = each.operations[i].latency;
      if (latency.empty()) continue;
      seen[0].push_back(latency.mean());
      seen[1].push_back(static_cast<double>(latency.value_at_percentile(50)));
      seen[2].push_back(static_cast<double>(latency.value_at_percentile(99)));
      seen[3].push_back(static_cast<double>(latency.value_at_percentile(99.9)));
    }
    if (seen[0].size() < 2) continue;
    all.emplace_back(measure::operation_name(static_cast<Operation>(i)),
                     report::LatencyEstimates{estimate_of(seen[0]), estimate_of(seen[1]),
                                              estimate_of(seen[2]), estimate_of(seen[3])});
  }
  return all;
}

NodeFigures added_up(const Replications& replications) {
  NodeFigures all;
  for (const NodeFigures& each : replications) all.merge(each);
  return all;
}

Account::Account(const Sampler& sampler, std::vector<FleetShape> fleets, std::uint64_t seed)
    : sampler_(sampler),
      fleets_(std::move(fleets)),
      windows_(windows_of(sampler.traffic().duration())),
      span_(sampler.traffic().duration() / static_cast<std::int64_t>(windows_)),
      busy_(fleets_.size()) {
  const Traffic& traffic = sampler.traffic();
  for (std::size_t region = 0; region < fleets_.size(); ++region) {
    const Duration peak =
        traffic.peak(region, [&](const Intensity& work) { return sampler.events_per_s(work); });
    const Duration length =
        sampler.length_for(kEventsOfWindow, traffic.at(region, peak), fleets_[region]);
    lengths_.push_back(std::min(length, span_));
  }
  for (std::size_t i = 0; i < kReplications; ++i) {
    begins_[i] = pacing::Random(seed, kBeginStream - i).uniform01();
  }
}

double Account::share() const {
  double looked_at = 0;
  double all = 0;
  for (std::size_t region = 0; region < fleets_.size(); ++region) {
    looked_at += pacing::to_seconds(lengths_[region]) * kReplications;
    all += pacing::to_seconds(span_) * static_cast<double>(fleets_[region].nodes);
  }
  return looked_at / all;
}

double Account::weight(std::size_t region) const {
  return static_cast<double>(fleets_[region].nodes) * pacing::to_seconds(span_) /
         pacing::to_seconds(lengths_[region]);
}

std::vector<Stretch> Account::stretches() const {
  std::vector<Stretch> stretches;
  for (std::size_t region = 0; region < fleets_.size(); ++region) {
    for (std::size_t i = 0; i < kReplications; ++i) {
      const double spans = static_cast<double>(played_) + begins_[i];
      const std::uint64_t stream = (played_ * kReplications + i) * fleets_.size() + region;
      stretches.push_back({.region = region,
                           .fleet = fleets_[region],
                           .at = pacing::from_seconds(spans * pacing::to_seconds(span_)),
                           .length = lengths_[region],
                           .stream = stream});
    }
  }
  return stretches;
}

void Account::add(std::size_t region, std::size_t replication, const NodeFigures& figures) {
  replications_[replication].merge(scaled_operations(figures, weight(region)));
  busy_[region][replication] += figures.cores.busy;
}

measure::SecondSnapshot Account::play_next() {
  const std::vector<Stretch> all = stretches();
  const std::vector<NodeFigures> figures = sampler_.play(all);
  NodeFigures window;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::size_t region = all[i].region;
    add(region, i % kReplications, figures[i]);
    window.merge(scaled_operations(figures[i], weight(region)));
  }
  const double second = pacing::to_seconds(span_) * static_cast<double>(played_);
  ++played_;
  const double per_s = 1 / (pacing::to_seconds(span_) * kReplications);
  measure::SecondSnapshot snapshot;
  snapshot.second = static_cast<std::uint32_t>(second);
  for (const auto& tally : tallies_of(scaled_operations(window, per_s)).built_in) {
    const auto errors = tally.errors.empty() ? 0 : tally.errors.begin()->second;
    snapshot.operations.push_back({tally.name, tally.count + errors, errors, tally.latency});
  }
  double online = 0;
  for (std::size_t region = 0; region < fleets_.size(); ++region) {
    online += sampler_.traffic().at(region, pacing::from_seconds(second)).online;
  }
  snapshot.gauges.push_back({std::string(play::kConnectedGauge), std::round(online)});
  return snapshot;
}

NodeFigures Account::whole() const {
  return scaled_operations(added_up(replications_), 1.0 / kReplications);
}

report::Estimate Account::core_busy(std::size_t region) const {
  std::array<double, kReplications> ratios{};
  const double looked_at =
      pacing::to_seconds(lengths_[region]) * static_cast<double>(played_) * sampler_.world().cores;
  for (std::size_t i = 0; i < kReplications; ++i) {
    ratios[i] = looked_at > 0 ? pacing::to_seconds(busy_[region][i]) / looked_at : 0;
  }
  return estimate_of(ratios);
}

}  // namespace throng::simulate
