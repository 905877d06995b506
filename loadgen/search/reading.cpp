#include "loadgen/search/reading.hpp"

#include <algorithm>
#include <string_view>

#include "loadgen/report/verdict.hpp"

namespace throng::search {
namespace {

using report::Comparison;
using report::OperationFigures;

bool is_at_most(Comparison comparison) {
  return comparison == Comparison::kLess || comparison == Comparison::kLessOrEqual;
}

bool is_at_least(Comparison comparison) {
  return comparison == Comparison::kGreater || comparison == Comparison::kGreaterOrEqual;
}

/// A mean, a rate or a share: what averages over runs mean something of.
bool is_average(const report::Threshold& condition) {
  return condition.unit == "1/s" || condition.unit == "ratio" ||
         condition.metric.ends_with(".mean");
}

/// The odds of being beyond, over those that may be. So few operations as there are can't show
/// less than half of one.
void read_tail(const report::Threshold& condition, const report::RunResult& run, Reading& reading) {
  const auto tail = condition.beyond(run);
  if (!tail || !is_at_most(condition.comparison)) return;
  const double allowed = 1 - condition.percentile / 100;
  const double share = std::min(tail->share, 1 - 0.5 / static_cast<double>(tail->of));
  reading.excess = share / (1 - share) / (allowed / (1 - allowed));
  reading.events = static_cast<double>(tail->of) * allowed;
}

void read_average(const report::Threshold& condition, double value, Reading& reading) {
  if (condition.bound <= 0 || value <= 0 || !is_average(condition)) return;
  if (is_at_most(condition.comparison)) reading.excess = value / condition.bound;
  if (is_at_least(condition.comparison)) reading.excess = condition.bound / value;
}

/// It was tried, and none of it succeeded.
bool all_failed(const report::Threshold& condition, const report::RunResult& run) {
  const OperationFigures* figures =
      run.find_operation(condition.metric.substr(0, condition.metric.find('.')));
  return figures != nullptr && figures->ran() && figures->count == 0;
}

}  // namespace

std::optional<Reading> read_condition(const report::Threshold& condition,
                                      const report::RunResult& run) {
  const report::ThresholdResult result = report::evaluate(condition, run);
  if (!result.value) {
    return all_failed(condition, run) ? std::optional(Reading{}) : std::nullopt;
  }
  Reading reading{result.pass, std::nullopt, std::nullopt};
  if (condition.beyond) {
    read_tail(condition, run, reading);
  } else {
    read_average(condition, *result.value, reading);
  }
  return reading;
}

bool is_overloaded(const report::RunResult& run) {
  return !run.validity.valid && run.validity.limited_by == report::Limit::kTarget;
}

Readings read_run(std::span<const report::Threshold> conditions, const report::RunResult& run) {
  const bool nothing_holds = is_overloaded(run) || !report::ledger_holds(run.ledger);
  Readings readings;
  readings.valid = run.validity.valid || nothing_holds ||
                   run.validity.limited_by == report::Limit::kUnsteadyLoad;
  for (const report::Threshold& each : conditions) {
    auto reading = read_condition(each, run);
    if (nothing_holds && (!reading || reading->held)) reading = Reading{};
    readings.all.push_back(reading);
  }
  return readings;
}

}  // namespace throng::search
