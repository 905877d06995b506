#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "loadgen/capacity/expression.hpp"
#include "loadgen/capacity/inputs.hpp"

namespace throng::capacity {

/// Where a figure may lie, in base units: 90 % of it between p5 and p95.
struct Spread {
  double p5 = 0;
  double p50 = 0;
  double p90 = 0;
  double p95 = 0;

  bool varies() const { return p5 < p95; }
};

/// Draws of all variables together. What one of them draws depends on the seed and its stream
/// alone, not on which others there are.
class Draws {
 public:
  Draws(std::span<const Variable> variables, std::uint64_t seed, std::size_t count);

  std::size_t count() const { return variables_ == 0 ? 1 : values_.size() / variables_; }
  /// The values of one draw, by variable. Requires: i < count().
  std::span<const double> values(std::size_t i) const {
    return std::span(values_).subspan(i * variables_, variables_);
  }

 private:
  std::size_t variables_;
  std::vector<double> values_;  // draw after draw
};

/// Requires: the expression is known and made of the variables that were drawn.
/// Cost: an evaluation a draw, and a sort; a single one when nothing in it varies.
Spread spread_of(const Expression& expression, std::span<const Variable> variables,
                 const Draws& draws);

}  // namespace throng::capacity
