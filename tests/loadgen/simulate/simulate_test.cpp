#include "loadgen/simulate/simulate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "loadgen/simulate/fault_search.hpp"
#include "loadgen/simulate/node_shard.hpp"
#include "protocol/codec.hpp"
#include "server/storage/memory_directory.hpp"
#include "server/storage/memory_message_log.hpp"
#include "tests/loadgen/simulate/small_world.hpp"

namespace throng::simulate {
namespace {

using pacing::Distribution;
using pacing::Duration;
using std::chrono::seconds;
using testing::HasSubstr;

TEST(Simulate, LosesNothing) {
  const report::RunResult result = play(options());
  EXPECT_GT(result.ledger.sent, 400u);
  EXPECT_EQ(result.ledger.acked, result.ledger.sent);
  EXPECT_EQ(result.ledger.delivered, result.ledger.expected);
  EXPECT_EQ(result.ledger.lost, 0u);
  EXPECT_EQ(result.verdict, report::Verdict::kPass)
      << testing::PrintToString(result.validity.reasons);
  EXPECT_EQ(result.clock, report::Clock::kVirtual);
  EXPECT_GE(result.simulation->virtual_s, 22);
  EXPECT_EQ(result.simulation->fidelity, "exact");
}

TEST(Simulate, GoesTheSameWayUnderTheSameSeed) {
  SimulateOptions own = options();
  own.world = hard_world();
  own.run.seed = 3;
  const report::RunResult once = play(own);
  EXPECT_EQ(figures(play(own)), figures(once));
  own.run.seed = 4;
  EXPECT_NE(play(own).simulation->trace_hash, once.simulation->trace_hash);
}

TEST(Simulate, ChargesCoresDiskAndNetwork) {
  SimulateOptions own = options();
  own.world.network.latency = Distribution::constant(0.010);
  own.world.disk.sync = Distribution::constant(0.005);
  own.world.costs.message = Distribution::constant(0.002);
  const report::RunResult result = play(own);
  // There and back, the rules' core, the disk: nobody waits for anybody at this rate, mostly.
  const auto& send = result.find_operation("send")->latency_ns;
  EXPECT_GE(send.p50, 27'000'000);
  EXPECT_LE(send.p50, 32'000'000);
  EXPECT_GE(result.find_operation("deliver")->latency_ns.p50, 27'000'000);
}

SimulateOptions free_talk() {
  SimulateOptions own = options(kTalk);
  own.world = free_world();
  own.run.warm_up = Duration::zero();
  return own;
}

TEST(Simulate, ChargesADeliveryForWhomItIsWrittenTo) {
  SimulateOptions own = free_talk();
  own.world.costs.delivery = Distribution::constant(0.001);
  const report::RunResult result = play(own);
  EXPECT_GT(result.ledger.delivered, 200u);
  EXPECT_NEAR(charged_s(result), 0.001 * static_cast<double>(result.ledger.delivered), 1e-6);
}

TEST(Simulate, ChargesAReceiptForWhomItIsPassedOnTo) {
  SimulateOptions own = free_talk();
  own.world.costs.receipt = Distribution::constant(0.001);
  std::size_t receipts = 0;
  own.watch = [&](Duration, users::UserNumber, bool says, std::string_view text) {
    if (says) return;
    protocol::for_each_line(
        text, [&](std::string_view line) { receipts += line.starts_with(R"({"op":"receipt)"); });
  };
  const report::RunResult result = play(own);
  EXPECT_GT(receipts, 200u);
  EXPECT_NEAR(charged_s(result), 0.001 * static_cast<double>(receipts), 1e-6);
}

TEST(Simulate, ChargesNothingForWhatAnEarlierLifeWasTold) {
  SimulateOptions own = free_talk();
  own.world.costs.login = Distribution::constant(0.001);
  // What people say while they are cut off comes to a node that knows them no longer.
  own.world.faults = {
      {.kind = FaultKind::kPartition, .at = seconds(8), .lasts = Distribution::constant(5)},
      {.kind = FaultKind::kNodeDies, .at = seconds(9), .lasts = Distribution::constant(1)}};
  const report::RunResult result = play(own);
  EXPECT_EQ(result.users.logins, 40u);
  EXPECT_NEAR(charged_s(result), 0.001 * 20, 1e-6);  // the first time is in the ramp
}

TEST(NodeShard, DrawsOtherCostsInEachLife) {
  EXPECT_NE(cost_stream(0, 1), cost_stream(0, 2));
  EXPECT_NE(cost_stream(0, 2), cost_stream(1, 1));
}

TEST(Simulate, QueuesWhatCoresCantDo) {
  SimulateOptions own = options();
  own.world.cores = 1;
  own.world.costs.message = Distribution::constant(0.05);  // 40 a second are offered, 20 done
  const report::RunResult result = play(own);
  EXPECT_GT(result.find_operation("send")->latency_ns.p50, 1'000'000'000);
  EXPECT_GT(result.simulation->core_queue_max, 20u);
  EXPECT_GT(result.simulation->core_busy_ratio, 0.99);
  EXPECT_LE(result.simulation->core_busy_ratio, 1);
  EXPECT_EQ(result.ledger.lost, 0u);
}

TEST(Simulate, SurvivesTheDeathOfTheNode) {
  SimulateOptions own = options();
  own.world.faults = {
      {.kind = FaultKind::kNodeDies, .at = seconds(10), .lasts = Distribution::constant(3)}};
  const report::RunResult result = play(own);
  EXPECT_GT(result.find_operation("connect")->error_count(), 0u);
  EXPECT_EQ(result.ledger.lost, 0u);
  EXPECT_EQ(result.ledger.unresolved, 0u);
  EXPECT_EQ(result.ledger.duplicated, 0u);
}

TEST(Simulate, PlansNothingTwice) {
  SimulateOptions own = options();
  own.run.users = 2'000;
  own.run.ramp = seconds(1);
  own.run.duration = seconds(3);
  const report::RunResult result = play(own);
  const std::uint64_t done = result.ledger.sent + result.ledger.delivered + result.users.logins;
  EXPECT_GT(done, 8'000u);
  EXPECT_LT(result.simulation->events, 30 * done);
}

TEST(Simulate, RefusesWhatHasNoMeaningInVirtualTime) {
  const play::RunOutcome outcome = simulate(options(R"(scenario { users = 1, duration = "1s" }
function user(me)
  me:login()
  me:upload(100)
end
)"));
  EXPECT_EQ(outcome.code, play::ExitCode::kUsage);
  EXPECT_THAT(outcome.error, HasSubstr("pairs.lua:4:"));
  EXPECT_THAT(outcome.error, HasSubstr("virtual time"));
}

TEST(Simulate, EndsWhenTimeStandsStill) {
  SimulateOptions own = options();
  own.world = free_world();
  own.world.network.latency = Distribution::constant(0);
  own.world.clients = {Duration::zero(), Duration::zero()};
  own.world.faults = {
      {.kind = FaultKind::kNodeDies, .at = seconds(10), .lasts = Distribution::constant(3)}};
  const play::RunOutcome outcome = simulate(own);
  EXPECT_EQ(outcome.code, play::ExitCode::kUsage);
  EXPECT_THAT(outcome.error, HasSubstr("virtual time stands still"));
}

TEST(Simulate, EndsWhenItIsTold) {
  SimulateOptions own = options();
  own.run.duration = std::chrono::hours(24 * 365);
  int asked = 0;
  own.run.interrupted = [&] { return ++asked > 100; };
  const report::RunResult result = play(own);
  EXPECT_TRUE(result.interrupted);
  EXPECT_EQ(result.ledger.lost, 0u);
}

TEST(Simulate, TellsOnlyOfFaultsThatBegan) {
  SimulateOptions own = options();
  const Distribution lasts = Distribution::constant(1);
  own.world.faults = {{.kind = FaultKind::kNodeDies, .at = seconds(1), .lasts = lasts},
                      {.kind = FaultKind::kNodeDies, .at = seconds(20), .lasts = lasts}};
  EXPECT_EQ(play(own).simulation->faults.size(), 2u);
  int asked = 0;
  own.run.interrupted = [&] { return ++asked > 100; };  // after 5 s
  EXPECT_THAT(play(own).simulation->faults,
              testing::ElementsAre(testing::StartsWith("node dies at 1.000 s for 1.000 s; ")));
}

TEST(FaultSearch, FindsNothingInTheServersRules) {
  SimulateOptions own = options();
  own.world = hard_world();
  const SearchOutcome outcome = search_faults(own, {1, 5}, [](std::uint64_t) {});
  EXPECT_EQ(outcome.error, "");
  EXPECT_EQ(outcome.seeds, 5u);
  EXPECT_FALSE(outcome.broken) << testing::PrintToString(outcome.broken->result.ledger.examples);
}

/// Forgets a message now and then, as a store with a mistake in it might.
class ForgetfulLog final : public storage::MemoryMessageLog {
 public:
  std::size_t read_forward(chat::ChatId chat, chat::Seq after, chat::Seq through,
                           chat::PageLimit limit, const Visitor& visit) const override {
    return MemoryMessageLog::read_forward(
        chat, after, through, limit,
        [&](const chat::StoredView& view) { return view.seq % 7 == 5 ? true : visit(view); });
  }
};

TEST(FaultSearch, ShowsHowAPromiseWasBroken) {
  SimulateOptions own = options();
  own.world = hard_world();
  own.make_store = [] {
    return Store{std::make_unique<storage::MemoryDirectory>(), std::make_unique<ForgetfulLog>()};
  };
  const SearchOutcome outcome = search_faults(own, {1, 20}, [](std::uint64_t) {});
  EXPECT_EQ(outcome.code, play::ExitCode::kLedger);
  ASSERT_TRUE(outcome.broken);
  const BrokenPromise& broken = *outcome.broken;
  const report::LedgerFigures& ledger = broken.result.ledger;
  EXPECT_GT(ledger.lost + ledger.unresolved, 0u);
  EXPECT_THAT(ledger.examples, testing::Contains(HasSubstr("never reached")));
  EXPECT_EQ(broken.faults.size(), 6u);
  ASSERT_TRUE(broken.chat);
  ASSERT_FALSE(broken.trace.empty());
  EXPECT_THAT(broken.trace, testing::Contains(HasSubstr(R"(says {"op":"send")")));
  for (const std::string& line : broken.trace) {
    EXPECT_THAT(line, HasSubstr(R"("chat":)" + std::to_string(*broken.chat + 1)));
  }
}

}  // namespace
}  // namespace throng::simulate
