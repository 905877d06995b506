#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "loadgen/report/report_error.hpp"

namespace throng::report {

/// The per-second figures of a run as series.csv has them, column by column, for charts:
///
///   second,users_connected,send_started,send_count,send_errors,send_p50_ns,…,send_max_ns
///   0,250,12,11,1,1203455,…,2154810
///   1,250,0,0,0,,…,
///
/// A plain value. Invariant: all columns are as long as each other.
struct SeriesTable {
  /// nullopt where the cell is empty: a percentile of nothing.
  using Column = std::vector<std::optional<double>>;

  /// 1, unless condensed(): then counts are means per second, and percentiles the worst.
  std::uint32_t seconds_per_row = 1;
  std::vector<std::pair<std::string, Column>> columns;  ///< "second" among them

  std::size_t rows() const { return columns.empty() ? 0 : columns.front().second.size(); }
  /// nullptr if there is none of that name.
  const Column* find(std::string_view name) const;
};

/// Reads series.csv (RFC 4180).
/// Errors: name `file`, the line and what was expected.
boost::system::result<SeriesTable, ReportError> read_series_csv(std::string_view text,
                                                                std::string_view file);

/// The same run in at most `max_rows` rows, each of several seconds: percentiles and maxima become
/// the largest of theirs (a percentile is never averaged), everything else the mean. The last row
/// may be of fewer seconds. Requires: max_rows > 0.
SeriesTable condensed(const SeriesTable& series, std::size_t max_rows);

/// For the charts: {"seconds_per_row": 1, "columns": {"second": [0, 1], …}}
std::string series_json(const SeriesTable& series);

}  // namespace throng::report
