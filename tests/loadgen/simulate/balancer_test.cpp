#include "loadgen/simulate/balancer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace throng::simulate {
namespace {

using pacing::TimePoint;
using std::chrono::seconds;
using testing::Each;
using testing::ElementsAre;
using testing::Ne;

constexpr TimePoint kStart{};

FleetModel three(BalancerPolicy policy) {
  FleetModel model;
  model.nodes = 3;
  model.policy = policy;
  model.check = seconds(2);
  return model;
}

std::vector<NodeIndex> choose(Balancer& balancer, std::size_t users, TimePoint now = kStart) {
  std::vector<NodeIndex> chosen;
  for (std::size_t user = 1; user <= users; ++user) chosen.push_back(balancer.choose(user, 0, now));
  return chosen;
}

TEST(Balancer, TakesTurns) {
  const FleetModel model = three(BalancerPolicy::kRoundRobin);
  Balancer balancer(model);
  EXPECT_THAT(choose(balancer, 4), ElementsAre(0, 1, 2, 0));
}

TEST(Balancer, FillsTheEmptiest) {
  const FleetModel model = three(BalancerPolicy::kLeastConnections);
  Balancer balancer(model);
  choose(balancer, 6);
  balancer.closed(1);
  balancer.closed(1);
  EXPECT_THAT(choose(balancer, 2), ElementsAre(1, 1));
}

TEST(Balancer, SendsAUserToTheSameNode) {
  const FleetModel model = three(BalancerPolicy::kHash);
  Balancer balancer(model);
  const auto once = choose(balancer, 300);
  EXPECT_EQ(choose(balancer, 300), once);
  for (NodeIndex node = 0; node < 3; ++node) EXPECT_GT(std::ranges::count(once, node), 70);
}

TEST(Balancer, MovesOnlyThoseWhoseNodeIsGone) {
  const FleetModel model = three(BalancerPolicy::kHash);
  Balancer balancer(model);
  const auto before = choose(balancer, 300);
  balancer.changed(1, false, kStart);
  const auto after = choose(balancer, 300, kStart + seconds(2));
  EXPECT_THAT(after, Each(Ne(1u)));
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (before[i] == 1) continue;
    EXPECT_EQ(after[i], before[i]);
  }
}

TEST(Balancer, KnowsOfDeathsAndReturnsAsLateAsItsChecks) {
  const FleetModel model = three(BalancerPolicy::kRoundRobin);
  Balancer balancer(model);
  balancer.changed(1, false, kStart);
  EXPECT_THAT(choose(balancer, 3, kStart + seconds(1)), ElementsAre(0, 1, 2));
  EXPECT_THAT(choose(balancer, 3, kStart + seconds(2)), ElementsAre(0, 2, 0));
  balancer.changed(1, true, kStart + seconds(10));
  EXPECT_THAT(choose(balancer, 3, kStart + seconds(11)), ElementsAre(2, 0, 2));
  EXPECT_THAT(choose(balancer, 3, kStart + seconds(12)), ElementsAre(0, 1, 2));
}

TEST(Balancer, SeesNothingOfADeathBetweenTwoChecks) {
  const FleetModel model = three(BalancerPolicy::kRoundRobin);
  Balancer balancer(model);
  balancer.changed(1, false, kStart);
  balancer.changed(1, true, kStart + seconds(1));
  EXPECT_THAT(choose(balancer, 3, kStart + seconds(2)), ElementsAre(0, 1, 2));
}

TEST(Balancer, KeepsPeopleInTheirRegionWhileItCan) {
  FleetModel model = three(BalancerPolicy::kRoundRobin);
  model.regions = {{.name = "north", .nodes = 2}, {.name = "south", .nodes = 1}};
  Balancer balancer(model);
  EXPECT_THAT(choose(balancer, 3), ElementsAre(0, 1, 0));
  EXPECT_EQ(balancer.choose(1, 1, kStart), 2u);
  balancer.changed(2, false, kStart);
  EXPECT_EQ(balancer.choose(1, 1, kStart + seconds(2)), 0u);
}

TEST(Balancer, GivesEachRegionATurnOfItsOwn) {
  FleetModel model = three(BalancerPolicy::kRoundRobin);
  model.regions = {{.name = "north", .nodes = 2}, {.name = "south", .nodes = 1}};
  Balancer balancer(model);
  std::vector<NodeIndex> north;
  for (int i = 0; i < 4; ++i) {
    north.push_back(balancer.choose(1, 0, kStart));
    EXPECT_EQ(balancer.choose(2, 1, kStart), 2u);
  }
  EXPECT_THAT(north, ElementsAre(0, 1, 0, 1));
}

TEST(Balancer, TriesThemAllWhenNoneIsHealthy) {
  const FleetModel model = three(BalancerPolicy::kRoundRobin);
  Balancer balancer(model);
  for (NodeIndex node = 0; node < 3; ++node) balancer.changed(node, false, kStart);
  EXPECT_THAT(choose(balancer, 3, kStart + seconds(5)), ElementsAre(0, 1, 2));
}

}  // namespace
}  // namespace throng::simulate
