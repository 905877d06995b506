#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "loadgen/measure/series.hpp"
#include "loadgen/view/heat.hpp"

namespace throng::view {

/// What an operation did in a row's seconds. The percentiles mean nothing where count is 0.
struct OperationCells {
  std::string name;
  std::uint64_t count = 0;  ///< completed
  std::uint64_t errors = 0;
  std::int64_t p50_ns = 0;
  std::int64_t p90_ns = 0;
  std::int64_t p99_ns = 0;
  std::int64_t max_ns = 0;
  Heat heat;  ///< empty where only the percentiles are known
};

/// A second of a run, or several: counts are sums, percentiles the worst second's (a percentile is
/// never averaged), and people as they were at the end.
struct Row {
  std::uint32_t second = 0;   ///< the first of them
  std::uint32_t seconds = 1;  ///< that are in it so far
  // nullopt: not known
  std::optional<double> connected;
  std::optional<double> connecting;
  std::optional<double> away;
  std::vector<OperationCells> operations;  ///< those that did something
};

/// Of a second of all workers. Costs a few passes over the histograms' touched blocks.
Row row_of(const measure::SecondSnapshot& second);

/// A run over time in a bounded number of rows: when there would be more, each two become one of
/// twice as many seconds. A plain value.
class History {
 public:
  static constexpr std::size_t kMostRows = 600;

  /// Requires: seconds come in order.
  void add(Row second);

  std::uint32_t seconds_per_row() const { return seconds_per_row_; }
  /// In order; the last one may still be added to.
  const std::vector<Row>& rows() const { return rows_; }
  /// That the last row begins with; 0: there is none.
  std::uint32_t last_second() const { return rows_.empty() ? 0 : rows_.back().second; }
  /// The same without the rows before the one that begins with that second.
  History from(std::uint32_t second) const;

 private:
  void halve();

  std::uint32_t seconds_per_row_ = 1;
  std::vector<Row> rows_;
};

}  // namespace throng::view
