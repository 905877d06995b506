#include "loadgen/search/knee.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace throng::search {
namespace {

constexpr double kTail = 0.025;
constexpr double kBeyond = 2;   // times the lightest and the heaviest load: there it may lie, too
constexpr double kNear = 0.06;  // of log load: beside a knee

bool looks_for_knees(Stage stage) { return stage != Stage::kOverload && stage != Stage::kDown; }

std::vector<Sample> samples_of(std::span<const Outcome> outcomes, std::size_t condition) {
  double all_s = 0;
  for (const Outcome& each : outcomes) all_s += each.cost_s;
  std::vector<Sample> samples;
  double passed_s = 0;
  for (const auto& [probe, valid, readings, cost_s] : outcomes) {
    passed_s += cost_s;
    const auto& reading = readings[condition];
    if (!valid || !looks_for_knees(probe.stage) || !reading) continue;
    samples.push_back({std::log(probe.load), probe.measured_s, reading->held, reading->excess,
                       reading->events, passed_s / all_s});
  }
  return samples;
}

double log_low(const Plan& plan) { return std::log(plan.from / kBeyond); }
double log_high(const Plan& plan) { return std::log(plan.to * kBeyond); }

Interval interval_of(const Posterior& posterior) {
  return {std::exp(posterior.quantile(0.5)), std::exp(posterior.quantile(kTail)),
          std::exp(posterior.quantile(1 - kTail))};
}

Knee::Where where(const Plan& plan, double knee, std::span<const Sample> samples) {
  double heaviest = std::log(plan.from);
  for (const Sample& each : samples) heaviest = std::max(heaviest, each.log_load);
  if (knee < plan.from) return Knee::Where::kBelow;
  return std::log(knee) > heaviest ? Knee::Where::kAbove : Knee::Where::kWithin;
}

}  // namespace

Knee find_knee(const Plan& plan, std::span<const Outcome> outcomes, std::size_t condition) {
  const std::vector<Sample> samples = samples_of(outcomes, condition);
  const Posterior posterior = locate_knee(samples, log_low(plan), log_high(plan));
  Knee knee;
  knee.interval = interval_of(posterior);
  knee.where = where(plan, knee.interval.at, samples);
  knee.middle_half = posterior.quantile(0.75) - posterior.quantile(0.25);
  knee.slope = posterior.slope();
  const double reach = std::max(kNear, 2 * std::log(knee.interval.high / knee.interval.low));
  for (const Sample& each : samples) {
    knee.graded = knee.graded || each.excess;
    if (std::abs(each.log_load - std::log(knee.interval.at)) <= reach) ++knee.near;
  }
  return knee;
}

std::optional<double> find_drift(const Plan& plan, std::span<const Outcome> outcomes,
                                 std::size_t condition) {
  const auto drift = find_drift(samples_of(outcomes, condition), log_low(plan), log_high(plan));
  return drift ? std::optional(std::exp(*drift)) : std::nullopt;
}

}  // namespace throng::search
