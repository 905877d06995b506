#include "loadgen/view/series_history.hpp"

#include <map>
#include <string_view>
#include <utility>

#include "loadgen/measure/hdr_log_reader.hpp"

namespace throng::view {
namespace {

using report::SeriesTable;

constexpr std::string_view kCount = "_count";

/// By operation.
using SecondHeat = std::map<std::string, Heat, std::less<>>;

/// By second. The log's totals have no second of their own, and a dot in their tag.
std::map<std::uint32_t, SecondHeat> read_heat(std::istream& log, const std::string& file) {
  std::map<std::uint32_t, SecondHeat> heat;
  measure::HdrLogReader reader(log, file);
  while (const auto interval = reader.next()) {
    if (interval->tag.find('.') != std::string::npos) continue;
    heat[static_cast<std::uint32_t>(interval->start_s)][interval->tag] =
        heat_of(interval->histogram);
  }
  return heat;
}

std::optional<double> cell(const SeriesTable& series, std::string_view column, std::size_t row) {
  const SeriesTable::Column* found = series.find(column);
  return found == nullptr ? std::nullopt : (*found)[row];
}

/// The columns of an operation.
class OperationColumns {
 public:
  OperationColumns(const SeriesTable& series, std::string name)
      : series_(series), name_(std::move(name)) {}

  const std::string& name() const { return name_; }
  OperationCells at(std::size_t row) const {
    return {name_,
            whole<std::uint64_t>("_count", row),
            whole<std::uint64_t>("_errors", row),
            whole<std::int64_t>("_p50_ns", row),
            whole<std::int64_t>("_p90_ns", row),
            whole<std::int64_t>("_p99_ns", row),
            whole<std::int64_t>("_max_ns", row),
            {}};
  }

 private:
  template <class Integer>
  Integer whole(std::string_view column, std::size_t row) const {
    return static_cast<Integer>(cell(series_, name_ + std::string(column), row).value_or(0));
  }

  const SeriesTable& series_;
  const std::string name_;
};

std::vector<OperationColumns> operations_of(const SeriesTable& series) {
  std::vector<OperationColumns> all;
  for (const auto& [column, cells] : series.columns) {
    if (!column.ends_with(kCount)) continue;
    all.emplace_back(series, column.substr(0, column.size() - kCount.size()));
  }
  return all;
}

}  // namespace

History history_of(const SeriesTable& series, std::istream& log, const std::string& log_file) {
  auto heat = read_heat(log, log_file);
  const std::vector<OperationColumns> operations = operations_of(series);
  History history;
  for (std::size_t i = 0; i < series.rows(); ++i) {
    Row row;
    row.second = static_cast<std::uint32_t>(cell(series, "second", i).value_or(0));
    row.connected = cell(series, "users_connected", i);
    row.connecting = cell(series, "users_connecting", i);
    row.away = cell(series, "users_away", i);
    for (const OperationColumns& operation : operations) {
      OperationCells cells = operation.at(i);
      if (cells.count == 0 && cells.errors == 0) continue;
      cells.heat = std::move(heat[row.second][operation.name()]);
      row.operations.push_back(std::move(cells));
    }
    history.add(std::move(row));
  }
  return history;
}

}  // namespace throng::view
