#include "loadgen/compare/trend.hpp"

#include <algorithm>
#include <cmath>

#include "loadgen/compare/shift.hpp"

namespace throng::compare {
namespace {

using Runs = std::vector<const HistoryRun*>;

Runs like_the_newest(const std::vector<HistoryRun>& history, std::size_t most) {
  Runs runs;
  for (const HistoryRun& each : history) {
    if (each.sample.identity == history.back().sample.identity) runs.push_back(&each);
  }
  if (runs.size() > most) runs.erase(runs.begin(), runs.end() - static_cast<std::ptrdiff_t>(most));
  return runs;
}

/// By how much the values of one level are worse than those of the level before.
double loss_at(const Metric& metric, std::span<const double> logs, std::size_t from, std::size_t at,
               std::size_t to) {
  const Shift shift = Shift::between(logs.subspan(from, at - from), logs.subspan(at, to - at));
  return share_of_loss(metric, shift.estimate());
}

std::vector<Change> changes_of(const Series& series, const TrendRules& rules) {
  std::vector<double> logs;
  for (const double each : series.values) logs.push_back(loss(*series.metric, 1, each));
  std::vector<std::size_t> ends = change_points(logs, rules.changes);
  std::vector<Change> changes;
  std::size_t from = 0;
  ends.push_back(logs.size());
  for (std::size_t i = 0; i + 1 < ends.size(); ++i) {
    const std::size_t at = ends[i];
    const double share = loss_at(*series.metric, logs, from, at, ends[i + 1]);
    if (std::abs(share) >= rules.least) {
      changes.push_back({at, series.commits[at - 1], series.commits[at], share});
    }
    from = at;
  }
  return changes;
}

Series series_of(const Runs& runs, std::size_t metric, const TrendRules& rules) {
  Series series;
  series.metric = &kMetrics[metric];
  for (const HistoryRun* each : runs) {
    if (!each->sample.values[metric]) continue;
    series.values.push_back(*each->sample.values[metric]);
    series.commits.push_back(each->commit);
  }
  series.changes = changes_of(series, rules);
  return series;
}

}  // namespace

const Change* Series::worse() const {
  return !changes.empty() && changes.back().loss > 0 ? &changes.back() : nullptr;
}

bool Trend::is_worse() const {
  return std::any_of(series.begin(), series.end(),
                     [](const Series& each) { return each.worse() != nullptr; });
}

Trend trend_of(const std::vector<HistoryRun>& history, const TrendRules& rules) {
  const Runs runs = like_the_newest(history, rules.most);
  Trend trend;
  trend.scenario = identity_of(history.back().sample, "scenario");
  trend.runs = runs.size();
  for (const HistoryRun& each : history) {
    trend.left_out += each.sample.identity != history.back().sample.identity ? 1 : 0;
  }
  for (std::size_t i = 0; i < kMetrics.size(); ++i) {
    Series series = series_of(runs, i, rules);
    if (!series.values.empty()) trend.series.push_back(std::move(series));
  }
  return trend;
}

}  // namespace throng::compare
