#pragma once

#include <string>
#include <string_view>

#include "loadgen/compare/comparison.hpp"

namespace throng::compare {

inline constexpr std::string_view kCompareSchema = "throng.compare/1";

/// All of a comparison but the curves. Shares are as they are (0.05 for 5 %), values in the unit
/// that stands beside them; what isn't finite is null.
std::string comparison_json(const Comparison& comparison);

/// The candidate's medians as the github-action-benchmark action reads them
/// (`tool: customSmallerIsBetter`); a throughput becomes a time a message, so that less is better.
///   [{"name": "send.p99", "unit": "ns", "value": 3120000, "range": "±4.2%", "extra": "10 pairs"}]
std::string benchmark_json(const Comparison& comparison);

}  // namespace throng::compare
