#pragma once

#include "loadgen/capacity/assessment.hpp"

/// When a claim holds.
namespace throng::capacity {

/// Where a spread lies towards what a claim allows: wholly inside, wholly outside, or across the
/// border.
enum class Position { kInside, kOutside, kAcross };
/// About: within the tolerance on both sides. At most, at least: up to the tolerance beyond.
Position position(const Spread& value, const Claim& claim);

/// Of a claim about a derived figure. Inside confirms it, outside refutes it; what rests on assumed
/// costs of the service can refute but not confirm.
/// Errors: std::runtime_error naming the claim's place when it has another dimension.
Finding judge_figure(const Claim& claim, const DerivedFigure& figure, const Assessment& all);

/// Of a claim that is an input: not proved, or refuted when the input says something else.
/// Requires: there is such an input. Errors: as above.
Finding judge_input(const Claim& claim, const Assessment& all);

}  // namespace throng::capacity
