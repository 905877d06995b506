#pragma once

#include <string>

#include "loadgen/compare/shift.hpp"

namespace throng::compare {

/// Shares as people read them: "3%", "0.25%", "-1.2%"; "any" for what isn't finite.
std::string share_text(double share);
/// "+3%", "-0.25%", "0%"
std::string signed_share_text(double share);
/// "3% worse", "1.2% better"
std::string worse_text(double loss);
/// "-1.2% to +3%", of a loss
std::string interval_text(const Interval& loss);

}  // namespace throng::compare
