#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "loadgen/pacing/clock.hpp"
#include "loadgen/pacing/distribution.hpp"
#include "loadgen/simulate/network.hpp"

/// What several nodes of the server are made of, as a world declares them.
namespace throng::simulate {

using NodeIndex = std::uint32_t;
using ZoneIndex = std::uint32_t;
using RegionIndex = std::uint32_t;

/// How the balancer chooses the node that a connection goes to, of those that it holds healthy.
enum class BalancerPolicy : std::uint8_t {
  kRoundRobin,
  kLeastConnections,
  kHash,  ///< of the user: always the same one, while that is healthy
};

/// Where people live and nodes stand.
struct Region {
  std::string name;
  double share = 1;     ///< of the people
  NodeIndex nodes = 1;  ///< those behind the nodes of the regions before it
};

/// What the way between two regions takes, on top of what the network does within one.
struct Way {
  RegionIndex one = 0;
  RegionIndex other = 0;
  pacing::Distribution latency;  ///< in seconds, the same both ways
};

struct FleetModel {
  NodeIndex nodes = 1;
  ZoneIndex zones = 1;  ///< each of so many nodes in a row, or of one more
  NetworkModel inside{.latency = pacing::Distribution::constant(0)};  ///< between two nodes
  BalancerPolicy policy = BalancerPolicy::kRoundRobin;
  /// A node that died, or is back, is treated as that so much later.
  pacing::Duration check{};
  std::vector<Region> regions;  ///< none: all is in one
  std::vector<Way> ways;

  ZoneIndex zone_of(NodeIndex node) const { return node * zones / nodes; }
  RegionIndex region_of(NodeIndex node) const;
  /// Where a person lives. `part`: uniform in [0, 1), the person's own.
  RegionIndex home_region(double part) const;
  /// One draw of it; nothing within a region, and where no way is declared.
  pacing::Duration way(RegionIndex one, RegionIndex other, pacing::Random& random) const;
};

}  // namespace throng::simulate
