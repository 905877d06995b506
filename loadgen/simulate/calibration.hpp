#pragma once

#include <string>
#include <vector>

#include "loadgen/capacity/cost_model.hpp"

namespace throng::simulate {

/// A file for `throng simulate --costs` with what the model says that a core spends:
///
///   costs {
///     source = "a fit to 12 runs, residuals 2.1 %: a, b, …",
///     message = lognormal { median = "5.2us", p95 = "11.9us" },  -- 5.9 us (5.5 to 6.3)
///     receipt = "0us",  -- receipts = 2 × messages in all runs: part of that, and not told apart
///     …
///
/// Runs tell means; the shape around them is assumed. What no run had isn't in it, so that it stays
/// as it was. Requires: a fitted model of CPU time.
///
/// Errors: std::runtime_error when the runs tell none of it.
std::string costs_file(const capacity::CostModel& model);

/// What a profile charges and the runs don't tell, by its key: its interval reaches 0 or is as wide
/// as the value.
std::vector<std::string> untold_costs(const capacity::CostModel& model);

}  // namespace throng::simulate
