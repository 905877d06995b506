#pragma once

#include <span>
#include <string_view>

#include "loadgen/compare/sample.hpp"

namespace throng::compare {

/// An operation's latency at each percentile that all of these runs have: the median of theirs.
/// Empty if they have none in common.
report::PercentileCurve median_curve(std::span<const Sample> samples, std::string_view operation);

}  // namespace throng::compare
