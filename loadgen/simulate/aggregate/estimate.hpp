#pragma once

#include <span>

#include "loadgen/measure/histogram.hpp"
#include "loadgen/report/aggregate_info.hpp"

namespace throng::simulate {

/// Of independent replications: their mean and the interval of Student's t around it.
/// Requires: at least one; of one, nothing is known of the error and the interval is all numbers.
report::Estimate estimate_of(std::span<const double> replications);

/// The same histogram of `by` times as many values. Counts are rounded with what was left over from
/// the slot before, so their sum is right to one.
measure::Histogram scaled(const measure::Histogram& histogram, double by);

}  // namespace throng::simulate
