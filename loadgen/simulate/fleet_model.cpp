#include "loadgen/simulate/fleet_model.hpp"

#include <algorithm>

namespace throng::simulate {

RegionIndex FleetModel::region_of(NodeIndex node) const {
  RegionIndex region = 0;
  for (; region + 1 < regions.size() && node >= regions[region].nodes; ++region) {
    node -= regions[region].nodes;
  }
  return region;
}

RegionIndex FleetModel::home_region(double part) const {
  RegionIndex region = 0;
  for (; region + 1 < regions.size() && part >= regions[region].share; ++region) {
    part -= regions[region].share;
  }
  return region;
}

pacing::Duration FleetModel::way(RegionIndex one, RegionIndex other, pacing::Random& random) const {
  if (one == other) return pacing::Duration::zero();
  for (const Way& way : ways) {
    if (std::minmax(way.one, way.other) != std::minmax(one, other)) continue;
    return pacing::from_seconds(std::max(way.latency.sample(random), 0.0));
  }
  return pacing::Duration::zero();
}

}  // namespace throng::simulate
