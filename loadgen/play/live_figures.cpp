#include "loadgen/play/live_figures.hpp"

#include <algorithm>

#include "loadgen/measure/recorder.hpp"
#include "loadgen/play/worker.hpp"

namespace throng::play {
namespace {

using measure::Operation;

const measure::OperationSecond* find(const measure::SecondSnapshot& second, Operation operation) {
  const auto found = std::ranges::find(second.operations, measure::operation_name(operation),
                                       &measure::OperationSecond::name);
  return found == second.operations.end() ? nullptr : &*found;
}

std::uint64_t completed(const measure::SecondSnapshot& second, Operation operation) {
  const measure::OperationSecond* found = find(second, operation);
  return found == nullptr ? 0 : found->latency.count();
}

std::uint64_t connected(const measure::SecondSnapshot& second) {
  const auto found = std::ranges::find(second.gauges, kConnectedGauge, &measure::Gauge::name);
  return found == second.gauges.end() ? 0 : static_cast<std::uint64_t>(found->value);
}

}  // namespace

void LiveFigures::add(const measure::SecondSnapshot& second, bool playing) {
  progress_.users_connected = connected(second);
  progress_.send_rate_per_s = static_cast<double>(completed(second, Operation::kSend));
  progress_.deliver_rate_per_s = static_cast<double>(completed(second, Operation::kDeliver));
  progress_.p50_ns.reset();
  progress_.p99_ns.reset();
  const measure::OperationSecond* deliver = find(second, Operation::kDeliver);
  if (deliver != nullptr && !deliver->latency.empty()) {
    progress_.p50_ns = deliver->latency.value_at_percentile(50);
    progress_.p99_ns = deliver->latency.value_at_percentile(99);
  }
  for (const measure::OperationSecond& each : second.operations) progress_.errors += each.errors;
  if (!playing) return;
  connected_peak_ = std::max(connected_peak_, progress_.users_connected);
  logins_ += completed(second, Operation::kLogin);
}

}  // namespace throng::play
