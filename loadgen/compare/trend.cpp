#include "loadgen/compare/trend.hpp"

#include <algorithm>
#include <cmath>
#include <span>

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

/// Values between two changes, as logarithms.
using Level = std::span<const double>;

double loss_between(const Metric& metric, Level before, Level after) {
  return share_of_loss(metric, Shift::between(before, after).estimate());
}

std::vector<Level> levels_of(Level logs, const std::vector<std::size_t>& changes) {
  std::vector<Level> levels;
  std::size_t from = 0;
  for (const std::size_t at : changes) {
    levels.push_back(logs.subspan(from, at - from));
    from = at;
  }
  levels.push_back(logs.subspan(from));
  return levels;
}

Change change_at(const Series& series, std::size_t at, double loss) {
  return {at, series.commits[at - 1], series.commits[at], loss};
}

std::vector<Change> changes_of(const Series& series, const std::vector<Level>& levels,
                               double least) {
  std::vector<Change> changes;
  std::size_t at = 0;
  for (std::size_t i = 1; i < levels.size(); ++i) {
    at += levels[i - 1].size();
    const double share = loss_between(*series.metric, levels[i - 1], levels[i]);
    if (std::abs(share) >= least) changes.push_back(change_at(series, at, share));
  }
  return changes;
}

/// From the best of the earlier levels, of which the newest is worse by the most, to that behind
/// it.
std::optional<Change> lasting_loss(const Series& series, const std::vector<Level>& levels,
                                   double least) {
  std::optional<Change> most;
  std::size_t at = 0;
  for (std::size_t i = 0; i + 1 < levels.size(); ++i) {
    at += levels[i].size();
    const double share = loss_between(*series.metric, levels[i], levels.back());
    if (share < least || (most && share <= most->loss)) continue;
    most = change_at(series, at, share);
  }
  return most;
}

void look_for_changes(Series& series, const TrendRules& rules) {
  std::vector<double> logs;
  for (const double each : series.values) logs.push_back(loss(*series.metric, 1, each));
  const std::vector<Level> levels = levels_of(logs, change_points(logs, rules.changes));
  series.changes = changes_of(series, levels, rules.least);
  series.worse = lasting_loss(series, levels, rules.least);
}

Series series_of(const Runs& runs, std::size_t metric, const TrendRules& rules) {
  Series series;
  series.metric = &kMetrics[metric];
  for (const HistoryRun* each : runs) {
    if (!each->sample.values[metric]) continue;
    series.values.push_back(*each->sample.values[metric]);
    series.commits.push_back(each->commit);
  }
  look_for_changes(series, rules);
  return series;
}

}  // namespace

bool Trend::is_worse() const {
  return std::any_of(series.begin(), series.end(),
                     [](const Series& each) { return each.worse.has_value(); });
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
