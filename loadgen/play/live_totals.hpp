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
  /// Takes a second of all workers. `measured`: it lies in the measured time; before that, people's
  /// arrival counts only. Requires: once each, in order.
  void add(const measure::SecondSnapshot& second, bool measured);

  /// Rates are over `measured_s`, those of people's arrival over `lead_in_s` too.
  std::vector<std::pair<std::string, report::OperationFigures>> operations(double lead_in_s,
                                                                           double measured_s) const;

 private:
  struct Total {
    std::uint64_t errors = 0;
    measure::Histogram latency;
  };
  std::map<std::string, Total> totals_;
};

/// How a threshold stands by what is known so far. What is known at the end only is open until
/// then.
view::Outlook outlook(const report::Threshold& threshold, const report::ThresholdResult& so_far);

}  // namespace throng::play
