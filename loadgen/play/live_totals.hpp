#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "loadgen/measure/histogram.hpp"
#include "loadgen/measure/series.hpp"
#include "loadgen/report/run_result.hpp"
#include "loadgen/report/threshold.hpp"
#include "loadgen/view/status.hpp"

namespace throng::play {

/// What the seconds of a run that are over come to in its report, as far as that can be told while
/// it goes on: errors have no kinds, service times aren't known, and what isn't steady at the
/// beginning of the measured time is in it. Owned by the coordinator's thread.
class LiveTotals {
 public:
  /// Takes a second of all workers. `measured`: it lies in the measured time, and not before, where
  /// people's arrival counts only. Requires: once each, in order, none that comes later.
  void add(const measure::SecondSnapshot& second, bool measured);

  /// Rates are over the measured seconds, those of people's arrival over all.
  std::vector<std::pair<std::string, report::OperationFigures>> operations() const;

 private:
  struct Total {
    std::uint64_t errors = 0;
    measure::Histogram latency;
  };
  std::map<std::string, Total> totals_;
  std::uint32_t seconds_ = 0;
  std::uint32_t measured_seconds_ = 0;
};

/// How a threshold stands by what is known so far. What is known at the end only is open until
/// then, and so is one on a count that may yet grow to where it is met.
view::Outlook outlook(const report::Threshold& threshold, const report::ThresholdResult& so_far);

}  // namespace throng::play
