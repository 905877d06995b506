#include "loadgen/search/finding.hpp"

#include <gmock/gmock.h>

#include "tests/loadgen/search/synthetic_server.hpp"

namespace throng::search {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const Plan kPlan{.from = 20, .to = 100'000, .budget_s = 600, .shortest_s = 5};

/// A twentieth of what may be, up to a load; fifty times of it above.
Target cliff_at(std::function<double(double at_s)> knee) {
  return with_reading([knee = std::move(knee)](const Probe& probe, double at_s) {
    const bool held = probe.load <= knee(at_s);
    return Reading{held, held ? 0.05 : 50, std::nullopt};
  });
}

Target cliff_at(double knee) {
  return cliff_at([knee](double) { return knee; });
}

Finding search(const Target& target, const Plan& plan = kPlan) {
  return conclude(plan, search_all(plan, target));
}

TEST(Finding, KnowsACliff) {
  for (const double knee : {150.0, 777.0, 4321.0, 60'000.0}) {
    const Finding finding = search(cliff_at(knee));
    ASSERT_TRUE(finding.maximum && finding.confirmed && finding.overload && finding.recovered);
    EXPECT_NEAR(finding.maximum->at / knee, 1, 0.03);
    EXPECT_LT(finding.maximum->half_width(), 0.12);
    EXPECT_LE(finding.confirmed->load, knee);
    EXPECT_EQ(finding.confirmed->measured_s, 60);
    EXPECT_GT(*finding.overload, knee);
  }
  const Finding finding = search(cliff_at(150));
  EXPECT_EQ(finding.verdict, Verdict::kFound);
  EXPECT_THAT(finding.reasons, IsEmpty());
}

// A rate or a mean that grows with the load and has no noise.
TEST(Finding, KnowsAStraightLine) {
  const Finding finding = search(with_reading([](const Probe& probe, double) {
    return Reading{probe.load < 500, probe.load / 500, std::nullopt};
  }));
  EXPECT_EQ(finding.verdict, Verdict::kFound) << testing::PrintToString(finding.reasons);
  EXPECT_NEAR(finding.maximum->at, 500, 3);
}

// Every minute a twentieth of what it can do is gone.
TEST(Finding, TrustsNoTargetThatLeaks) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    pacing::Random random(seed, 1);
    const Finding finding = search(with_reading([&](const Probe& probe, double at_s) {
      return Queue{1, 300 * (1 - 0.05 * at_s / 60), 0.1}.play(probe, random);
    }));
    EXPECT_NE(finding.verdict, Verdict::kFound) << seed;
    EXPECT_THAT(finding.reasons, testing::Not(IsEmpty()));
  }
}

TEST(Finding, NoticesACliffThatComesNearer) {
  const Finding finding =
      search(cliff_at([](double at_s) { return 1000 * (1 - 0.05 * at_s / 60); }));
  EXPECT_EQ(finding.verdict, Verdict::kUnsure);
}

// Once overloaded it manages half of what it did.
TEST(Finding, NoticesHysteresis) {
  bool broken_down = false;
  const Finding finding = search([&](const Probe& probe, double) {
    broken_down = broken_down || probe.stage == Stage::kOverload;
    const bool held = probe.load <= (broken_down ? 550 : 1000);
    Outcome outcome;
    outcome.readings = {Reading{held, held ? 0.05 : 50, std::nullopt}};
    return outcome;
  });
  EXPECT_EQ(finding.verdict, Verdict::kUnsure);
  EXPECT_THAT(finding.reasons, Contains(HasSubstr("hysteresis: after an overload of")));
  EXPECT_NEAR(finding.maximum->at, 1000, 25);
  EXPECT_NEAR(*finding.recovered, 490, 25);
}

TEST(Finding, NeedsTheLongProbeToHold) {
  const Finding finding = search([](const Probe& probe, double) {
    const bool held = probe.load <= 1000 && probe.stage != Stage::kConfirm;
    Outcome outcome;
    outcome.readings = {Reading{held, std::nullopt, std::nullopt}};
    return outcome;
  });
  EXPECT_EQ(finding.verdict, Verdict::kUnsure);
  EXPECT_FALSE(finding.confirmed.has_value());
  EXPECT_THAT(finding.reasons, Contains(HasSubstr("no long probe confirmed")));
}

TEST(Finding, SaysWhenTheKneeIsOutside) {
  const Finding holds = search(cliff_at(1e9));
  EXPECT_EQ(holds.verdict, Verdict::kHolds);
  EXPECT_FALSE(holds.maximum.has_value());
  EXPECT_THAT(holds.reasons, ElementsAre(HasSubstr("the heaviest load, 100000, holds")));
  const Finding breaks = search(cliff_at(1));
  EXPECT_EQ(breaks.verdict, Verdict::kBreaks);
  EXPECT_THAT(breaks.reasons, ElementsAre(HasSubstr("the lightest load, 20, is too much")));
}

TEST(Finding, SaysWhenTheGeneratorWasTheLimit) {
  const Finding finding = search([](const Probe& probe, double) {
    Outcome outcome;
    outcome.valid = probe.load <= 1000;
    outcome.readings = {Reading{true, 0, std::nullopt}};
    return outcome;
  });
  EXPECT_EQ(finding.verdict, Verdict::kLimited);
  EXPECT_GT(finding.lightest_limited, 1000);
  EXPECT_GT(finding.heaviest_held, 640);
}

TEST(Finding, IsUnfinishedWithoutTime) {
  Plan plan = kPlan;
  plan.budget_s = 20;
  EXPECT_EQ(search(cliff_at(50'000), plan).verdict, Verdict::kUnfinished);
  EXPECT_EQ(conclude(plan, {}).verdict, Verdict::kUnfinished);
}

// As SPECjbb has it: the maximum is the first to break, critical the geometric mean.
TEST(Finding, CriticalIsTheMeanOfAllThatBroke) {
  Plan plan = kPlan;
  plan.conditions = 3;
  const Finding finding = search(
      [](const Probe& probe, double) {
        Outcome outcome;
        outcome.readings = {Reading{probe.load <= 900, std::nullopt, std::nullopt},
                            Reading{probe.load <= 1600, std::nullopt, std::nullopt},
                            Reading{true, std::nullopt, std::nullopt}};
        return outcome;
      },
      plan);
  EXPECT_NEAR(finding.maximum->at, 900, 45);
  EXPECT_NEAR(finding.critical->at, 1200, 60);
  EXPECT_EQ(finding.knees[2].where, Knee::Where::kAbove);
}

}  // namespace
}  // namespace throng::search
