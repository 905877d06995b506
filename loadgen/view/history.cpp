#include "loadgen/view/history.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace throng::view {
namespace {

std::optional<double> gauge(const measure::SecondSnapshot& second, std::string_view name) {
  const auto found = std::ranges::find(second.gauges, name, &measure::Gauge::name);
  return found == second.gauges.end() ? std::nullopt : std::optional(found->value);
}

OperationCells cells_of(const measure::OperationSecond& second) {
  const measure::Histogram& latency = second.latency;
  return {second.name,
          latency.count(),
          second.errors,
          latency.value_at_percentile(50),
          latency.value_at_percentile(90),
          latency.value_at_percentile(99),
          latency.max(),
          heat_of(latency)};
}

void merge(OperationCells& into, const OperationCells& other) {
  into.count += other.count;
  into.errors += other.errors;
  into.p50_ns = std::max(into.p50_ns, other.p50_ns);
  into.p90_ns = std::max(into.p90_ns, other.p90_ns);
  into.p99_ns = std::max(into.p99_ns, other.p99_ns);
  into.max_ns = std::max(into.max_ns, other.max_ns);
  view::merge(into.heat, other.heat);
}

void merge(Row& into, Row&& later) {
  into.seconds += later.seconds;
  into.connected = later.connected;
  into.connecting = later.connecting;
  into.away = later.away;
  for (OperationCells& each : later.operations) {
    const auto found = std::ranges::find(into.operations, each.name, &OperationCells::name);
    if (found == into.operations.end()) {
      into.operations.push_back(std::move(each));
    } else {
      merge(*found, each);
    }
  }
}

}  // namespace

Row row_of(const measure::SecondSnapshot& second) {
  Row row;
  row.second = second.second;
  row.connected = gauge(second, "users_connected");
  row.connecting = gauge(second, "users_connecting");
  row.away = gauge(second, "users_away");
  for (const measure::OperationSecond& each : second.operations) {
    if (!each.latency.empty() || each.errors > 0) row.operations.push_back(cells_of(each));
  }
  return row;
}

void History::add(Row second) {
  const auto place = [this](const Row& row) { return row.second / seconds_per_row_; };
  if (!rows_.empty() && place(rows_.back()) == place(second)) {
    merge(rows_.back(), std::move(second));
    return;
  }
  if (rows_.size() == kMostRows) {
    halve();
    return add(std::move(second));
  }
  rows_.push_back(std::move(second));
}

History History::from(std::uint32_t second) const {
  History rest;
  rest.seconds_per_row_ = seconds_per_row_;
  rest.rows_.assign(std::ranges::lower_bound(rows_, second, {}, &Row::second), rows_.end());
  return rest;
}

void History::halve() {
  seconds_per_row_ *= 2;
  std::vector<Row> all = std::exchange(rows_, {});
  for (Row& row : all) add(std::move(row));
}

}  // namespace throng::view
