#include "loadgen/play/validity.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace throng::play {
namespace {

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

TEST(Validity, GivesAllReasons) {
  GenerationFacts facts = flawless();
  facts.cpu_ratio = 1.0;
  facts.came_online = 0;
  EXPECT_EQ(judge_validity(facts).reasons.size(), 2u);
}

}  // namespace
}  // namespace throng::play
