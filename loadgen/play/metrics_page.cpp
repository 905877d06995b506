#include "loadgen/play/metrics_page.hpp"

#include <array>
#include <limits>
#include <utility>

#include "loadgen/play/worker.hpp"

namespace throng::play {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;

constexpr double kNsPerSecond = 1e9;
/// In seconds: 100 µs to a minute.
constexpr std::array kBuckets = {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                 0.1,    0.25,    0.5,    1.0,   2.5,    5.0,   10.0, 30.0,  60.0};

Exposed family(const char* name, const char* help, MetricType type) {
  return {.family = {name, help, type, {}}};
}

ClientMetric labelled(Labels labels) {
  ClientMetric metric;
  metric.label = std::move(labels);
  return metric;
}

void add_counter(Exposed& to, Labels labels, std::uint64_t value) {
  to.family.metric.push_back(labelled(std::move(labels)));
  to.family.metric.back().counter.value = static_cast<double>(value);
}

void add_histogram(Exposed& to, Labels labels, const measure::Histogram& histogram) {
  to.family.metric.push_back(labelled(std::move(labels)));
  ClientMetric::Histogram& out = to.family.metric.back().histogram;
  out.sample_count = histogram.count();
  out.sample_sum = static_cast<double>(histogram.sum()) / kNsPerSecond;
  for (const double bound : kBuckets) {
    const auto bound_ns = static_cast<std::int64_t>(bound * kNsPerSecond);
    out.bucket.push_back({histogram.count_at_or_below(bound_ns), bound});
  }
  out.bucket.push_back({histogram.count(), std::numeric_limits<double>::infinity()});
  to.native.push_back(measure::to_native(histogram));
}

Exposed counter(const char* name, const char* help, std::uint64_t value) {
  Exposed made = family(name, help, MetricType::Counter);
  add_counter(made, {}, value);
  return made;
}

Exposed gauge(const char* name, const char* help, double value, Labels labels = {}) {
  Exposed made = family(name, help, MetricType::Gauge);
  made.family.metric.push_back(labelled(std::move(labels)));
  made.family.metric.back().gauge.value = value;
  return made;
}

}  // namespace

MetricsPage::MetricsPage(RunLabels labels, std::uint64_t users_planned)
    : labels_(std::move(labels)), users_planned_(users_planned) {}

void MetricsPage::add_second(const measure::SecondSnapshot& second) {
  const std::lock_guard lock(mutex_);
  for (const measure::OperationSecond& each : second.operations) {
    OperationTotals& totals = operations_[each.name];
    totals.started += each.started;
    totals.latency.merge(each.latency);
  }
  for (const measure::Gauge& each : second.gauges) {
    if (each.name == kConnectedGauge) users_connected_ = each.value;
  }
}

void MetricsPage::add_worker_second(unsigned worker, const measure::Histogram& late_release,
                                    measure::Tallies recorded) {
  const std::lock_guard lock(mutex_);
  late_release_.merge(late_release);
  recorded_[worker] = std::move(recorded);
}

void MetricsPage::set_ledger(const LedgerGauges& gauges) {
  const std::lock_guard lock(mutex_);
  ledger_ = gauges;
}

std::vector<Exposed> MetricsPage::collect() const {
  Exposed started = family("throng_operations_started_total",
                           "Operations begun by simulated users.", MetricType::Counter);
  Exposed finished = family("throng_operations_total", "Operations that ended without an error.",
                            MetricType::Counter);
  Exposed latency =
      family("throng_operation_latency_seconds",
             "From an operation's due time to its end, as a user feels it.", MetricType::Histogram);
  Exposed errors =
      family("throng_operation_errors_total",
             "Operations of the measured time that ended with an error.", MetricType::Counter);
  Exposed service = family("throng_operation_service_seconds",
                           "From an operation's actual start to its end, in the measured time.",
                           MetricType::Histogram);
  Exposed late = family("throng_late_release_seconds",
                        "How long after its due time the generator began scheduled work.",
                        MetricType::Histogram);

  const std::lock_guard lock(mutex_);
  for (const auto& [name, totals] : operations_) {
    const Labels labels = {{"operation", name}};
    add_counter(started, labels, totals.started);
    add_counter(finished, labels, totals.latency.count());
    add_histogram(latency, labels, totals.latency);
  }
  measure::Tallies merged;
  for (const auto& [worker, recorded] : recorded_) merged.merge(recorded);
  for (const measure::OperationTally* tally : merged.all()) {
    for (const auto& [kind, count] : tally->errors) {
      add_counter(errors, {{"operation", tally->name}, {"kind", kind}}, count);
    }
    if (!tally->service.empty()) {
      add_histogram(service, {{"operation", tally->name}}, tally->service);
    }
  }
  add_histogram(late, {}, late_release_);

  return {
      gauge("throng_run_info", "The run that goes on; always 1.", 1,
            {{"scenario", labels_.scenario},
             {"target", labels_.target},
             {"version", labels_.version},
             {"seed", std::to_string(labels_.seed)}}),
      gauge("throng_users_planned", "Users that the run will have.",
            static_cast<double>(users_planned_)),
      gauge("throng_users_connected", "Users with an open connection.", users_connected_),
      std::move(started),
      std::move(finished),
      std::move(errors),
      std::move(latency),
      std::move(service),
      std::move(late),
      gauge("throng_ledger_pending_sends", "Sends that no answer has come to yet.",
            static_cast<double>(ledger_.pending_sends)),
      counter("throng_ledger_expected_total", "Deliveries that acknowledged sends are due.",
              ledger_.deliveries_due),
      counter("throng_ledger_delivered_total", "Distinct deliveries that came.",
              ledger_.deliveries_seen),
  };
}

}  // namespace throng::play
