#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include "loadgen/measure/recorder.hpp"
#include "loadgen/measure/series.hpp"
#include "loadgen/report/aggregate_info.hpp"
#include "loadgen/simulate/aggregate/sampler.hpp"

namespace throng::simulate {

/// The figures of a node's operations, as reports have them; what was refused is an error.
measure::Tallies tallies_of(const NodeFigures& figures);

/// Of each operation that was seen. Each replication counts the same.
report::EstimatesByOperation estimates_of(const Replications& replications);

/// The figure of all replications added up.
NodeFigures added_up(const Replications& replications);

/// A whole time, of which windows at even distances are played, of one node in each region, and
/// made to stand for all nodes and all the time between. Each replication begins somewhere in the
/// first stretch and goes on from there (systematic sampling with a random start, Cochran,
/// "Sampling Techniques", chapter 8). Owned by one thread.
class Account {
 public:
  /// Requires: the sampler outlives it; a fleet for each region.
  Account(const Sampler& sampler, std::vector<FleetShape> fleets, std::uint64_t seed);

  std::size_t windows() const { return windows_; }
  /// How much time each window stands for.
  pacing::Duration span() const { return span_; }
  /// That a node of the region is looked at in each window.
  pacing::Duration length(std::size_t region) const { return lengths_[region]; }
  /// Of the time of all nodes, all replications together.
  double share() const;

  /// Plays the next window in all replications, and gives its figures for a second of the whole.
  /// Requires: fewer than windows() were played.
  measure::SecondSnapshot play_next();
  std::size_t played() const { return played_; }

  /// What the windows played so far stand for: latencies and what was refused are scaled to the
  /// whole, the other figures are those of the nodes that were played.
  const Replications& replications() const { return replications_; }
  /// The whole as the mean of all replications.
  NodeFigures whole() const;
  report::Estimate core_busy(std::size_t region) const;

 private:
  std::vector<Stretch> stretches() const;
  double weight(std::size_t region) const;
  void add(std::size_t region, std::size_t replication, const NodeFigures& figures);

  // Constant after construction
  const Sampler& sampler_;
  const std::vector<FleetShape> fleets_;
  const std::size_t windows_;
  const pacing::Duration span_;
  std::vector<pacing::Duration> lengths_;       ///< by region
  std::array<double, kReplications> begins_{};  ///< in the span

  std::size_t played_ = 0;
  Replications replications_;
  std::vector<std::array<pacing::Duration, kReplications>> busy_;  ///< of cores, by region
};

}  // namespace throng::simulate
