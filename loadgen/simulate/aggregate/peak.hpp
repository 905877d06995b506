#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "loadgen/report/threshold.hpp"
#include "loadgen/simulate/aggregate/sampler.hpp"

namespace throng::simulate {

/// A region's fleet at the time when its cores have most to do.
struct Peak {
  pacing::Duration at{};
  FleetShape fleet;
  pacing::Duration length{};  ///< of each replication
  Replications replications;

  report::Estimate core_busy(unsigned cores) const;
  report::Estimate disk_busy() const;
};

/// When the cores of a region have most to do.
pacing::Duration busiest_time(const Sampler& sampler, std::size_t region);

/// So many nodes at that time.
Peak play_peak(const Sampler& sampler, std::size_t region, std::uint64_t nodes);

/// The fewest nodes that hold the thresholds at the region's peak: those on operations that are
/// simulated, with cores at most nine tenths busy, and disks by their records alone. Nothing: no
/// number does; see fewest_nodes().
std::optional<std::uint64_t> nodes_needed(const Sampler& sampler, std::size_t region,
                                          const std::vector<report::Threshold>& thresholds);

/// How many nodes would have their cores busy all the time at the region's peak.
double busy_nodes(const Sampler& sampler, std::size_t region);

}  // namespace throng::simulate
