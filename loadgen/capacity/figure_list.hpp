#pragma once

#include <utility>
#include <vector>

#include "loadgen/capacity/estimate.hpp"

namespace throng::capacity {

/// Figures that follow from each other, in the order of reports.
class FigureList {
 public:
  /// Gives the expression under its name, for what follows from it. Throws std::logic_error for a
  /// unit that isn't the expression's.
  Expression add(const char* name, const char* unit, const Expression& expression);
  std::vector<Figure> take() && { return std::move(figures_); }

 private:
  std::vector<Figure> figures_;
};

}  // namespace throng::capacity
