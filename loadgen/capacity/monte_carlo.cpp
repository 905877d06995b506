#include "loadgen/capacity/monte_carlo.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "loadgen/pacing/random.hpp"

namespace throng::capacity {
namespace {

// FNV-1a, 64 bits: the stream of a name.
std::uint64_t stream_of(std::string_view name) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

// Between the two values around the place, in proportion. Requires: sorted, not empty.
double quantile(std::span<const double> sorted, double q) {
  const double place = q * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const double above = sorted[std::min(below + 1, sorted.size() - 1)];
  return sorted[below] + (above - sorted[below]) * (place - std::floor(place));
}

}  // namespace

Draws::Draws(std::span<const Variable> variables, std::uint64_t seed, std::size_t count)
    : variables_(variables.size()), values_(variables.size() * count) {
  for (std::size_t v = 0; v < variables_; ++v) {
    pacing::Random random(seed, stream_of(variables[v].stream));
    for (std::size_t i = 0; i < count; ++i) {
      values_[i * variables_ + v] = variables[v].distribution.sample(random);
    }
  }
}

Spread spread_of(const Expression& expression, std::span<const Variable> variables,
                 const Draws& draws) {
  const auto& used = expression.variables();
  const bool varies = std::any_of(used.begin(), used.end(),
                                  [&](std::size_t each) { return variables[each].varies(); });
  std::vector<double> results(varies ? draws.count() : 1);
  for (std::size_t i = 0; i < results.size(); ++i)
    results[i] = expression.evaluate(draws.values(i));
  std::sort(results.begin(), results.end());
  return {quantile(results, 0.05), quantile(results, 0.5), quantile(results, 0.9),
          quantile(results, 0.95)};
}

}  // namespace throng::capacity
