#include "loadgen/play/validity.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string_view>
#include <vector>

namespace throng::play {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::int64_t kMs = 1'000'000;

/// A minute at 100 sends a second of 20 ms each, without a flaw.
GenerationFacts flawless() {
  GenerationFacts facts;
  facts.late_release.record(1 * kMs, 6'000);
  facts.cpu_ratio = 0.4;
  facts.wanted_online = 1'000;
  facts.came_online = 1'000;
  facts.sends = 6'000;
  facts.mean_send_s = 0.02;
  facts.mean_in_flight = 2.0;
  facts.measured_s = 60;
  return facts;
}

TEST(Validity, BelievesAFlawlessRun) {
  const auto figures = judge_validity(flawless());
  EXPECT_TRUE(figures.valid);
  EXPECT_THAT(figures.reasons, IsEmpty());
  EXPECT_EQ(figures.late_release_ns.max, 1 * kMs);
  EXPECT_EQ(figures.generator_cpu_ratio, 0.4);
  EXPECT_EQ(figures.achieved_rate_ratio, 1.0);
  ASSERT_TRUE(figures.little_residual);
  EXPECT_NEAR(*figures.little_residual, 0, 1e-9);
}

TEST(Validity, NeedsWorkToBeginOnTime) {
  GenerationFacts facts = flawless();
  facts.late_release.record(100 * kMs, 100);  // at the bound: more than 1 % of all
  EXPECT_TRUE(judge_validity(facts).valid);
  facts.late_release.record(150 * kMs, 100);
  const auto figures = judge_validity(facts);
  EXPECT_FALSE(figures.valid);
  EXPECT_THAT(figures.reasons, ElementsAre(HasSubstr("the generator was late")));
}

TEST(Validity, NeedsCpuToSpare) {
  GenerationFacts facts = flawless();
  facts.cpu_ratio = 0.95;
  EXPECT_TRUE(judge_validity(facts).valid);
  facts.cpu_ratio = 0.96;
  EXPECT_THAT(judge_validity(facts).reasons, ElementsAre(HasSubstr("96 % of its cores")));
  facts.cpu_ratio.reset();
  EXPECT_TRUE(judge_validity(facts).valid) << "there is no CPU in virtual time";
}

TEST(Validity, NeedsThePlannedRate) {
  GenerationFacts facts = flawless();
  facts.unreleased = 60;
  EXPECT_TRUE(judge_validity(facts).valid);
  facts.unreleased = 540;
  const auto figures = judge_validity(facts);
  EXPECT_THAT(figures.reasons, ElementsAre(HasSubstr("of the scheduled work was begun")));
  EXPECT_NEAR(*figures.achieved_rate_ratio, 5'460.0 / 6'000, 1e-9);
}

TEST(Validity, HasNoRateWithoutASchedule) {
  GenerationFacts facts = flawless();
  facts.late_release.reset();
  EXPECT_EQ(judge_validity(facts).achieved_rate_ratio, std::nullopt);
}

TEST(Validity, NeedsItsUsersConnected) {
  GenerationFacts facts = flawless();
  facts.came_online = 990;
  EXPECT_TRUE(judge_validity(facts).valid);
  facts.came_online = 989;
  EXPECT_THAT(judge_validity(facts).reasons, ElementsAre(HasSubstr("989 of the 1000 users")));
}

TEST(Validity, NeedsLittlesLaw) {
  GenerationFacts facts = flawless();
  facts.mean_in_flight = 2.4;  // 2 of them explained
  EXPECT_TRUE(judge_validity(facts).valid);
  facts.mean_in_flight = 4;
  const auto figures = judge_validity(facts);
  EXPECT_THAT(figures.reasons, ElementsAre(HasSubstr("Little's law is missed by 50 %")));
  EXPECT_NEAR(*figures.little_residual, 0.5, 1e-9);
}

TEST(Validity, ForgivesWhatALoopsTurnTakesBetweenSendAndWrite) {
  GenerationFacts facts = flawless();
  facts.mean_send_s = 0.001;
  facts.mean_in_flight = 0.5;  // 4 ms a send that its millisecond doesn't explain
  EXPECT_GT(*little_residual(facts, {}), 0.2);
  EXPECT_TRUE(judge_validity(facts).valid);
}

TEST(Validity, AppliesLittlesLawToSteadyStatesOnly) {
  GenerationFacts facts = flawless();
  facts.mean_in_flight = 4;
  facts.sends = 999;
  EXPECT_EQ(little_residual(facts, {}), std::nullopt) << "too few sends";
  facts = flawless();
  facts.mean_send_s = 3.1;
  EXPECT_EQ(little_residual(facts, {}), std::nullopt) << "sends last too long for a minute";
}

/// A flawless run on a real machine.
GenerationFacts on_a_machine() {
  GenerationFacts facts = flawless();
  facts.machine.emplace();
  facts.machine->core_wait = seconds(3);
  facts.machine->stolen_ratio = 0.01;
  facts.machine->network = {.sent = 100'000,
                            .retransmitted = 900,
                            .loss_probes = 800,
                            .connects = 1'000,
                            .listen_drops = 5,
                            .queue_drops = 7};
  return facts;
}

TEST(Validity, BelievesAFlawlessRunOnAMachine) {
  const auto figures = judge_validity(on_a_machine());
  EXPECT_THAT(figures.reasons, IsEmpty());
  EXPECT_NEAR(*figures.core_wait_ratio, 0.05, 1e-9);
  EXPECT_EQ(figures.steal_ratio, 0.01);
  EXPECT_EQ(figures.clock_step_s, 0);
  EXPECT_EQ(figures.suspended_s, 0);
  EXPECT_EQ(figures.network.sent, 100'000u);
  EXPECT_EQ(figures.network.retransmitted, 100u) << "a loss probe isn't a loss";
  EXPECT_EQ(figures.network.listen_drops, 5u);
  EXPECT_EQ(figures.network.queue_drops, 7u);
}

TEST(Validity, HasNoMachineInVirtualTime) {
  const auto figures = judge_validity(flawless());
  EXPECT_EQ(figures.core_wait_ratio, std::nullopt);
  EXPECT_EQ(figures.clock_step_s, std::nullopt);
}

TEST(Validity, NeedsACore) {
  GenerationFacts facts = on_a_machine();
  facts.machine->core_wait = seconds(24);
  EXPECT_TRUE(judge_validity(facts).valid);
  facts.machine->core_wait = seconds(30);
  EXPECT_THAT(judge_validity(facts).reasons,
              ElementsAre(HasSubstr("waited for a core: a thread of it was ready to run and had "
                                    "none in 50 % of the measured time")));
}

TEST(Validity, NeedsTheHypervisorsCores) {
  GenerationFacts facts = on_a_machine();
  facts.machine->stolen_ratio = 0.3;
  EXPECT_TRUE(judge_validity(facts).valid);
  facts.machine->stolen_ratio = 0.35;
  EXPECT_THAT(judge_validity(facts).reasons, ElementsAre(HasSubstr("the hypervisor gave 35 %")));
}

TEST(Validity, NeedsClocksThatNobodySets) {
  GenerationFacts facts = on_a_machine();
  facts.machine->clock_step = milliseconds(100);
  EXPECT_TRUE(judge_validity(facts).valid);
  facts.machine->clock_step = milliseconds(1'500);
  EXPECT_THAT(judge_validity(facts).reasons, ElementsAre(HasSubstr("clock was set by 1.5 s")));
}

TEST(Validity, NeedsAMachineThatIsAwake) {
  GenerationFacts facts = on_a_machine();
  facts.machine->suspended = seconds(20);
  EXPECT_THAT(judge_validity(facts).reasons, ElementsAre(HasSubstr("suspended for 20 s")));
}

TEST(Validity, NeedsANetworkThatKeepsItsSegments) {
  GenerationFacts facts = on_a_machine();
  facts.machine->network.retransmitted += 900;  // 1 % lost
  EXPECT_TRUE(judge_validity(facts).valid);
  facts.machine->network.retransmitted += 1;
  EXPECT_THAT(judge_validity(facts).reasons,
              ElementsAre(HasSubstr("1001 of 100000 TCP segments were sent again")));
  facts = on_a_machine();
  facts.machine->network.queue_drops = 1'001;
  EXPECT_THAT(judge_validity(facts).reasons, ElementsAre(HasSubstr("1001 found a full queue")));
  facts = on_a_machine();
  facts.machine->network.listen_drops = 100;
  EXPECT_THAT(judge_validity(facts).reasons, ElementsAre(HasSubstr("turned 100 connections away")));
}

TEST(Validity, MakesNothingOfAFewLosses) {
  GenerationFacts facts = on_a_machine();
  facts.machine->network = {.sent = 200, .retransmitted = 99, .connects = 1, .listen_drops = 99};
  EXPECT_TRUE(judge_validity(facts).valid);
}

TEST(Validity, NeedsAWorkerThatGoesOn) {
  GenerationFacts facts = flawless();
  facts.pauses.record_turn(seconds(1), seconds(9));  // 9 % of all moments wait for 100 ms
  EXPECT_THAT(judge_validity(facts).reasons, ElementsAre(HasSubstr("the generator stood still")));
  facts.pauses = {};
  facts.pauses.record_turn(milliseconds(90), seconds(1));
  EXPECT_TRUE(judge_validity(facts).valid);
  facts.pauses.record_turn(milliseconds(1'100), seconds(1'000));
  const auto figures = judge_validity(facts);
  EXPECT_THAT(figures.reasons, ElementsAre(HasSubstr("1100 ms at worst")));
  EXPECT_EQ(figures.loop_turn_ns.max, 1'100 * kMs);
}

TEST(Validity, NeedsACollectorThatIsBrief) {
  GenerationFacts facts = flawless();
  facts.workers = 2;
  facts.pauses.collections.record(100 * kMs, 120);
  const auto figures = judge_validity(facts);
  EXPECT_TRUE(figures.valid);
  EXPECT_NEAR(figures.gc_ratio, 0.1, 1e-9);
  facts.pauses.collections.record(1 * kMs, 10);
  EXPECT_THAT(judge_validity(facts).reasons, ElementsAre(HasSubstr("10.0 % of the workers' time")));
  facts.pauses.collections.reset();
  facts.pauses.collections.record(101 * kMs);
  EXPECT_THAT(judge_validity(facts).reasons, ElementsAre(HasSubstr("garbage took 101 ms")));
}

TEST(Validity, NeedsPortsAndDescriptors) {
  GenerationFacts facts = flawless();
  facts.out_of_resources = 1;
  const auto figures = judge_validity(facts);
  EXPECT_THAT(figures.reasons, ElementsAre(HasSubstr("1 connections found no file descriptor")));
  EXPECT_EQ(figures.out_of_resources, 1u);
}

TEST(Validity, CountsConnectionsThatFoundNothingLeft) {
  measure::OperationTally connect;
  EXPECT_EQ(out_of_resources(connect), 0u);
  connect.errors = {{"no_port", 2}, {"no_descriptor", 1}, {"refused", 4}};
  EXPECT_EQ(out_of_resources(connect), 3u);
}

TEST(Validity, GivesAllReasons) {
  GenerationFacts facts = flawless();
  facts.cpu_ratio = 1.0;
  facts.came_online = 0;
  EXPECT_EQ(judge_validity(facts).reasons.size(), 2u);
}

CrewAway crew_with(pacing::Duration clock_error) {
  CrewAway crew;
  crew.threads = 2;
  crew.clock_error = clock_error;
  return crew;
}

TEST(Validity, AddsTheErrorsOfTheTwoWorstClocks) {
  using std::chrono::microseconds;
  const std::vector<CrewAway> crews{crew_with(microseconds(300)), crew_with(microseconds(10)),
                                    crew_with(microseconds(200))};
  GenerationFacts facts = flawless();
  add_crews(crews, facts);
  EXPECT_EQ(judge_validity(facts).clock_uncertainty_ns, 500'000);
  facts = flawless();
  add_crews(std::span(crews).first(1), facts);
  EXPECT_EQ(judge_validity(facts).clock_uncertainty_ns, 0) << "nobody is on another machine";
}

TEST(Validity, NeedsClocksThatAreComparedWell) {
  GenerationFacts facts = flawless();
  facts.deliver_p50_ns = 1 * kMs;
  facts.clock_uncertainty_ns = 1 * kMs;
  EXPECT_TRUE(judge_validity(facts).valid) << "who would feel a millisecond";
  facts.clock_uncertainty_ns = 1 * kMs + 1;
  EXPECT_THAT(judge_validity(facts).reasons, ElementsAre(HasSubstr("the clocks of two crews")));
  facts.deliver_p50_ns = 100 * kMs;
  facts.clock_uncertainty_ns = 10 * kMs;
  EXPECT_TRUE(judge_validity(facts).valid) << "a tenth";
  facts.clock_uncertainty_ns = 10 * kMs + 1;
  EXPECT_FALSE(judge_validity(facts).valid);
}

TEST(Validity, TakesTheWorstOfEachMachine) {
  std::vector<CrewAway> crews{crew_with({}), crew_with({})};
  crews[0].measured_cpu_s = 108;  // of 2 threads, for a minute: 90 %
  crews[0].machine = machine::Facts{seconds(30), 0.1, {}, {}, {1'000, 5, 0, 0, 0, 0}};
  crews[1].machine = machine::Facts{seconds(6), 0.4, {}, seconds(1), {100, 50, 0, 0, 0, 0}};
  GenerationFacts facts = flawless();
  facts.cpu_ratio = 0.1;
  facts.machine = machine::Facts{seconds(3), 0, seconds(2), {}, {10'000, 0, 0, 0, 0, 0}};
  add_crews(crews, facts);
  const auto figures = judge_validity(facts);
  EXPECT_DOUBLE_EQ(*figures.generator_cpu_ratio, 0.9);
  EXPECT_EQ(figures.core_wait_ratio, 0.5);
  EXPECT_EQ(figures.steal_ratio, 0.4);
  EXPECT_EQ(figures.clock_step_s, 2);
  EXPECT_EQ(figures.suspended_s, 1);
  EXPECT_EQ(figures.network.sent, 100u) << "of the machine that lost most";
  EXPECT_EQ(figures.network.retransmitted, 50u);
}

CrewAway crew_on(const machine::NetworkCounters& network) {
  CrewAway crew = crew_with({});
  crew.machine.emplace().network = network;
  return crew;
}

TEST(Validity, TakesTheNetworkThatIsWorstAsItIsJudged) {
  const CrewAway busy = crew_on({1'000'000, 900, 0, 10'000, 90, 0});
  const CrewAway few = crew_on({100, 50, 0, 2, 1, 0});
  const CrewAway lossy = crew_on({2'000, 150, 0, 10, 0, 0});
  const CrewAway full_queues = crew_on({2'000, 0, 0, 10, 0, 150});
  const CrewAway turned_away = crew_on({2'000, 0, 0, 1'000, 150, 0});
  for (const CrewAway& bad : {lossy, full_queues, turned_away}) {
    for (const auto& crews : {std::vector{busy, few, bad}, std::vector{bad, few, busy}}) {
      GenerationFacts facts = flawless();
      facts.machine = machine::Facts();
      add_crews(crews, facts);
      EXPECT_EQ(judge_validity(facts).reasons.size(), 1u);
    }
  }
}

TEST(Validity, SaysWhetherTheGeneratorOrTheTargetWasTheLimit) {
  GenerationFacts facts;
  EXPECT_EQ(judge_validity(facts).limited_by, std::nullopt);
  facts.wanted_online = 1000;
  facts.came_online = 500;
  EXPECT_EQ(judge_validity(facts).limited_by, report::Limit::kTarget);
  facts.cpu_ratio = 0.99;
  EXPECT_EQ(judge_validity(facts).limited_by, report::Limit::kGenerator);
}

TEST(Validity, TellsHowMuchOfItsBoundsWasUsed) {
  GenerationFacts facts = flawless();
  facts.late_release = {};
  facts.late_release.record(25 * kMs, 6'000);
  facts.cpu_ratio = 0.475;
  std::map<std::string_view, double> used;
  for (const BoundUse& each : bounds_used(judge_validity(facts))) used[each.bound] = each.ratio;
  EXPECT_NEAR(used.at("late_release"), 0.25, 0.01);
  EXPECT_NEAR(used.at("cpu"), 0.5, 1e-9);
  EXPECT_EQ(used.at("loop_turn"), 0);
  EXPECT_EQ(used.at("gc"), 0);
  EXPECT_FALSE(used.contains("steal")) << "nobody watched the machine";
}

}  // namespace
}  // namespace throng::play
