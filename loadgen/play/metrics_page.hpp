#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "loadgen/measure/histogram.hpp"
#include "loadgen/measure/recorder.hpp"
#include "loadgen/measure/series.hpp"
#include "loadgen/play/exposition.hpp"

namespace throng::play {

/// What never changes in a run, as labels of throng_run_info.
struct RunLabels {
  std::string scenario;
  std::string target;
  std::string version;
  std::uint64_t seed = 0;
};

/// What the ledger awaits, summed over the workers.
struct LedgerGauges {
  std::uint64_t pending_sends = 0;
  std::uint64_t deliveries_due = 0;
  std::uint64_t deliveries_seen = 0;
};

/// The generator's own /metrics: every metric's name, help and labels stand in its .cpp. The
/// coordinator tells it each second that is over; the page's server collects. One lock between.
class MetricsPage {
 public:
  MetricsPage(RunLabels labels, std::uint64_t users_planned);

  /// A second of all workers.
  void add_second(const measure::SecondSnapshot& second);
  /// What a worker's users were late by in a second, and all that it recorded so far.
  void add_worker_second(unsigned worker, const measure::Histogram& late_release,
                         measure::Tallies recorded);
  void set_ledger(const LedgerGauges& gauges);

  std::vector<Exposed> collect() const;

 private:
  struct OperationTotals {
    std::uint64_t started = 0;
    measure::Histogram latency;
  };

  // Constant after construction
  const RunLabels labels_;
  const std::uint64_t users_planned_;

  mutable std::mutex mutex_;
  // Guarded by mutex_
  std::map<std::string, OperationTotals> operations_;
  std::map<unsigned, measure::Tallies> recorded_;  ///< by worker
  measure::Histogram late_release_;
  LedgerGauges ledger_;
  double users_connected_ = 0;
};

}  // namespace throng::play
