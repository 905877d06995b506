#include "loadgen/simulate/links.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace throng::simulate {
namespace {

using pacing::Distribution;
using pacing::TimePoint;
using std::chrono::milliseconds;
using testing::ElementsAre;

constexpr milliseconds kLatency{10};

/// Ten milliseconds away from a node that takes everybody.
class World final : public transport::TransportListener {
 public:
  World() {
    links.open(0);
    play_until(milliseconds(100));
  }

  void on_open(transport::LinkId) override {}
  void on_text(transport::LinkId, std::string_view text) override { got.emplace_back(text); }
  void on_closed(transport::LinkId, transport::CloseReason, std::uint16_t) override {
    closed_at = clock.now();
  }

  void play_until(pacing::Duration time) {
    while (agenda.next_due() <= TimePoint(time)) {
      const Agenda::Entry entry = agenda.take();
      if (entry.what == Happening::kPacketAtClient) {
        links.take_at_client(entry.about);
      } else {
        if (links.at_node(entry.about).kind == Packet::Kind::kOpen) links.accept(kKey);
        links.release(entry.about);
      }
    }
    clock.advance_to(TimePoint(time));
  }

  void tell(const std::string& text) {
    links.count_unread(kKey, text.size());
    links.to_client(kKey, text, false);
  }

  static constexpr LinkKey kKey{.link = 0, .generation = 1};
  pacing::VirtualClock clock{TimePoint()};
  Agenda agenda{clock};
  NetworkModel network{.latency = Distribution::constant(0.010),
                       .retransmit_after = milliseconds(200)};
  const FleetModel fleet;
  Balancer balancer{fleet};
  Links links{1, network, fleet, 1, agenda, balancer, *this};
  std::vector<std::string> got;
  TimePoint closed_at{};
};

TEST(Links, CloseThereAndBack) {
  World world;
  world.links.close(0);
  world.play_until(milliseconds(1'000));
  EXPECT_EQ(world.closed_at, TimePoint(milliseconds(100) + 2 * kLatency));
}

TEST(Links, BreakWithTheirNode) {
  World world;
  world.links.break_all(1);
  EXPECT_FALSE(world.links.is_broken(World::kKey));
  world.links.break_all(0);
  EXPECT_TRUE(world.links.is_broken(World::kKey));
  world.play_until(milliseconds(1'000));
  EXPECT_EQ(world.closed_at, TimePoint(milliseconds(100) + kLatency));
}

TEST(Links, LetOutOneByteAfterTheOther) {
  World world;
  world.network.bandwidth = 1'000;
  world.tell(std::string(40, 'x'));  // and 60 of headers: 100 ms
  world.tell(std::string(140, 'x'));
  world.play_until(milliseconds(209));
  EXPECT_TRUE(world.got.empty());
  world.play_until(milliseconds(409));
  EXPECT_EQ(world.got.size(), 1u);
  world.play_until(milliseconds(410));
  EXPECT_EQ(world.got.size(), 2u);
}

TEST(Links, CountWhatIsOnItsWayFromAnotherNode) {
  World world;
  world.links.count_unread(World::kKey, 300 * 1024);
  EXPECT_EQ(world.links.unsent_bytes(World::kKey), 44u * 1024);
}

TEST(Links, CloseWhenWhoWasCutOffIsBack) {
  World world;
  world.links.cut(1, TimePoint(milliseconds(500)));
  world.links.close(0);
  world.play_until(milliseconds(1'000));
  EXPECT_EQ(world.closed_at, TimePoint(milliseconds(500) + 2 * kLatency));
}

TEST(Links, KeepTheOrderOfWhatComesAsAClientReadsAgain) {
  World world;
  world.links.freeze(0, true);
  world.tell("first");
  world.tell("second");
  world.play_until(milliseconds(150));
  world.tell("third");
  world.clock.advance_to(TimePoint(milliseconds(150) + kLatency));  // it is due as well
  world.links.freeze(0, false);
  world.play_until(milliseconds(1'000));
  EXPECT_THAT(world.got, ElementsAre("first", "second", "third"));
}

TEST(Links, ReadNothingMoreWhenFrozenAgain) {
  World world;
  world.links.freeze(0, true);
  world.tell("first");
  world.play_until(milliseconds(150));
  world.links.freeze(0, false);
  world.links.freeze(0, true);
  world.play_until(milliseconds(200));
  EXPECT_TRUE(world.got.empty());
  world.links.freeze(0, false);
  world.play_until(milliseconds(300));
  EXPECT_THAT(world.got, ElementsAre("first"));
}

}  // namespace
}  // namespace throng::simulate
