#pragma once

#include "loadgen/play/coordinator.hpp"
#include "loadgen/play/prepare.hpp"
#include "loadgen/play/run.hpp"
#include "loadgen/report/run_result.hpp"

namespace throng::play {

/// E.g. "2026-01-31T12:00:00Z".
std::string iso_time(std::chrono::system_clock::time_point time);

/// What was played, and how.
report::ScenarioInfo scenario_info(const RunOptions& options);

/// What a drain that ended before all was in leaves unknown: nobody can say whether a delivery is
/// lost or only late to a user who isn't caught up. Such deliveries move from `lost` to
/// `unresolved`, and the run gets a reason to be invalid.
void admit_unfinished_drain(const Played& played, report::RunResult& result);

/// What the totals leave out of the measured time.
measure::WarmUp warm_up_of(const RunOptions& options, const Played& played);

/// What is known of the result before the ramp: what is played, against what, by whom.
report::RunResult planned_result(const RunOptions& options, const Prepared& prepared);

/// The whole result, thresholds, verdict and exit code included.
report::RunResult make_result(const RunOptions& options, const Prepared& prepared,
                              const Played& played);

}  // namespace throng::play
