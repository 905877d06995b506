#pragma once

#include <optional>
#include <string>
#include <vector>

#include "loadgen/compare/baseline.hpp"
#include "loadgen/compare/change_points.hpp"

namespace throng::compare {

struct TrendRules {
  /// Smaller changes aren't told; as a share.
  double least = 0.01;
  /// Only the newest so many runs are looked at.
  std::size_t most = 200;
  ChangeRules changes;
};

/// A metric went from one level to another.
struct Change {
  std::size_t at = 0;       ///< the first run of the new level, of the series
  std::string last_before;  ///< commits: the change came behind this one
  std::string first_after;  ///< and with this one at the latest
  double loss = 0;          ///< as a share: above 0 is worse
};

/// A metric over the runs that have it.
struct Series {
  const Metric* metric = nullptr;
  std::vector<double> values;
  std::vector<std::string> commits;
  std::vector<Change> changes;  ///< the newest last
  /// From the best level that there was to the newest, if that is worse: the commits are those
  /// where the best one ended. What came better in between doesn't count, unless all was made good.
  std::optional<Change> worse;
};

struct Trend {
  std::string scenario;
  std::size_t runs = 0;
  std::size_t left_out = 0;  ///< of another scenario, machine or generator than the newest
  std::vector<Series> series;

  bool is_worse() const;
};

/// Requires: there is a run.
Trend trend_of(const std::vector<HistoryRun>& history, const TrendRules& rules);

std::string trend_text(const Trend& trend);
std::string trend_json(const Trend& trend);
/// A page that stands alone, with a picture of each series.
std::string trend_html(const Trend& trend);

}  // namespace throng::compare
