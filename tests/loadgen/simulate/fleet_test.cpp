#include "loadgen/simulate/fleet.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ranges>
#include <set>

#include "loadgen/simulate/fault_search.hpp"
#include "protocol/codec.hpp"
#include "tests/loadgen/simulate/small_world.hpp"

namespace throng::simulate {
namespace {

using pacing::Distribution;
using pacing::Duration;
using std::chrono::milliseconds;
using std::chrono::seconds;

SimulateOptions fleet(NodeIndex nodes, const char* script = kPairs) {
  SimulateOptions own = options(script);
  own.world.fleet.nodes = nodes;
  own.world.fleet.check = milliseconds(500);
  own.world.clients = {milliseconds(100), seconds(1)};
  return own;
}

FaultPlan death(NodeIndex node, Duration at, double lasts_s) {
  return {.kind = FaultKind::kNodeDies,
          .at = at,
          .lasts = Distribution::constant(lasts_s),
          .node = node};
}

/// Which users got a message in that time.
SimulateOptions::Watch receivers(Duration from, Duration until, std::set<users::UserNumber>& got) {
  return [=, &got](Duration at, users::UserNumber user, bool says, std::string_view text) {
    if (says || at < from || at >= until) return;
    if (text.find(R"({"op":"message")") != std::string_view::npos) got.insert(user);
  };
}

/// Where that node would have the home of a user, as placement has it.
bool lives_on(users::UserNumber user, NodeIndex node, const World& world) {
  const chat::Placement placement(world.cores * world.fleet.nodes);
  return placement.of(protocol::UserId{user}) / world.cores == node;
}

TEST(Fleet, LosesNothing) {
  const report::RunResult result = play(fleet(4));
  EXPECT_GT(result.ledger.sent, 400u);
  EXPECT_EQ(result.ledger.delivered, result.ledger.expected);
  EXPECT_EQ(result.verdict, report::Verdict::kPass)
      << testing::PrintToString(result.ledger.examples);
  EXPECT_EQ(result.simulation->nodes, 4u);
  EXPECT_EQ(result.simulation->cores, 4 * options().world.cores);
}

TEST(Fleet, ChargesTheWayBetweenNodes) {
  SimulateOptions own = fleet(4, kTalk);
  own.world.fleet.inside.latency = Distribution::constant(0.050);
  const report::RunResult result = play(own);
  // From the connection to the user's home to the chat, and back: some have both on one node.
  const auto& send = result.find_operation("send")->latency_ns;
  EXPECT_GE(send.p99, 200'000'000);
  EXPECT_LE(send.p99, 260'000'000);
  EXPECT_LT(send.mean, 190'000'000);
  own.world.fleet.nodes = 1;
  EXPECT_LT(play(own).find_operation("send")->latency_ns.p99, 50'000'000);
}

TEST(Fleet, ChargesWhatIsPassedOn) {
  SimulateOptions own = fleet(4);
  own.world = free_world();
  own.world.costs.relay = Distribution::constant(0.001);
  EXPECT_EQ(charged_s(play(own)), 0);
  own.world.fleet.nodes = 4;
  EXPECT_GT(charged_s(play(own)), 1);
}

TEST(Fleet, GoesOnWithoutOneNode) {
  SimulateOptions own = fleet(4);
  own.world.faults = {death(1, seconds(8), 8)};
  std::set<users::UserNumber> got;
  own.watch = receivers(seconds(11), seconds(16), got);
  const report::RunResult result = play(own);
  EXPECT_GT(got.size(), 10u);
  for (const users::UserNumber user : got) EXPECT_FALSE(lives_on(user, 1, own.world)) << user;
  EXPECT_EQ(result.ledger.lost, 0u);
  EXPECT_EQ(result.ledger.unresolved, 0u);
  EXPECT_EQ(result.ledger.duplicated, 0u);
}

TEST(Fleet, ServesAllAgainWhenTheNodeIsBack) {
  SimulateOptions own = fleet(4);
  own.world.faults = {death(1, seconds(5), 2)};
  std::set<users::UserNumber> got;
  own.watch = receivers(seconds(12), seconds(22), got);
  const report::RunResult result = play(own);
  EXPECT_EQ(std::ranges::count_if(
                got, [&](users::UserNumber user) { return lives_on(user, 1, own.world); }),
            std::ranges::count_if(std::views::iota(1u, 41u), [&](users::UserNumber user) {
              return lives_on(user, 1, own.world);
            }));
  EXPECT_EQ(result.ledger.lost, 0u);
}

TEST(Fleet, RefusesWhatIsForADeadNode) {
  SimulateOptions own = fleet(2);
  own.world.faults = {death(0, seconds(8), 5)};
  const report::RunResult result = play(own);
  EXPECT_GT(result.find_operation("send")->errors.at("overloaded"), 0u);
  EXPECT_GT(result.find_operation("connect")->errors.at("refused"), 0u);
  EXPECT_EQ(result.ledger.acked, result.ledger.sent);
}

TEST(Fleet, LosesAZoneAtATime) {
  SimulateOptions own = fleet(4);
  own.world.fleet.zones = 2;
  own.world.faults = {{.kind = FaultKind::kZoneLost,
                       .at = seconds(8),
                       .lasts = Distribution::constant(5),
                       .zone = 0}};
  std::set<users::UserNumber> got;
  own.watch = receivers(seconds(10), seconds(13), got);
  const report::RunResult result = play(own);
  EXPECT_FALSE(got.empty());
  for (const users::UserNumber user : got) {
    EXPECT_FALSE(lives_on(user, 0, own.world) || lives_on(user, 1, own.world)) << user;
  }
  EXPECT_EQ(result.ledger.lost, 0u);
  EXPECT_THAT(result.simulation->faults,
              testing::ElementsAre(testing::StartsWith("zone 1 lost at 8.000 s for 5.000 s; ")));
}

TEST(Fleet, HoldsWhatPartedNodesSay) {
  SimulateOptions own = fleet(2, kTalk);
  own.world.faults = {{.kind = FaultKind::kNodesParted,
                       .at = seconds(8),
                       .lasts = Distribution::constant(4),
                       .node = 0}};
  const report::RunResult result = play(own);
  EXPECT_GT(result.find_operation("deliver")->latency_ns.max, 2'000'000'000);
  EXPECT_LT(result.find_operation("deliver")->latency_ns.max, 5'000'000'000);
  EXPECT_EQ(result.ledger.delivered, result.ledger.expected);
  EXPECT_EQ(result.users.logins, 20u);  // no connection breaks
}

TEST(Fleet, StampsMessagesWithItsNodesClock) {
  SimulateOptions own = fleet(2, kTalk);
  own.world.faults = {{.kind = FaultKind::kClockOff,
                       .at = seconds(0),
                       .lasts = Distribution::constant(30),
                       .node = 0,
                       .by = -3'600}};
  std::set<bool> early;
  own.watch = [&](Duration, users::UserNumber, bool says, std::string_view text) {
    protocol::for_each_line(text, [&](std::string_view line) {
      const std::size_t at = line.find(R"("time":17672)");
      if (says || !line.starts_with(R"({"op":"sent")") || at == std::string_view::npos) return;
      early.insert(line.substr(at + 7, 13) < "1767225600000");
    });
  };
  const report::RunResult result = play(own);
  EXPECT_THAT(early, testing::ElementsAre(false, true));
  EXPECT_EQ(result.ledger.delivered, result.ledger.expected);
}

TEST(Fleet, ChargesTheWayBetweenRegions) {
  SimulateOptions own = fleet(2, kTalk);
  own.world.fleet.regions = {{.name = "north", .share = 0.5, .nodes = 1},
                             {.name = "south", .share = 0.5, .nodes = 1}};
  own.world.fleet.ways = {{.one = 0, .other = 1, .latency = Distribution::constant(0.080)}};
  const auto send = play(own).find_operation("send")->latency_ns;
  // People connect to their own region's node; their sessions and chats are there or not.
  EXPECT_GE(send.max, 320'000'000);
  EXPECT_LT(send.max, 400'000'000);
  EXPECT_LT(send.p50, 200'000'000);
}

TEST(Fleet, LetsBytesQueueForTheirLine) {
  SimulateOptions own = fleet(2, kTalk);
  const auto fast = play(own).find_operation("send")->latency_ns;
  own.world.network.bandwidth = 2'000;
  const auto slow_lines = play(own).find_operation("send")->latency_ns;
  EXPECT_GT(slow_lines.p50, fast.p50 + 100'000'000);  // a send has some 200 bytes with its headers
  own.world.network.bandwidth = 0;
  own.world.fleet.inside.bandwidth = 20'000;
  EXPECT_GT(play(own).find_operation("send")->latency_ns.max, fast.max + 30'000'000);
}

TEST(Fleet, GoesTheSameWayUnderTheSameSeed) {
  SimulateOptions own = fleet(3);
  own.world.faults = hard_world().faults;
  const report::RunResult once = play(own);
  EXPECT_EQ(figures(play(own)), figures(once));
}

TEST(Fleet, KeepsEachPromiseThroughDeaths) {
  for (const BalancerPolicy policy : {BalancerPolicy::kRoundRobin, BalancerPolicy::kHash}) {
    SimulateOptions own = fleet(3);
    own.world = hard_world();
    own.world.fleet.nodes = 3;
    own.world.fleet.zones = 3;
    own.world.fleet.policy = policy;
    own.world.faults.push_back({.kind = FaultKind::kNodesParted,
                                .at = {},
                                .times = 2,
                                .lasts = Distribution::uniform(0.05, 3)});
    own.world.faults.push_back({.kind = FaultKind::kClockOff,
                                .at = {},
                                .times = 2,
                                .lasts = Distribution::uniform(0.05, 3),
                                .by = -5});
    own.world.faults.push_back(
        {.kind = FaultKind::kZoneLost, .at = {}, .lasts = Distribution::uniform(0.05, 3)});
    own.world.fleet.inside.latency = Distribution::uniform(0.001, 0.1);
    const SearchOutcome outcome = search_faults(own, {1, 4}, [](std::uint64_t) {});
    EXPECT_EQ(outcome.error, "");
    EXPECT_FALSE(outcome.broken) << testing::PrintToString(outcome.broken->result.ledger.examples);
  }
}

}  // namespace
}  // namespace throng::simulate
