#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "loadgen/pacing/clock.hpp"
#include "loadgen/simulate/fleet_model.hpp"

namespace throng::simulate {

/// The load balancer before a fleet: says which node a connection goes to, and knows which nodes
/// are healthy as well as its checks do. Owned by the simulation's thread.
class Balancer {
 public:
  /// Requires: the model outlives it.
  explicit Balancer(const FleetModel& model)
      : model_(model),
        nodes_(model.nodes),
        turns_(std::max<std::size_t>(model.regions.size(), 1)) {}

  /// The node for a new connection of that user; it counts there until closed(). Those of the
  /// user's region come first, then other healthy ones; when no node looks healthy, all of them are
  /// tried. Linear in nodes.
  NodeIndex choose(std::uint64_t user, RegionIndex region, pacing::TimePoint now);
  void closed(NodeIndex node) { --nodes_[node].connections; }
  /// The node has died, or is back.
  void changed(NodeIndex node, bool up, pacing::TimePoint now);

 private:
  struct Node {
    std::uint32_t connections = 0;
    bool up = true;
    bool looked_up = true;           ///< when it last changed
    pacing::TimePoint changed_at{};  ///< the last time
  };
  /// Of a node for a connection: the lowest is chosen.
  using Rank = std::pair<unsigned, std::uint64_t>;

  Rank rank(NodeIndex node, std::uint64_t user, RegionIndex region, pacing::TimePoint now) const;
  std::uint64_t rank_by_policy(NodeIndex node, std::uint64_t user, RegionIndex region) const;
  bool looks_up(const Node& node, pacing::TimePoint now) const {
    return now - node.changed_at < model_.check ? node.looked_up : node.up;
  }

  // Constant after construction
  const FleetModel& model_;

  std::vector<Node> nodes_;
  /// Of each region of people, the node behind the one that was chosen last.
  std::vector<NodeIndex> turns_;
};

}  // namespace throng::simulate
