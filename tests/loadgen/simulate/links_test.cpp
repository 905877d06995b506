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

  static constexpr LinkKey kKey{.link = 0, .generation = 1};
  pacing::VirtualClock clock{TimePoint()};
  Agenda agenda{clock};
  NetworkModel network{.latency = Distribution::constant(0.010),
                       .retransmit_after = milliseconds(200)};
  Links links{1, network, 1, agenda, *this};
  std::vector<std::string> got;
  TimePoint closed_at{};
};

TEST(Links, CloseThereAndBack) {
  World world;
  world.links.close(0);
  world.play_until(milliseconds(1'000));
  EXPECT_EQ(world.closed_at, TimePoint(milliseconds(100) + 2 * kLatency));
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
  world.links.to_client(World::kKey, "first", false);
  world.links.to_client(World::kKey, "second", false);
  world.play_until(milliseconds(150));
  world.links.to_client(World::kKey, "third", false);
  world.clock.advance_to(TimePoint(milliseconds(150) + kLatency));  // it is due as well
  world.links.freeze(0, false);
  world.play_until(milliseconds(1'000));
  EXPECT_THAT(world.got, ElementsAre("first", "second", "third"));
}

TEST(Links, ReadNothingMoreWhenFrozenAgain) {
  World world;
  world.links.freeze(0, true);
  world.links.to_client(World::kKey, "first", false);
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
