#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "loadgen/measure/histogram.hpp"
#include "loadgen/measure/recorder.hpp"
#include "loadgen/measure/series.hpp"
#include "loadgen/play/exposition.hpp"
#include "loadgen/play/machine.hpp"
#include "loadgen/report/run_result.hpp"

namespace throng::play {

class PageWriter;

/// What never changes in a run, as labels of throng_run_info. The name is a label of all figures.
struct RunLabels {
  std::string run;
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

/// The generator's own /metrics: what there is, stands in metrics_catalog.hpp. The coordinator
/// tells it each second that is over, and in the end what became of the run; the page's server
/// collects. One lock between.
class MetricsPage {
 public:
  MetricsPage(RunLabels labels, std::uint64_t users_planned);

  /// A phase of the run begins, so many seconds after 1970.
  void begin(std::string_view phase, double wall_time_s);
  /// A second of all workers.
  void add_second(const measure::SecondSnapshot& second);
  /// What a worker's users were late by in a second, and all that it recorded so far.
  void add_worker_second(unsigned worker, const measure::Histogram& late_release,
                         measure::Tallies recorded);
  void set_ledger(const LedgerGauges& gauges);
  void set_usage(const ProcessUsage& usage);
  /// As far as it can be judged.
  void set_validity(report::ValidityFigures figures);
  /// The run is over.
  void set_result(const report::RunResult& result);

  std::vector<Exposed> collect() const;

 private:
  struct OperationTotals {
    std::uint64_t started = 0;
    measure::Histogram latency;
  };
  /// What is known only once the run is over.
  struct Ending {
    std::string_view verdict;
    std::map<std::string, bool> thresholds;  ///< whether each was met
  };

  void collect_run(PageWriter& page) const;
  void collect_operations(PageWriter& page) const;
  void collect_ledger(PageWriter& page) const;

  // Constant after construction
  const RunLabels labels_;
  const std::uint64_t users_planned_;

  mutable std::mutex mutex_;
  // Guarded by mutex_
  std::vector<std::pair<std::string_view, double>> phases_;
  std::map<std::string, OperationTotals> operations_;
  std::map<unsigned, measure::Tallies> recorded_;  ///< by worker
  measure::Histogram late_release_;
  LedgerGauges ledger_;
  report::LedgerFigures broken_;
  report::ValidityFigures validity_;
  ProcessUsage usage_;
  double users_connected_ = 0;
  std::optional<Ending> ending_;
};

}  // namespace throng::play
