#include "loadgen/view/status.hpp"

#include <utility>

namespace throng::view {

Status status_of(report::RunResult run, std::vector<Bound> bounds) {
  Status status;
  status.phase = "over";
  status.elapsed_s = status.total_s = run.time.warmup_s + run.time.measured_s;
  status.bounds = std::move(bounds);
  for (const report::ThresholdResult& each : run.thresholds) {
    status.outlooks.push_back(each.pass ? Outlook::kMet : Outlook::kMissed);
  }
  status.over = true;
  status.run = std::move(run);
  return status;
}

}  // namespace throng::view
