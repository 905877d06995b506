#include "loadgen/play/metrics_page.hpp"

#include <array>
#include <limits>

#include "catalog/exposed.hpp"
#include "loadgen/play/metrics_catalog.hpp"
#include "loadgen/play/validity.hpp"
#include "loadgen/play/worker.hpp"
#include "loadgen/report/verdict.hpp"

namespace throng::play {
namespace {

using prometheus::ClientMetric;
using Labels = std::vector<ClientMetric::Label>;

constexpr double kNsPerSecond = 1e9;
/// In seconds: 100 µs to a minute.
constexpr std::array kBuckets = {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                 0.1,    0.25,    0.5,    1.0,   2.5,    5.0,   10.0, 30.0,  60.0};

void fill(ClientMetric::Histogram& out, const measure::Histogram& histogram) {
  out.sample_count = histogram.count();
  out.sample_sum = static_cast<double>(histogram.sum()) / kNsPerSecond;
  for (const double bound : kBuckets) {
    const auto bound_ns = static_cast<std::int64_t>(bound * kNsPerSecond);
    out.bucket.push_back({histogram.count_at_or_below(bound_ns), bound});
  }
  out.bucket.push_back({histogram.count(), std::numeric_limits<double>::infinity()});
}

}  // namespace

/// Puts the families of the catalog on a page, in its order; each row has the run's name.
class PageWriter {
 public:
  explicit PageWriter(const std::string& run) : run_(run) {
    for (const catalog::Family& each : kFamilies) page_.push_back({catalog::exposed(each), {}});
  }

  void add(Listed listed, double value, Labels labels = {}) {
    catalog::set_value(add_row(listed, std::move(labels)), listed->kind, value);
  }
  void add(Listed listed, std::uint64_t value, Labels labels = {}) {
    add(listed, static_cast<double>(value), std::move(labels));
  }
  void add(Listed listed, const measure::Histogram& histogram, Labels labels = {}) {
    fill(add_row(listed, std::move(labels)).histogram, histogram);
    exposed(listed).native.push_back(measure::to_native(histogram));
  }

  std::vector<Exposed> take() { return std::move(page_); }

 private:
  Exposed& exposed(Listed listed) {
    return page_[static_cast<std::size_t>(&*listed - std::begin(kFamilies))];
  }
  ClientMetric& add_row(Listed listed, Labels labels) {
    ClientMetric& row = exposed(listed).family.metric.emplace_back();
    row.label = std::move(labels);
    row.label.insert(row.label.begin(), {"run", run_});
    return row;
  }

  const std::string& run_;
  std::vector<Exposed> page_;
};

MetricsPage::MetricsPage(RunLabels labels, std::uint64_t users_planned)
    : labels_(std::move(labels)), users_planned_(users_planned) {}

void MetricsPage::begin(std::string_view phase, double wall_time_s) {
  const std::lock_guard lock(mutex_);
  phases_.emplace_back(phase, wall_time_s);
}

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

void MetricsPage::set_usage(const ProcessUsage& usage) {
  const std::lock_guard lock(mutex_);
  usage_ = usage;
}

void MetricsPage::set_validity(report::ValidityFigures figures) {
  const std::lock_guard lock(mutex_);
  validity_ = std::move(figures);
}

void MetricsPage::set_result(const report::RunResult& result) {
  const std::lock_guard lock(mutex_);
  validity_ = result.validity;
  broken_ = result.ledger;
  ending_.emplace().verdict = report::verdict_word(result.verdict);
  for (const auto& each : result.thresholds) ending_->thresholds[each.expr] = each.pass;
}

std::vector<Exposed> MetricsPage::collect() const {
  PageWriter page(labels_.run);
  const std::lock_guard lock(mutex_);
  collect_run(page);
  collect_operations(page);
  collect_ledger(page);
  page.add("process_cpu_seconds_total", usage_.cpu_s);
  page.add("process_resident_memory_bytes", usage_.rss_bytes);
  return page.take();
}

void MetricsPage::collect_run(PageWriter& page) const {
  page.add("throng_run_info", 1.0,
           {{"scenario", labels_.scenario},
            {"target", labels_.target},
            {"version", labels_.version},
            {"seed", std::to_string(labels_.seed)}});
  for (const auto& [phase, time] : phases_) {
    page.add("throng_run_phase_started_timestamp_seconds", time, {{"phase", std::string(phase)}});
  }
  page.add("throng_run_valid", validity_.valid ? 1.0 : 0.0);
  for (const BoundUse& used : bounds_used(validity_)) {
    page.add("throng_run_bound_used_ratio", used.ratio, {{"bound", std::string(used.bound)}});
  }
  if (ending_) {
    page.add("throng_run_verdict", 1.0, {{"verdict", std::string(ending_->verdict)}});
    for (const auto& [threshold, met] : ending_->thresholds) {
      page.add("throng_threshold_met", met ? 1.0 : 0.0, {{"threshold", threshold}});
    }
  }
  page.add("throng_users_planned", users_planned_);
  page.add("throng_users_connected", users_connected_);
}

void MetricsPage::collect_operations(PageWriter& page) const {
  for (const auto& [name, totals] : operations_) {
    const Labels labels = {{"operation", name}};
    page.add("throng_operations_started_total", totals.started, labels);
    page.add("throng_operations_total", totals.latency.count(), labels);
    page.add("throng_operation_latency_seconds", totals.latency, labels);
  }
  measure::Tallies merged;
  for (const auto& [worker, recorded] : recorded_) merged.merge(recorded);
  for (const measure::OperationTally* tally : merged.all()) {
    for (const auto& [kind, count] : tally->errors) {
      page.add("throng_operation_errors_total", count,
               {{"operation", tally->name}, {"kind", kind}});
    }
    if (tally->service.empty()) continue;
    page.add("throng_operation_service_seconds", tally->service, {{"operation", tally->name}});
  }
  page.add("throng_late_release_seconds", late_release_);
}

void MetricsPage::collect_ledger(PageWriter& page) const {
  page.add("throng_ledger_pending_sends", ledger_.pending_sends);
  page.add("throng_ledger_expected_total", ledger_.deliveries_due);
  page.add("throng_ledger_delivered_total", ledger_.deliveries_seen);
  for (const auto& [kind, count] : {std::pair{"lost", broken_.lost},
                                    {"duplicated", broken_.duplicated},
                                    {"reordered", broken_.reordered},
                                    {"misdelivered", broken_.misdelivered},
                                    {"corrupted", broken_.corrupted},
                                    {"phantom", broken_.phantom},
                                    {"cursor_violations", broken_.cursor_violations}}) {
    page.add("throng_ledger_violations_total", count, {{"kind", kind}});
  }
}

}  // namespace throng::play
