#include "loadgen/capacity/tornado.hpp"

#include <algorithm>
#include <cmath>

namespace throng::capacity {

double TornadoBar::swing() const { return std::abs(at_high - at_low); }

Tornado tornado_of(const Figure& figure, std::span<const Variable> variables, const Draws& draws) {
  std::vector<Spread> spreads;
  std::vector<double> values;
  for (std::size_t i = 0; i < variables.size(); ++i) {
    const Variable& each = variables[i];
    const Expression alone = Expression::variable(i, each.name, each.unit.dimension);
    spreads.push_back(spread_of(alone, variables, draws));
    values.push_back(spreads.back().p50);
  }
  const auto with = [&](std::size_t index, double value) {
    std::vector<double> changed = values;
    changed[index] = value;
    return figure.expression.evaluate(changed);
  };
  Tornado tornado{figure.name, figure.unit, figure.expression.evaluate(values), {}};
  for (const std::size_t i : figure.expression.variables()) {
    if (!variables[i].varies()) continue;
    const auto [low, high] = std::pair(spreads[i].p5, spreads[i].p95);
    tornado.bars.push_back(
        {variables[i].name, variables[i].unit, low, high, with(i, low), with(i, high)});
  }
  std::stable_sort(tornado.bars.begin(), tornado.bars.end(),
                   [](const TornadoBar& a, const TornadoBar& b) { return a.swing() > b.swing(); });
  return tornado;
}

}  // namespace throng::capacity
