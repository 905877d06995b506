#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "loadgen/report/run_result.hpp"

namespace throng::view {

/// How a threshold stands: kOpen if nothing can be said of it yet.
enum class Outlook : std::uint8_t { kOpen, kMet, kMissed };

/// How much of what makes a run invalid was used.
struct Bound {
  std::string name;  ///< e.g. "late_release"
  double used = 0;   ///< above 1 it is passed
};

/// How a run stands at a moment.
struct Status {
  std::string phase;  ///< e.g. "measured"
  double elapsed_s = 0;
  double total_s = 0;               ///< ramp, warm-up and measured time, as planned
  std::uint64_t pending_sends = 0;  ///< without an answer
  std::vector<Bound> bounds;
  std::vector<Outlook> outlooks;  ///< of the run's thresholds, in their order
  bool over = false;              ///< then `run` is the result; else what is known of it so far
  std::string folder;             ///< of a result, where it was written; may be empty
  report::RunResult run;
};

/// A run that is over.
Status status_of(report::RunResult run, std::vector<Bound> bounds);

}  // namespace throng::view
