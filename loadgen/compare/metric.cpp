#include "loadgen/compare/metric.hpp"

#include <algorithm>
#include <cmath>

#include "loadgen/pacing/quantity.hpp"
#include "loadgen/report/humanise.hpp"

namespace throng::compare {
namespace {

using Value = std::optional<double>;

const report::OperationFigures* that_ran(const report::RunResult& run, std::string_view name) {
  const report::OperationFigures* found = run.find_operation(name);
  return found != nullptr && found->count > 0 ? found : nullptr;
}

Value latency(const report::OperationFigures* operation,
              std::int64_t report::LatencySummary::*which) {
  if (operation == nullptr) return std::nullopt;
  return static_cast<double>(operation->latency_ns.*which);
}

// Tables and log together, which both grow from before the ramp on: what a short run wrote may
// still be all in the log.
Value disk_per_message(const report::TargetMeasured& measured) {
  if (!measured.table_bytes || !measured.log_bytes || !measured.operations_and_ramp) return {};
  return (*measured.table_bytes + *measured.log_bytes) / measured.operations_and_ramp->messages;
}

}  // namespace

Values read_values(const report::RunResult& run) {
  const auto* send = that_ran(run, "send");
  const auto* deliver = that_ran(run, "deliver");
  const report::TargetMeasured target = run.target.measured.value_or(report::TargetMeasured());
  using report::LatencySummary;
  Values values{send != nullptr ? Value(send->rate_per_s) : Value(),
                latency(send, &LatencySummary::p50),
                latency(send, &LatencySummary::p99),
                latency(deliver, &LatencySummary::p50),
                latency(deliver, &LatencySummary::p99),
                target.cpu_s_per_message,
                target.memory_bytes_per_connection,
                disk_per_message(target)};
  for (Value& each : values) {
    if (each && !(*each > 0 && std::isfinite(*each))) each.reset();
  }
  return values;
}

std::optional<std::size_t> metric_index(std::string_view name) {
  const auto found = std::find_if(kMetrics.begin(), kMetrics.end(),
                                  [&](const Metric& metric) { return metric.name == name; });
  if (found == kMetrics.end()) return std::nullopt;
  return static_cast<std::size_t>(found - kMetrics.begin());
}

std::string value_text(const Metric& metric, double value) {
  constexpr double kNsPerS = 1e9;
  if (metric.unit == "bytes") return pacing::format_bytes(value);
  if (metric.unit == "s") return report::duration_text(value * kNsPerS);
  return report::value_text(value, metric.unit);
}

double loss(const Metric& metric, double base, double candidate) {
  return metric.better == Better::kLower ? std::log(candidate / base) : std::log(base / candidate);
}

double loss_of_share(const Metric& metric, double share) {
  return metric.better == Better::kLower ? std::log1p(share) : -std::log1p(-share);
}

double share_of_loss(const Metric& metric, double loss) {
  if (std::isinf(loss)) return loss;
  return metric.better == Better::kLower ? std::expm1(loss) : -std::expm1(-loss);
}

double ratio_of_loss(const Metric& metric, double loss) {
  return std::exp(metric.better == Better::kLower ? loss : -loss);
}

}  // namespace throng::compare
