#include "loadgen/simulate/inside.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace throng::simulate {
namespace {

using pacing::Distribution;
using pacing::TimePoint;
using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::IsEmpty;

class TwoNodes : public testing::Test {
 protected:
  void send(NodeIndex from, chat::ShardIndex shard) {
    inside.send(from, 1 - from, 1, {.to = shard, .letter = PeerNews{}});
  }
  /// To which shards letters have come by then.
  std::vector<chat::ShardIndex> play_until(TimePoint until) {
    std::vector<chat::ShardIndex> came;
    while (agenda.next_due() <= until) came.push_back(inside.take(agenda.take().about).to);
    clock.advance_to(until);
    return came;
  }

  FleetModel model = [] {
    FleetModel two;
    two.nodes = 2;
    two.inside.latency = Distribution::constant(0.010);
    return two;
  }();
  pacing::VirtualClock clock{TimePoint()};
  Agenda agenda{clock};
  Inside inside{model, 1, agenda};
};

TEST_F(TwoNodes, TakesItsTime) {
  send(0, 7);
  EXPECT_THAT(play_until(TimePoint(milliseconds(9))), IsEmpty());
  EXPECT_THAT(play_until(TimePoint(milliseconds(10))), ElementsAre(7));
}

TEST_F(TwoNodes, KeepsTheOrderOfAPair) {
  model.inside.latency = Distribution::uniform(0.001, 0.1);
  std::vector<chat::ShardIndex> sent;
  for (chat::ShardIndex i = 0; i < 100; ++i) {
    send(0, i);
    sent.push_back(i);
  }
  EXPECT_EQ(play_until(TimePoint(milliseconds(200))), sent);
}

TEST_F(TwoNodes, LetsNoPairWaitForAnother) {
  model.inside.latency = Distribution::constant(0.050);
  send(0, 1);
  model.inside.latency = Distribution::constant(0.010);
  send(1, 2);
  EXPECT_THAT(play_until(TimePoint(milliseconds(100))), ElementsAre(2, 1));
}

TEST_F(TwoNodes, UsesItsMemoryAgain) {
  send(0, 1);
  play_until(TimePoint(milliseconds(10)));
  send(0, 2);
  EXPECT_EQ(agenda.take().about, 0u);
}

TEST_F(TwoNodes, HoldsWhatPartedNodesSayAndKeepsItsOrder) {
  inside.part(1, TimePoint(milliseconds(500)));
  send(0, 1);
  send(0, 2);
  EXPECT_THAT(play_until(TimePoint(milliseconds(509))), IsEmpty());
  EXPECT_EQ(inside.under_way(0, 1), 2u);
  send(0, 3);
  EXPECT_THAT(play_until(TimePoint(milliseconds(520))), ElementsAre(1, 2, 3));
  EXPECT_EQ(inside.under_way(0, 1), 0u);
}

TEST_F(TwoNodes, LetOutOneLetterAfterTheOther) {
  model.inside.bandwidth = static_cast<double>(bytes_of(PeerNews{})) * 10;  // ten letters a second
  send(0, 1);
  send(0, 2);
  EXPECT_THAT(play_until(TimePoint(milliseconds(110))), ElementsAre(1));
  EXPECT_THAT(play_until(TimePoint(milliseconds(209))), IsEmpty());
  EXPECT_THAT(play_until(TimePoint(milliseconds(210))), ElementsAre(2));
}

TEST_F(TwoNodes, AreAsFarApartAsTheirRegions) {
  model.regions = {{.name = "north", .nodes = 1}, {.name = "south", .nodes = 1}};
  model.ways = {{.one = 0, .other = 1, .latency = Distribution::constant(0.080)}};
  send(0, 1);
  EXPECT_THAT(play_until(TimePoint(milliseconds(89))), IsEmpty());
  EXPECT_THAT(play_until(TimePoint(milliseconds(90))), ElementsAre(1));
}

}  // namespace
}  // namespace throng::simulate
