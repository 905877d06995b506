#include "loadgen/simulate/felt.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "loadgen/measure/recorder.hpp"
#include "loadgen/play/worker.hpp"
#include "loadgen/report/humanise.hpp"

namespace throng::simulate {
namespace {

using measure::Histogram;
using measure::Operation;

std::string p99_text(const Histogram& latency) {
  if (latency.empty()) return "none";
  return report::duration_text(static_cast<double>(latency.value_at_percentile(99)));
}

std::string beside(const Histogram& latency, const Histogram& calm) {
  return fmt::format("p99 {} (else {})", p99_text(latency), p99_text(calm));
}

}  // namespace

Felt::Felt(const std::vector<Fault>& faults) {
  for (const Fault& fault : faults) {
    const double until_s = pacing::to_seconds(fault.at + fault.lasts + kAftermath);
    Period& period = periods_.emplace_back();
    period.from = static_cast<std::uint32_t>(pacing::to_seconds(fault.at));
    period.until = static_cast<std::uint32_t>(std::min(std::ceil(until_s), double(UINT32_MAX)));
  }
}

void Felt::add(const measure::SecondSnapshot& second, bool is_measured) {
  bool is_calm = true;
  for (Period& period : periods_) {
    if (second.second < period.from || second.second >= period.until) continue;
    period.add(second);
    is_calm = false;
  }
  if (is_calm && is_measured) calm_.add(second);
}

void Felt::Period::add(const measure::SecondSnapshot& second) {
  ++seconds;
  for (const measure::OperationSecond& each : second.operations) {
    errors += each.errors;
    if (each.name == measure::operation_name(Operation::kSend)) send.merge(each.latency);
    if (each.name == measure::operation_name(Operation::kDeliver)) deliver.merge(each.latency);
  }
  const auto connected =
      std::ranges::find(second.gauges, play::kConnectedGauge, &measure::Gauge::name);
  if (connected == second.gauges.end()) return;
  connected_least = std::min(connected_least, static_cast<std::uint64_t>(connected->value));
}

std::string Felt::sentence(std::size_t fault) const {
  const Period& own = periods_[fault];
  if (own.seconds == 0) return {};
  return fmt::format(
      "{} s with its aftermath: send {}, deliver {}, {} errors, {} connected at least", own.seconds,
      beside(own.send, calm_.send), beside(own.deliver, calm_.deliver),
      report::count_text(own.errors), report::count_text(own.connected_least));
}

}  // namespace throng::simulate
