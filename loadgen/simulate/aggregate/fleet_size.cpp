#include "loadgen/simulate/aggregate/fleet_size.hpp"

#include <algorithm>
#include <cmath>

namespace throng::simulate {

std::optional<std::uint64_t> fewest_nodes(double work,
                                          const std::function<bool(std::uint64_t)>& holds) {
  constexpr std::uint64_t kPrecision = 50;
  auto too_few = static_cast<std::uint64_t>(std::floor(work));
  const auto most =
      std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::ceil(kSlack * work)));
  // Twice as many first: that is usually enough, and the more nodes the less there is to find.
  std::uint64_t enough = std::max<std::uint64_t>(1, 2 * too_few);
  for (; !holds(enough); enough = std::min(2 * enough, most)) {
    if (enough >= most) return std::nullopt;
    too_few = enough;
  }
  while (enough - too_few > std::max<std::uint64_t>(1, enough / kPrecision)) {
    const std::uint64_t middle = too_few + (enough - too_few) / 2;
    (holds(middle) ? enough : too_few) = middle;
  }
  return enough;
}

}  // namespace throng::simulate
