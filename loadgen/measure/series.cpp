#include "loadgen/measure/series.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

namespace throng::measure {
namespace {

// The entry of that name, appended if there is none. Returns its index.
template <typename Entry>
std::size_t index_of(std::vector<Entry>& entries, std::string_view name) {
  const auto found = std::find_if(entries.begin(), entries.end(),
                                  [&](const Entry& entry) { return entry.name == name; });
  if (found != entries.end()) return static_cast<std::size_t>(found - entries.begin());
  entries.emplace_back().name = name;
  return entries.size() - 1;
}

// Returns whether there were any.
template <typename Entry>
bool append_new_names(std::vector<std::string>& names, const std::vector<Entry>& entries) {
  const auto known = static_cast<std::ptrdiff_t>(names.size());
  for (const Entry& entry : entries) {
    if (std::find(names.begin(), names.end(), entry.name) == names.end())
      names.push_back(entry.name);
  }
  std::sort(names.begin() + known, names.end());
  return names.begin() + known != names.end();
}

// Requires: `name` is among `names`.
std::size_t column_of(const std::vector<std::string>& names, const std::string& name) {
  return static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
}

bool has_events(const SecondSnapshot& snapshot) {
  return std::any_of(
      snapshot.operations.begin(), snapshot.operations.end(), [](const auto& operation) {
        return operation.started != 0 || operation.errors != 0 || !operation.latency.empty();
      });
}

OperationRow row_of(const OperationSecond& operation) {
  const Histogram& latency = operation.latency;
  return {.started = operation.started,
          .count = latency.count(),
          .errors = operation.errors,
          .p50_ns = latency.value_at_percentile(50),
          .p90_ns = latency.value_at_percentile(90),
          .p99_ns = latency.value_at_percentile(99),
          .max_ns = latency.max()};
}

// RFC 4180: a field with a separator, a quote or a line break is quoted, its quotes doubled.
std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

void write_header(std::ostream& out, const Series::Columns& columns) {
  out << "second";
  for (const auto& name : columns.gauges) out << ',' << csv_field(name);
  for (const auto& name : columns.operations) {
    for (const char* figure :
         {"started", "count", "errors", "p50_ns", "p90_ns", "p99_ns", "max_ns"}) {
      out << ',' << csv_field(name + "_" + figure);
    }
  }
  out << '\n';
}

void write_operation(std::ostream& out, const OperationRow& row) {
  out << fmt::format(",{},{},{}", row.started, row.count, row.errors);
  if (row.count == 0) {
    out << ",,,,";
  } else {
    out << fmt::format(",{},{},{},{}", row.p50_ns, row.p90_ns, row.p99_ns, row.max_ns);
  }
}

void write_row(std::ostream& out, const SeriesRow& row) {
  out << row.second;
  for (const auto& gauge : row.gauges) out << ',' << (gauge ? fmt::format("{}", *gauge) : "");
  for (const auto& operation : row.operations) write_operation(out, operation);
  out << '\n';
}

}  // namespace

void OperationSecond::merge(const OperationSecond& other) {
  started += other.started;
  errors += other.errors;
  latency.merge(other.latency);
}

void SecondSnapshot::merge(const SecondSnapshot& other) {
  assert(second == other.second);
  for (const auto& theirs : other.operations) {
    operations[index_of(operations, theirs.name)].merge(theirs);
  }
  for (const auto& theirs : other.gauges) {
    gauges[index_of(gauges, theirs.name)].value += theirs.value;
  }
}

SecondRecorder::OperationId SecondRecorder::operation(std::string_view name) {
  return index_of(current_.operations, name);
}

SecondRecorder::GaugeId SecondRecorder::gauge(std::string_view name) {
  return index_of(current_.gauges, name);
}

void SecondRecorder::started(OperationId operation, SinceStart now) {
  advance(now);
  ++current_.operations[operation].started;
}

void SecondRecorder::completed(OperationId operation, SinceStart now,
                               std::chrono::nanoseconds latency) {
  advance(now);
  current_.operations[operation].latency.record(latency.count());
}

void SecondRecorder::failed(OperationId operation, SinceStart now) {
  advance(now);
  ++current_.operations[operation].errors;
}

void SecondRecorder::set_gauge(GaugeId gauge, SinceStart now, double value) {
  advance(now);
  current_.gauges[gauge].value = value;
}

void SecondRecorder::advance(SinceStart now) {
  while (now >= current_ends_) [[unlikely]] {
      hand_over();
    }
}

void SecondRecorder::finish(SinceStart now) {
  advance(now);
  const bool has_begun = now > current_ends_ - std::chrono::seconds(1);
  if (has_begun || has_events(current_)) hand_over();
}

void SecondRecorder::hand_over() {
  SecondSnapshot next{.second = current_.second + 1, .operations = {}, .gauges = current_.gauges};
  for (const auto& operation : current_.operations)
    next.operations.emplace_back().name = operation.name;
  current_ends_ += std::chrono::seconds(1);
  on_second_(std::exchange(current_, std::move(next)));
}

Series::Series(std::size_t recorders, Columns columns, OnClosed on_closed)
    : recorders_(recorders), on_closed_(std::move(on_closed)), columns_(std::move(columns)) {}

void Series::add(SecondSnapshot snapshot) {
  const std::uint32_t second = snapshot.second;
  const auto [at, is_new] = open_.try_emplace(second);
  if (is_new) {
    at->second.merged = std::move(snapshot);
  } else {
    at->second.merged.merge(snapshot);
  }
  if (++at->second.recorders < recorders_) return;
  close(at->second.merged);
  open_.erase(at);
}

void Series::finish() {
  for (const auto& [second, open] : open_) close(open.merged);
  open_.clear();
}

void Series::close(const SecondSnapshot& merged) {
  add_columns(merged);
  SeriesRow& row = rows_.emplace_back();
  row.second = merged.second;
  row.operations.resize(columns_.operations.size());
  row.gauges.resize(columns_.gauges.size());
  for (const auto& operation : merged.operations) {
    row.operations[column_of(columns_.operations, operation.name)] = row_of(operation);
  }
  for (const auto& gauge : merged.gauges) {
    row.gauges[column_of(columns_.gauges, gauge.name)] = gauge.value;
  }
  if (on_closed_) on_closed_(merged);
}

void Series::add_columns(const SecondSnapshot& merged) {
  const bool operations_new = append_new_names(columns_.operations, merged.operations);
  const bool gauges_new = append_new_names(columns_.gauges, merged.gauges);
  if (!operations_new && !gauges_new) return;
  for (auto& row : rows_) {
    row.operations.resize(columns_.operations.size());
    row.gauges.resize(columns_.gauges.size());
  }
}

void Series::write_csv(std::ostream& out) const {
  write_header(out, columns_);
  for (const auto& row : rows_) write_row(out, row);
}

}  // namespace throng::measure
