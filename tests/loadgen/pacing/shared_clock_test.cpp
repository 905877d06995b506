#include "loadgen/pacing/shared_clock.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "tests/loadgen/pacing/two_clocks.hpp"

namespace throng::pacing {
namespace {

using namespace std::chrono_literals;

TEST(SharedClock, IsOursAndTheOffset) {
  VirtualClock own{TimePoint{5s}};
  const SharedClock clock(own, -7s);
  EXPECT_EQ(clock.now(), TimePoint{-2s});
  own.advance_to(TimePoint{9s});
  EXPECT_EQ(clock.now(), TimePoint{2s});
  EXPECT_EQ(clock.offset(), -7s);
}

TEST(SharedClock, GoesToAnotherOffsetByAndBy) {
  VirtualClock own{TimePoint{5s}};
  SharedClock clock(own, 0s);
  clock.steer(1ms);
  EXPECT_EQ(clock.offset(), 0s);
  own.advance_to(TimePoint{6s});
  EXPECT_EQ(clock.offset(), 500us);
  clock.steer(400us);
  EXPECT_EQ(clock.offset(), 500us) << "it goes on from where it is";
  own.advance_to(TimePoint{20s});
  EXPECT_EQ(clock.offset(), 400us) << "and stays there";
}

TEST(SharedClock, NeverGoesBackWhileItIsSteered) {
  const SteadyClock own;
  SharedClock clock(own, 100s);
  std::atomic<bool> done = false;
  std::thread steering([&] {
    for (int i = 0; i < 300; ++i) {
      clock.steer(100s + (i % 2 == 0 ? 1s : -1s));
      // Until what a reader who saw half of it would be off by is more than a reading takes.
      for (const TimePoint until = own.now() + 1ms; own.now() < until;) continue;
    }
    done = true;
  });
  TimePoint last{};
  bool went_back = false;
  while (!done) {
    const TimePoint now = clock.now();
    went_back = went_back || now < last;
    last = now;
  }
  steering.join();
  EXPECT_FALSE(went_back);
}

TEST(ClockFollower, IsNeverFartherFromTheTruthThanItSays) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    TwoClocks world(seed, static_cast<std::int64_t>(seed % 201) - 100);
    OffsetEstimate estimate;
    for (int i = 0; i < 40; ++i) estimate.add(world.exchange());
    ClockFollower follower(world.ours(), estimate);
    follower.reset_worst();
    Duration worst{};
    TimePoint last = follower.clock().now();
    for (int i = 0; i < 200; ++i) {
      follower.add(world.exchange());
      world.pass(world.up_to(100ms));
      const TimePoint now = follower.clock().now();
      const Duration off = std::chrono::abs(now - world.theirs());
      ASSERT_LE(off, follower.error()) << "seed " << seed << ", exchange " << i;
      ASSERT_GE(now, last);
      worst = std::max(worst, off);
      last = now;
    }
    follower.add(world.exchange());
    EXPECT_LE(worst, follower.worst_error());
    EXPECT_LT(follower.error(), 2ms);
  }
}

TEST(ClockFollower, TellsTheErrorOfAClockThatWasSuspended) {
  VirtualClock own{TimePoint{1s}};
  OffsetEstimate estimate;
  estimate.add({own.now(), TimePoint{101s}, TimePoint{101s}, own.now()});
  ClockFollower follower(own, estimate);
  follower.reset_worst();
  EXPECT_LT(follower.worst_error(), 1us);
  own.advance_to(TimePoint{2s});
  follower.add({own.now(), TimePoint{162s}, TimePoint{162s}, own.now()});
  EXPECT_GE(follower.worst_error(), 60s);
}

}  // namespace
}  // namespace throng::pacing
