#include "loadgen/search/controller.hpp"

#include <gmock/gmock.h>

#include "tests/loadgen/search/synthetic_server.hpp"

namespace throng::search {
namespace {

using testing::ElementsAre;

const Plan kPlan{.from = 100, .to = 100'000, .step = 1, .budget_s = 600, .shortest_s = 5};

/// Breaks above that load, and doesn't say by how much.
Target breaks_above(double knee) {
  return with_reading([knee](const Probe& probe, double) {
    return Reading{probe.load <= knee, std::nullopt, std::nullopt};
  });
}

std::vector<double> loads_of(const std::vector<Outcome>& outcomes, Stage stage) {
  std::vector<double> loads;
  for (const Outcome& each : outcomes) {
    if (each.probe.stage == stage) loads.push_back(each.probe.load);
  }
  return loads;
}

double spent_s(const std::vector<Outcome>& outcomes) {
  double spent_s = 0;
  for (const Outcome& each : outcomes) spent_s += each.cost_s;
  return spent_s;
}

TEST(Controller, DoublesUntilItBreaks) {
  const auto outcomes = search_all(kPlan, breaks_above(1000));
  EXPECT_THAT(loads_of(outcomes, Stage::kUp), ElementsAre(100, 200, 400, 800, 1600));
  EXPECT_EQ(outcomes.front().probe.settle_s, 0);
  EXPECT_EQ(outcomes[1].probe.settle_s, kPlan.settle_s);
  EXPECT_EQ(outcomes[1].probe.warm_up_s, outcomes[1].probe.measured_s / 4);
}

TEST(Controller, PlaysLongerNearTheKnee) {
  const auto outcomes = search_all(kPlan, breaks_above(1000));
  double longest_s = 0;
  double length_far_s = 0;
  for (const Outcome& each : outcomes) {
    if (each.probe.stage != Stage::kNarrow) continue;
    const double away = std::abs(std::log(each.probe.load / 1000));
    if (away < 0.02) longest_s = std::max(longest_s, each.probe.measured_s);
    if (away > 0.2) length_far_s = std::max(length_far_s, each.probe.measured_s);
  }
  EXPECT_EQ(longest_s, kPlan.budget_s / 25);
  EXPECT_LT(length_far_s, longest_s);
  EXPECT_EQ(outcomes.front().probe.measured_s, kPlan.shortest_s);
}

TEST(Controller, ConfirmsOverloadsAndComesBack) {
  const auto outcomes = search_all(kPlan, breaks_above(1000));
  ASSERT_EQ(loads_of(outcomes, Stage::kConfirm).size(), 1);
  const double safe = loads_of(outcomes, Stage::kConfirm)[0];
  EXPECT_GT(safe, 900);
  EXPECT_LE(safe, 1000);
  const std::size_t last = outcomes.size() - 1;
  EXPECT_EQ(outcomes[last - 1].probe.stage, Stage::kOverload);
  EXPECT_GT(outcomes[last - 1].probe.load, 1200);
  EXPECT_EQ(outcomes[last].probe.stage, Stage::kDown);
  EXPECT_NEAR(outcomes[last].probe.load, safe * 0.9, safe * 0.08);
  EXPECT_EQ(outcomes[last].probe.settle_s, 0);
}

TEST(Controller, StaysWithinItsBudget) {
  for (const double budget_s : {60.0, 150.0, 600.0}) {
    Plan plan = kPlan;
    plan.budget_s = budget_s;
    plan.shortest_s = budget_s / 120;
    const auto outcomes = search_all(plan, breaks_above(1000));
    EXPECT_LE(spent_s(outcomes), budget_s);
    EXPECT_GT(spent_s(outcomes), budget_s / 4);
  }
}

TEST(Controller, EndsWhenAllHoldsAndWhenNothingDoes) {
  EXPECT_EQ(search_all(kPlan, breaks_above(1e9)).back().probe.load, kPlan.to);
  EXPECT_THAT(loads_of(search_all(kPlan, breaks_above(1)), Stage::kUp), ElementsAre(100, 100, 100));
}

TEST(Controller, GoesOnAsIfItHadNotBeenInterrupted) {
  const auto outcomes = search_all(kPlan, breaks_above(3000));
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const auto next = next_probe(kPlan, std::span(outcomes).first(i));
    ASSERT_TRUE(next.has_value());
    EXPECT_EQ(next->load, outcomes[i].probe.load);
    EXPECT_EQ(next->measured_s, outcomes[i].probe.measured_s);
  }
}

TEST(Controller, OnlyPlaysWholeUsers) {
  const auto outcomes = search_all(kPlan, breaks_above(1234));
  for (const Outcome& each : outcomes) EXPECT_EQ(each.probe.load, std::round(each.probe.load));
}

// The generator manages 1,000 at most, whatever the target could do.
TEST(Controller, TriesTwiceWhereTheGeneratorWasTheLimitAndStaysBelow) {
  const auto outcomes = search_all(kPlan, [](const Probe& probe, double) {
    Outcome outcome;
    outcome.valid = probe.load <= 1000;
    outcome.readings = {Reading{true, std::nullopt, std::nullopt}};
    return outcome;
  });
  EXPECT_THAT(loads_of(outcomes, Stage::kUp),
              ElementsAre(100, 200, 400, 800, 1600, 1600, 1131, 1131, 951));
  EXPECT_LE(outcomes.size(), 10);
}

TEST(Controller, LooksForEveryConditionsKnee) {
  Plan plan = kPlan;
  plan.conditions = 2;
  const auto outcomes = search_all(plan, [](const Probe& probe, double) {
    Outcome outcome;
    outcome.readings = {Reading{probe.load <= 900, std::nullopt, std::nullopt},
                        Reading{probe.load <= 1500, std::nullopt, std::nullopt}};
    return outcome;
  });
  const Knee first = find_knee(plan, outcomes, 0);
  const Knee second = find_knee(plan, outcomes, 1);
  EXPECT_NEAR(first.interval.at, 900, 45);
  EXPECT_NEAR(second.interval.at, 1500, 75);
  EXPECT_LE(loads_of(outcomes, Stage::kConfirm).back(), 900);
}

}  // namespace
}  // namespace throng::search
