#include "loadgen/report/series_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <cmath>

#include "loadgen/report/escape.hpp"

namespace throng::report {
namespace {

// One record of RFC 4180 at a time, off the front of a text.
class CsvRecords {
 public:
  explicit CsvRecords(std::string_view text) : rest_(text) {}

  bool at_end() const { return rest_.empty(); }
  std::size_t line() const { return line_; }  // of the record that next() gave last

  std::vector<std::string> next() {
    line_ = next_line_;
    std::vector<std::string> cells(1);
    bool quoted = false;
    while (!rest_.empty()) {
      const char c = take();
      if (c == '"' && quoted && rest_.starts_with('"')) {
        cells.back() += take();
      } else if (c == '"') {
        quoted = !quoted;
      } else if (c == ',' && !quoted) {
        cells.emplace_back();
      } else if (c == '\n' && !quoted) {
        break;
      } else if (c != '\r' || quoted) {
        cells.back() += c;
      }
    }
    return cells;
  }

 private:
  char take() {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    next_line_ += c == '\n' ? 1 : 0;
    return c;
  }

  std::string_view rest_;
  std::size_t line_ = 0;
  std::size_t next_line_ = 1;
};

// nullopt if it isn't a number; an empty cell is a number that isn't there.
std::optional<std::optional<double>> read_cell(const std::string& cell) {
  if (cell.empty()) return std::optional<double>();
  double number = 0;
  const char* end = cell.data() + cell.size();
  const auto [stop, error] = std::from_chars(cell.data(), end, number);
  if (error != std::errc() || stop != end || !std::isfinite(number)) return std::nullopt;
  return std::optional<double>(number);
}

std::optional<double> largest(const SeriesTable::Column& column, std::size_t from, std::size_t to) {
  return *std::max_element(column.begin() + from, column.begin() + to);
}

std::optional<double> mean(const SeriesTable::Column& column, std::size_t from, std::size_t to) {
  double sum = 0;
  std::size_t there = 0;
  for (std::size_t i = from; i < to; ++i) {
    if (!column[i]) continue;
    sum += *column[i];
    ++there;
  }
  if (there == 0) return std::nullopt;
  return sum / double(there);
}

}  // namespace

const SeriesTable::Column* SeriesTable::find(std::string_view name) const {
  for (const auto& [each, column] : columns) {
    if (each == name) return &column;
  }
  return nullptr;
}

boost::system::result<SeriesTable, ReportError> read_series_csv(std::string_view text,
                                                                std::string_view file) {
  CsvRecords records(text);
  SeriesTable table;
  for (std::string& name : records.next()) table.columns.emplace_back(std::move(name), 0);
  if (table.columns.front().first != "second") {
    return ReportError{fmt::format("{}:1: expected the first column to be \"second\", found \"{}\"",
                                   file, table.columns.front().first)};
  }
  while (!records.at_end()) {
    const std::vector<std::string> cells = records.next();
    if (cells.size() != table.columns.size()) {
      return ReportError{fmt::format("{}:{}: expected {} cells, found {}", file, records.line(),
                                     table.columns.size(), cells.size())};
    }
    for (std::size_t i = 0; i < cells.size(); ++i) {
      auto& [name, column] = table.columns[i];
      const auto number = read_cell(cells[i]);
      if (!number) {
        return ReportError{fmt::format("{}:{}: {}: expected a number, found \"{}\"", file,
                                       records.line(), name, cells[i])};
      }
      column.push_back(*number);
    }
  }
  return table;
}

SeriesTable condensed(const SeriesTable& series, std::size_t max_rows) {
  const std::size_t rows = series.rows();
  const std::size_t group = std::max<std::size_t>(1, (rows + max_rows - 1) / max_rows);
  if (group == 1) return series;
  SeriesTable shorter;
  shorter.seconds_per_row = series.seconds_per_row * std::uint32_t(group);
  for (const auto& [name, column] : series.columns) {
    const bool is_time = name == "second";
    const bool is_latency = name.ends_with("_ns");
    SeriesTable::Column& grouped = shorter.columns.emplace_back(name, 0).second;
    for (std::size_t from = 0; from < rows; from += group) {
      const std::size_t to = std::min(from + group, rows);
      grouped.push_back(is_time      ? column[from]
                        : is_latency ? largest(column, from, to)
                                     : mean(column, from, to));
    }
  }
  return shorter;
}

std::string series_json(const SeriesTable& series) {
  boost::json::object columns;
  for (const auto& [name, column] : series.columns) {
    boost::json::array cells;
    cells.reserve(column.size());
    for (const auto& cell : column) {
      if (!cell) {
        cells.emplace_back(nullptr);
      } else if (*cell == std::floor(*cell) && std::abs(*cell) < 1e15) {
        cells.emplace_back(std::int64_t(*cell));
      } else {
        cells.emplace_back(*cell);
      }
    }
    columns[valid_utf8(name)] = std::move(cells);
  }
  return boost::json::serialize(boost::json::object{{"seconds_per_row", series.seconds_per_row},
                                                    {"columns", std::move(columns)}});
}

}  // namespace throng::report
