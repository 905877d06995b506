#include "loadgen/simulate/balancer.hpp"

#include "protocol/ids.hpp"

namespace throng::simulate {

NodeIndex Balancer::choose(std::uint64_t user, RegionIndex region, pacing::TimePoint now) {
  NodeIndex best = 0;
  for (NodeIndex node = 1; node < nodes_.size(); ++node) {
    if (rank(node, user, region, now) < rank(best, user, region, now)) best = node;
  }
  ++nodes_[best].connections;
  turns_[region] = (best + 1) % model_.nodes;
  return best;
}

Balancer::Rank Balancer::rank(NodeIndex node, std::uint64_t user, RegionIndex region,
                              pacing::TimePoint now) const {
  const unsigned nearness = model_.region_of(node) == region ? 0 : 1;
  return {looks_up(nodes_[node], now) ? nearness : 2, rank_by_policy(node, user, region)};
}

std::uint64_t Balancer::rank_by_policy(NodeIndex node, std::uint64_t user,
                                       RegionIndex region) const {
  const std::uint64_t from_turn = (node + model_.nodes - turns_[region]) % model_.nodes;
  switch (model_.policy) {
    case BalancerPolicy::kRoundRobin:
      return from_turn;
    case BalancerPolicy::kLeastConnections:
      return std::uint64_t{nodes_[node].connections} << 32 | from_turn;
    case BalancerPolicy::kHash:
      // The highest random weight (Thaler and Ravishankar, 1998): who was on a node that is taken
      // out goes to any of the others, and nobody else moves.
      return protocol::mix(protocol::mix(user) ^ node);
  }
  return 0;
}

void Balancer::changed(NodeIndex node, bool up, pacing::TimePoint now) {
  Node& own = nodes_[node];
  own.looked_up = looks_up(own, now);
  own.up = up;
  own.changed_at = now;
}

}  // namespace throng::simulate
