#pragma once

#include <span>
#include <string>
#include <vector>

#include "loadgen/compare/sample.hpp"

namespace throng::compare {

/// On what footing two groups of runs stand to each other.
struct Footing {
  std::vector<std::string> refusals;  ///< why they can't be compared; empty if they can
  std::vector<std::string> notes;     ///< what else there is to know
  bool paired = false;  ///< the n-th of one has the seed of the n-th of the other, for all n
  /// By how much limits are multiplied: the base and the candidate had other conditions, or didn't
  /// take turns, and what changed between them besides the program isn't in any interval.
  double widening = 1;
};

/// Requires: neither is empty.
Footing footing_of(std::span<const Sample> base, std::span<const Sample> candidate);

}  // namespace throng::compare
