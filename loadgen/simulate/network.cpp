#include "loadgen/simulate/network.hpp"

#include <algorithm>

namespace throng::simulate {
namespace {

/// RFC 6298: what is waited before sending again is doubled, up to a minute at least.
constexpr pacing::Duration kLongestWait = std::chrono::minutes(1);

}  // namespace

pacing::Duration NetworkModel::delay(pacing::Random& random) const {
  pacing::Duration delay =
      std::max(pacing::from_seconds(latency.sample(random)), pacing::Duration::zero());
  if (loss <= 0) return delay;
  for (pacing::Duration wait = retransmit_after; random.chance(loss);
       wait = std::min(2 * wait, kLongestWait)) {
    delay += wait;
  }
  return delay;
}

pacing::Duration NetworkModel::time_of(std::size_t bytes) const {
  if (bandwidth <= 0) return pacing::Duration::zero();
  return pacing::from_seconds(static_cast<double>(bytes) / bandwidth);
}

}  // namespace throng::simulate
