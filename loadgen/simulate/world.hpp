#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "loadgen/pacing/clock.hpp"
#include "loadgen/pacing/distribution.hpp"
#include "loadgen/simulate/fleet_model.hpp"
#include "loadgen/simulate/network.hpp"

/// What a simulated world is made of. Plain values, read-only once a simulation begins.
namespace throng::simulate {

/// CPU time that a node spends on each thing it does, in seconds.
struct CostProfile {
  std::string source;              ///< where the figures come from
  pacing::Distribution login;      ///< from the connection to a session that has caught up
  pacing::Distribution message;    ///< taken from its sender and acknowledged
  pacing::Distribution delivery;   ///< of a message to one session
  pacing::Distribution receipt;    ///< passed on to one session, and what it took to come
  pacing::Distribution heartbeat;  ///< and any other sign of life
  pacing::Distribution missed;     ///< a message of a catch-up
  pacing::Distribution history;    ///< a page of it
  /// Passing on what goes between a client on this node and the home of its user on another.
  pacing::Distribution relay = pacing::Distribution::constant(0);
};

/// A group of batches is durable after one sync and what each record takes, in seconds.
struct DiskModel {
  pacing::Distribution sync;
  pacing::Distribution record;
};

/// How clients come back.
struct ClientModel {
  pacing::Duration backoff{};
  pacing::Duration backoff_cap{};
};

enum class FaultKind : std::uint8_t {
  kNodeDies,     ///< with all it has in memory, and comes back
  kDiskSlows,    ///< a sync takes so many times longer
  kPartition,    ///< a share of the people is cut off; nothing is lost that TCP can send again
  kZoneLost,     ///< all nodes of a zone die, and come back
  kNodesParted,  ///< a node is cut off from all others, likewise
  kClockOff,     ///< a node's wall clock is ahead of the others', or behind
};

/// Whether it happens to one node.
bool is_of_node(FaultKind kind);

/// What goes wrong, as a world declares it.
struct FaultPlan {
  FaultKind kind = FaultKind::kNodeDies;
  std::optional<pacing::Duration> at;  ///< from the start of the ramp; nothing: any time
  std::uint32_t times = 1;
  pacing::Distribution lasts;          ///< in seconds
  std::optional<NodeIndex> node = {};  ///< that it happens to; nothing: any, by the seed
  std::optional<ZoneIndex> zone = {};  ///< kZoneLost: the same
  double by = 1;                       ///< kDiskSlows: so many times; kClockOff: so many seconds
  double share = 1;                    ///< kPartition
};

struct World {
  std::string name;
  unsigned cores = 1;  ///< of each node; one shard each, as of throng-server
  FleetModel fleet;
  CostProfile costs;
  DiskModel disk;
  NetworkModel network;
  ClientModel clients;
  std::vector<FaultPlan> faults;
};

/// A fault that has its place in time.
struct Fault {
  FaultKind kind = FaultKind::kNodeDies;
  pacing::Duration at{};
  pacing::Duration lasts{};
  std::optional<NodeIndex> node = {};  ///< that it happens to, if there are several
  ZoneIndex zone = 0;                  ///< kZoneLost
  double by = 1;
  double share = 1;
};

/// The faults of a run over so much time, by their beginnings. Those for any time fall anywhere in
/// it. A function of the world and the seed.
/// Errors: std::invalid_argument when one would begin later.
std::vector<Fault> place_faults(const World& world, pacing::Duration time, std::uint64_t seed);

/// E.g. "node dies at 8.00 s for 3.00 s".
std::string describe(const Fault& fault);

}  // namespace throng::simulate
