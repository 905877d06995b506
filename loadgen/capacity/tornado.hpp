#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "loadgen/capacity/estimate.hpp"
#include "loadgen/capacity/monte_carlo.hpp"

namespace throng::capacity {

/// What one input does to a figure, all others at their median: where the figure is with the input
/// at its P5, and at its P95.
struct TornadoBar {
  std::string input;
  Unit unit;  ///< of the input
  double low_input = 0;
  double high_input = 0;
  double at_low = 0;  ///< the figure
  double at_high = 0;

  double swing() const;
};

struct Tornado {
  std::string figure;
  Unit unit;
  double middle = 0;             ///< of the figure, all inputs at their median
  std::vector<TornadoBar> bars;  ///< of inputs that aren't certain, the one that matters most first
};

/// Requires: the figure's expression is known.
Tornado tornado_of(const Figure& figure, std::span<const Variable> variables, const Draws& draws);

}  // namespace throng::capacity
