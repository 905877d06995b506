#include "loadgen/capacity/judge.hpp"

#include <gmock/gmock.h>

#include <stdexcept>

#include "tests/loadgen/capacity/sample_estimate.hpp"

namespace throng::capacity {
namespace {

using testing::HasSubstr;

Claim claim(Relation relation, double value, double tolerance) {
  Claim made;
  made.relation = relation;
  made.value = {value, {}};
  made.tolerance = tolerance;
  return made;
}

Position position_of(double p5, double p95, const Claim& of) {
  return position({p5, (p5 + p95) / 2, p95, p95}, of);
}

TEST(Judge, AboutHasATwoSidedTolerance) {
  const Claim about = claim(Relation::kAbout, 100, 0.1);
  EXPECT_EQ(position_of(100, 100, about), Position::kInside);
  EXPECT_EQ(position_of(90, 110, about), Position::kInside);
  EXPECT_EQ(position_of(89, 105, about), Position::kAcross);
  EXPECT_EQ(position_of(80, 120, about), Position::kAcross);
  EXPECT_EQ(position_of(50, 89, about), Position::kOutside);
  EXPECT_EQ(position_of(111, 120, about), Position::kOutside);
}

TEST(Judge, BoundsHaveOneSide) {
  const Claim most = claim(Relation::kAtMost, 100, 0.1);
  EXPECT_EQ(position_of(0, 110, most), Position::kInside);
  EXPECT_EQ(position_of(90, 111, most), Position::kAcross);
  EXPECT_EQ(position_of(111, 120, most), Position::kOutside);
  const Claim least = claim(Relation::kAtLeast, 100, 0.1);
  EXPECT_EQ(position_of(90, 1e9, least), Position::kInside);
  EXPECT_EQ(position_of(89, 100, least), Position::kAcross);
  EXPECT_EQ(position_of(10, 89, least), Position::kOutside);
}

TEST(Judge, TheLastBitDecidesNothing) {
  const Claim exact = claim(Relation::kAbout, 0.3, 0);
  EXPECT_EQ(position_of(0.1 + 0.2, 0.1 + 0.2, exact), Position::kInside);
  EXPECT_EQ(position_of(0, 0, claim(Relation::kAtMost, 0, 0)), Position::kInside);
  EXPECT_EQ(position_of(1, 1, claim(Relation::kAtMost, 0, 0)), Position::kOutside);
}

// The first finding of an estimate whose file goes on with this.
Finding judge(const std::string& text, std::vector<EvidenceRun> evidence = {}) {
  const std::string head =
      "estimate { service = 'chat', scenario = 'evening', tolerance = '5%' }\n"
      "input.dau = '500M users'\ninput.messages_per_user = 40\ninput.message_bytes = 100\n"
      "input.fan_out = 9\ninput.log_factor = 1\ninput.compaction_factor = 1\n";
  return assess(estimate_of(head + text), std::move(evidence), {}).findings.front();
}

TEST(Judge, WhatFollowsFromTheInputsIsConfirmedByArithmetic) {
  const Finding finding =
      judge("claim { says = 'x', of = 'messages_per_day', is = '20B messages/day', from = 'y' }");
  EXPECT_EQ(finding.verdict, Verdict::kConfirmed);
  EXPECT_EQ(finding.basis, Basis::kArithmetic);
  EXPECT_NEAR(*finding.error, 0, 1e-12);
  EXPECT_EQ(finding.formula, "dau × messages_per_user");
}

TEST(Judge, WhatContradictsTheInputsIsRefuted) {
  const Finding finding =
      judge("claim { says = 'x', of = 'messages_per_day', is = '10B messages/day', from = 'y' }");
  EXPECT_EQ(finding.verdict, Verdict::kRefuted);
  EXPECT_DOUBLE_EQ(*finding.error, -0.5);
  EXPECT_EQ(finding.reason, "it is 20B messages/day: the claim is 50% too low");
}

constexpr const char* kStored =
    "input.replicas = 1\n"
    "claim { says = 'x', of = 'stored_per_day', is = '5 TB/day', from = 'y' }\n";

TEST(Judge, AssumedCostsRefuteButDoNotConfirm) {
  const Finding agrees =
      judge(std::string("input.key_bytes = 100\ninput.index_bytes = 50\n") + kStored);
  EXPECT_EQ(agrees.verdict, Verdict::kNotProved);
  EXPECT_EQ(agrees.basis, Basis::kAssumedService);
  EXPECT_THAT(agrees.reason, HasSubstr("key_bytes, index_bytes; give a run as --evidence"));
  const Finding differs =
      judge(std::string("input.key_bytes = 10\ninput.index_bytes = 10\n") + kStored);
  EXPECT_EQ(differs.verdict, Verdict::kRefuted);
}

// 250 B × 20 billion a day.
TEST(Judge, MeasuredCostsConfirm) {
  const Finding finding = judge(kStored, {sample_evidence()});
  EXPECT_EQ(finding.verdict, Verdict::kConfirmed) << finding.reason;
  EXPECT_EQ(finding.basis, Basis::kMeasurement);
  EXPECT_THAT(
      finding.evidence,
      testing::ElementsAre("out/run.json: target.measured.disk_bytes_per_message = 250 B/message"));
}

TEST(Judge, MeasuredCostsCountBeforeAssumedOnes) {
  const Finding finding =
      judge(std::string("input.key_bytes = 1000\ninput.index_bytes = 1000\n") + kStored,
            {sample_evidence()});
  EXPECT_EQ(finding.verdict, Verdict::kConfirmed) << finding.reason;
}

TEST(Judge, WhatIsMissingIsNamed) {
  const Finding finding = judge(kStored);
  EXPECT_EQ(finding.verdict, Verdict::kNotProved);
  EXPECT_FALSE(finding.value.has_value());
  EXPECT_THAT(finding.reason,
              HasSubstr("input.index_bytes and input.key_bytes or a run as evidence"));
}

TEST(Judge, AnIntervalThatReachesAcrossDecidesNothing) {
  const Finding finding = judge(
      "input.concurrent_share = '5%..15%'\n"
      "claim { says = 'x', of = 'concurrent_users', is = '50M users', from = 'y' }");
  EXPECT_EQ(finding.verdict, Verdict::kNotProved);
  EXPECT_THAT(finding.reason, HasSubstr("the inputs don't decide"));
}

TEST(Judge, AnInputIsAnAssumption) {
  const Finding same = judge("claim { says = 'x', of = 'dau', is = '500M users', from = 'y' }");
  EXPECT_EQ(same.verdict, Verdict::kNotProved);
  EXPECT_EQ(same.basis, Basis::kAssumption);
  const Finding other = judge("claim { says = 'x', of = 'dau', is = '400M users', from = 'y' }");
  EXPECT_EQ(other.verdict, Verdict::kRefuted);
  EXPECT_EQ(other.reason, "test.lua:2 says 500M users");
}

TEST(Judge, AClaimOfAnotherDimensionHasAPlace) {
  EXPECT_THAT(
      [] { judge("\nclaim { says = 'x', of = 'dau', is = '5 TB', from = 'y' }"); },
      testing::ThrowsMessage<std::runtime_error>("test.lua:9: dau is in users, the claim in TB"));
}

}  // namespace
}  // namespace throng::capacity
