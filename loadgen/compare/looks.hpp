#pragma once

#include "loadgen/compare/comparison.hpp"

namespace throng::compare {

/// How to judge when pairs are looked at twice: after the first of them, and where that couldn't
/// tell after all. What is allowed to be called worse by chance, 1 % in all, is divided: 0.8 % for
/// the first look, as much as ten pairs need to show anything in a family of eight, and 0.2 % for
/// the second. The probability of either is at most the sum, however the looks depend on each
/// other.
Rules rules_of_look(const Limits& limits, bool several, bool last);

}  // namespace throng::compare
