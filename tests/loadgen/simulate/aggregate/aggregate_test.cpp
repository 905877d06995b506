#include "loadgen/simulate/aggregate/aggregate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "loadgen/report/run_json.hpp"
#include "loadgen/simulate/aggregate/estimate.hpp"
#include "loadgen/simulate/simulate.hpp"
#include "tests/loadgen/simulate/aggregate/sample_traffic.hpp"

namespace throng::simulate {
namespace {

using pacing::Distribution;
using testing::HasSubstr;

/// A load that both fidelities can play: pairs and groups of five.
constexpr const char* kTalk = R"(-- People write to each other in pairs and in groups.
scenario {
  users = 300, duration = "60s", ramp = "1s", friends = { per_user = 5 },
  groups = { per_user = 2, size = 5 }, reading = { chance = 0.5, after = "200ms" },
  thresholds = { "send.errors == 0", "deliver.p99 < 1s" },
}
local rhythm = poisson("3s")
population { messages = rhythm, direct = 0.7, bytes = 40 }
function user(me)
  me:login()
  for _ in me:every(rhythm) do
    local chat = me:chance(0.7) and me:friend() or me:group()
    if chat then me:send(chat, 40) end
  end
end
)";

play::RunOptions run_options(const std::string& script = kTalk) {
  play::RunOptions run;
  run.source = source_of(script);
  run.handle_signals = false;
  return run;
}

/// Cores that have much to do at such a rate.
World slow_world() {
  World world = load_world("", "");
  world.costs.message = Distribution::lognormal_with_mean(2e-3, 0.5);
  world.costs.delivery = Distribution::lognormal_with_mean(1e-3, 0.5);
  world.costs.receipt = Distribution::lognormal_with_mean(1e-3, 0.5);
  return world;
}

AggregateOptions options(const std::string& script = kTalk) {
  return {.run = run_options(script), .world = slow_world(), .nodes = 1};
}

report::RunResult play(const AggregateOptions& options) {
  play::RunOutcome outcome = aggregate(options);
  EXPECT_EQ(outcome.error, "");
  return outcome.result ? std::move(*outcome.result) : report::RunResult{};
}

/// But for what is about this machine and the time of day.
std::string figures(report::RunResult result) {
  result.machine = {};
  result.time.started.clear();
  result.generator = {};
  result.simulation->real_s = result.simulation->virtual_per_real = 0;
  return report::write_run_json(result);
}

TEST(Aggregate, SaysWhatItIsAndWhatItCannotKnow) {
  const report::RunResult result = play(options());
  EXPECT_EQ(result.clock, report::Clock::kVirtual);
  EXPECT_EQ(result.simulation->fidelity, "aggregate");
  EXPECT_EQ(result.verdict, report::Verdict::kPass);
  EXPECT_FALSE(result.ledger.kept);
  ASSERT_TRUE(result.simulation->aggregate);
  EXPECT_THAT(result.simulation->aggregate->sample.thinned,
              HasSubstr("8 independent replications"));
  EXPECT_THAT(result.simulation->aggregate->unknown, testing::Contains(HasSubstr("a ledger")));
  const std::string json = report::write_run_json(result);
  EXPECT_THAT(json, HasSubstr("\"ledger\": {\n    \"kept\": false\n  }"));
  EXPECT_EQ(report::write_run_json(*report::read_run_json(json, "run.json")), json);
}

TEST(Aggregate, IsTheSameUnderTheSameSeedOnAnyNumberOfThreads) {
  AggregateOptions own = options();
  own.run.threads = 1;
  const report::RunResult once = play(own);
  own.run.threads = 3;
  EXPECT_EQ(figures(play(own)), figures(once));
  own.run.seed = 2;
  EXPECT_NE(play(own).simulation->trace_hash, once.simulation->trace_hash);
}

/// Several simulations of people who are played one by one.
std::vector<report::RunResult> play_exactly(const World& world) {
  std::vector<report::RunResult> results;
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    SimulateOptions own{.run = run_options(), .world = world};
    own.run.seed = seed;
    play::RunOutcome outcome = simulate(own);
    EXPECT_EQ(outcome.error, "");
    if (outcome.result) results.push_back(std::move(*outcome.result));
  }
  return results;
}

template <class Figure>
report::Estimate figure_of(const std::vector<report::RunResult>& results, Figure&& figure) {
  std::vector<double> values;
  for (const report::RunResult& each : results) values.push_back(figure(each));
  return estimate_of(values);
}

