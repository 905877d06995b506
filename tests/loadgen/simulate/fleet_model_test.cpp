#include "loadgen/simulate/fleet_model.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace throng::simulate {
namespace {

using pacing::Distribution;
using std::chrono::milliseconds;
using testing::ElementsAre;

FleetModel two_regions() {
  FleetModel model;
  model.nodes = 5;
  model.regions = {{.name = "north", .share = 0.7, .nodes = 3},
                   {.name = "south", .share = 0.3, .nodes = 2}};
  model.ways = {{.one = 1, .other = 0, .latency = Distribution::constant(0.080)}};
  return model;
}

TEST(FleetModel, HasZonesOfNodesInARow) {
  FleetModel model = two_regions();
  model.zones = 2;
  std::vector<ZoneIndex> zones;
  for (NodeIndex node = 0; node < 5; ++node) zones.push_back(model.zone_of(node));
  EXPECT_THAT(zones, ElementsAre(0, 0, 0, 1, 1));
}

TEST(FleetModel, PutsNodesIntoRegionsInTheirOrder) {
  const FleetModel model = two_regions();
  std::vector<RegionIndex> regions;
  for (NodeIndex node = 0; node < 5; ++node) regions.push_back(model.region_of(node));
  EXPECT_THAT(regions, ElementsAre(0, 0, 0, 1, 1));
  EXPECT_EQ(FleetModel().region_of(0), 0u);
}

TEST(FleetModel, LetsPeopleLiveByShares) {
  const FleetModel model = two_regions();
  EXPECT_EQ(model.home_region(0), 0u);
  EXPECT_EQ(model.home_region(0.69), 0u);
  EXPECT_EQ(model.home_region(0.71), 1u);
  EXPECT_EQ(model.home_region(0.999'999), 1u);
}

TEST(FleetModel, HasTheSameWayThereAndBack) {
  const FleetModel model = two_regions();
  pacing::Random random(1, 1);
  EXPECT_EQ(model.way(0, 1, random), milliseconds(80));
  EXPECT_EQ(model.way(1, 0, random), milliseconds(80));
  EXPECT_EQ(model.way(1, 1, random), milliseconds(0));
}

}  // namespace
}  // namespace throng::simulate
