#include "loadgen/simulate/sum_of_draws.hpp"

#include <algorithm>
#include <cmath>

namespace throng::simulate {
namespace {

constexpr std::size_t kDrawn = 64;

}  // namespace

double sum_of_draws(const pacing::Distribution& each, std::size_t draws, pacing::Random& random) {
  const std::size_t drawn = std::min(draws, kDrawn);
  double sum = 0;
  for (std::size_t i = 0; i < drawn; ++i) sum += each.sample(random);
  if (drawn == draws) return sum;
  const double stretch = std::sqrt(static_cast<double>(draws) / static_cast<double>(drawn));
  return each.mean() * static_cast<double>(draws) +
         stretch * (sum - each.mean() * static_cast<double>(drawn));
}

}  // namespace throng::simulate
