#pragma once

#include <string>
#include <string_view>

#include "loadgen/compare/comparison.hpp"

namespace throng::compare {

/// Pictures as SVG, for pages that define report.css's colours.

/// Both sides' latencies by percentile, over each other; empty if not all runs have them.
std::string percentile_chart(const Comparison& comparison, std::string_view operation);

/// A row a metric: its loss with the interval, and its limit.
std::string interval_chart(const Comparison& comparison);

}  // namespace throng::compare
