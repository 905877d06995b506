#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "loadgen/pacing/clock.hpp"
#include "loadgen/pacing/distribution.hpp"
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
  kNodeDies,   ///< with all it has in memory, and comes back
  kDiskSlows,  ///< a sync takes so many times longer
  kPartition,  ///< a share of the people is cut off; nothing is lost that TCP can send again
};

/// What goes wrong, as a world declares it.
struct FaultPlan {
  FaultKind kind = FaultKind::kNodeDies;
  std::optional<pacing::Duration> at;  ///< from the start of the ramp; nothing: any time
  std::uint32_t times = 1;
  pacing::Distribution lasts;  ///< in seconds
  double by = 1;               ///< kDiskSlows
  double share = 1;            ///< kPartition
};

struct World {
  std::string name;
  unsigned cores = 1;  ///< of the node; one shard each, as of throng-server
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
