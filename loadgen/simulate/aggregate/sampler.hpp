#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "loadgen/pacing/clock.hpp"
#include "loadgen/simulate/aggregate/sampled_node.hpp"
#include "loadgen/simulate/aggregate/traffic.hpp"
#include "loadgen/simulate/world.hpp"

namespace throng::simulate {

/// Independent samples of the same thing; what they differ by is the sample's error.
inline constexpr std::size_t kReplications = 8;
using Replications = std::array<NodeFigures, kReplications>;

/// A stretch of time of one node of a region.
struct Stretch {
  std::size_t region = 0;
  FleetShape fleet;
  pacing::Duration at{};      ///< since midnight UTC
  pacing::Duration length{};  ///< that is measured
  std::uint64_t stream = 0;   ///< of random numbers; each stretch has its own
};

/// Plays stretches of time of sampled nodes, several at once on as many threads as there are cores.
/// What comes out is the same on any number of threads. Owned by one thread.
class Sampler {
 public:
  /// Requires: traffic and world outlive it.
  Sampler(const Traffic& traffic, const World& world, std::uint64_t seed, unsigned threads);

  std::vector<NodeFigures> play(std::span<const Stretch> stretches) const;
  /// kReplications of a node at one time, with streams from `stream` on.
  Replications play_at(std::size_t region, FleetShape fleet, pacing::Duration at,
                       pacing::Duration length, std::uint64_t stream) const;

  /// Steps of the simulation that so much work takes, about.
  double events_per_s(const Intensity& work) const;
  /// How long one node must be looked at for so many events.
  pacing::Duration length_for(double events, const Intensity& work, FleetShape fleet) const;
  /// Let pass at the beginning of each stretch, from an empty node to its usual course.
  pacing::Duration settle() const;
  const Traffic& traffic() const { return traffic_; }
  const World& world() const { return world_; }
  unsigned threads() const { return threads_; }

 private:
  NodeFigures play(const Stretch& stretch) const;

  // Constant after construction
  const Traffic& traffic_;
  const World& world_;
  const std::uint64_t seed_;
  const unsigned threads_;
};

}  // namespace throng::simulate