// As a table, for docs/simulation.md.
void expect_agreement(const std::string& what, const report::Estimate& added_up,
                      const report::Estimate& exact) {
  SCOPED_TRACE(what);
  testing::Test::RecordProperty(what, std::to_string(added_up.value / exact.value));
  EXPECT_NEAR(added_up.value, exact.value, 0.05 * exact.value)
      << added_up.low << " to " << added_up.high << ", exact " << exact.low << " to " << exact.high;
}

TEST(Aggregate, AgreesWithPeopleWhoArePlayedOneByOne) {
  const report::RunResult result = play(options());
  const report::AggregateInfo& info = *result.simulation->aggregate;
  const auto exact = play_exactly(slow_world());
  expect_agreement("core_busy", info.regions[0].core_busy,
                   figure_of(exact, [](const report::RunResult& each) {
                     return each.simulation->core_busy_ratio;
                   }));
  for (const std::string name : {"send", "deliver", "receipt_delivered"}) {
    const auto found =
        std::ranges::find(info.day, name, [](const auto& each) { return each.first; });
    ASSERT_NE(found, info.day.end());
    expect_agreement(name, found->second.mean, figure_of(exact, [&](const report::RunResult& each) {
                       return double(each.find_operation(name)->latency_ns.mean);
                     }));
    const double rate = result.find_operation(name)->rate_per_s;
    expect_agreement(name + "_rate", {rate, rate, rate},
                     figure_of(exact, [&](const report::RunResult& each) {
                       return each.find_operation(name)->rate_per_s;
                     }));
  }
}

TEST(Aggregate, FindsTheNodesThatHoldTheThresholds) {
  constexpr const char* kMany = R"(
    scenario { users = "100k", duration = "10m", friends = { per_user = 2 },
               thresholds = { "deliver.p99 < 50ms" } }
    population { messages = "20s" }
    function user(me) me:login() end)";
  AggregateOptions own = options(kMany);
  own.nodes.reset();
  const report::RunResult result = play(own);
  const report::AggregateInfo& info = *result.simulation->aggregate;
  EXPECT_TRUE(info.nodes_found);
  // 5,000 a second of 5 ms each keep 12.5 nodes of two cores busy.
  EXPECT_GT(info.nodes, 13u);
  EXPECT_LT(info.nodes, 40u);
  EXPECT_LT(info.peak.front().second.p99.value, 50e6);
  EXPECT_NEAR(result.find_operation("send")->rate_per_s, 5'000, 100);
  own.nodes = info.nodes * 7 / 8;
  EXPECT_EQ(play(own).verdict, report::Verdict::kFail);
}

TEST(Aggregate, ShowsAnOverload) {
  AggregateOptions own = options(R"(
    scenario { users = "1M", duration = "1m", friends = { per_user = 2 } }
    population { messages = "20s" }
    function user(me) me:login() end)");
  own.nodes = 10;
  const report::RunResult result = play(own);
  EXPECT_EQ(result.verdict, report::Verdict::kInvalid);
  ASSERT_EQ(result.validity.reasons.size(), 1u);
  // 50,000 a second of 5 ms each, on 20 cores.
  EXPECT_THAT(result.validity.reasons[0], HasSubstr("the cores of everywhere have 12.5 s of work"));
}

TEST(Aggregate, FailsThresholdsOnALedger) {
  AggregateOptions own = options();
  own.run.thresholds = {"ledger.lost == 0"};
  const report::RunResult result = play(own);
  EXPECT_EQ(result.verdict, report::Verdict::kFail);
  EXPECT_EQ(result.thresholds.back().note, "no ledger was kept");
}

std::string problem(const AggregateOptions& options) { return aggregate(options).error; }

TEST(Aggregate, RefusesWhatItCannotPlay) {
  AggregateOptions faulty = options();
  faulty.world.faults.push_back({.at = {}, .lasts = Distribution::constant(1)});
  EXPECT_THAT(problem(faulty), HasSubstr("has faults"));
  EXPECT_THAT(problem(options("scenario { users = 1, duration = 1 }\nfunction user(me) end")),
              HasSubstr("people.lua:2: user(me) tells of one person"));
  AggregateOptions aimless = options(R"(
    scenario { users = 10, duration = 1, friends = { per_user = 2 } }
    population { messages = 1 }
    function user(me) end)");
  aimless.nodes.reset();
  EXPECT_THAT(problem(aimless), HasSubstr("no thresholds"));
  AggregateOptions strict = options();
  strict.run.thresholds = {"send.p50 < 1us"};
  strict.nodes.reset();
  EXPECT_THAT(problem(strict), HasSubstr("no number of nodes holds the thresholds"));
}

}  // namespace
}  // namespace throng::simulate
