#include "loadgen/compare/comparison.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

#include "tests/loadgen/compare/samples.hpp"

namespace throng::compare {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::SizeIs;

Comparison judged(const Sides& sides, const Rules& rules = {}) {
  return compare(sides.base, sides.candidate, rules);
}

const Finding& of(const Comparison& all, std::string_view name) {
  const auto found = std::find_if(all.findings.begin(), all.findings.end(),
                                  [&](const Finding& each) { return each.metric->name == name; });
  return *found;
}

TEST(Comparison, PassesWhatIsTheSame) {
  const Comparison all = judged(pairs(10));
  EXPECT_EQ(all.verdict, Verdict::kPass) << verdict_sentence(all);
  EXPECT_THAT(all.findings, SizeIs(kMetrics.size()));
  EXPECT_TRUE(all.footing.paired);
  EXPECT_EQ(all.footing.widening, 1);
}

TEST(Comparison, NamesTheMetricThatIsWorse) {
  const Comparison all = judged(pairs(10, 0.01, only("cpu_per_message", 0.05)));
  EXPECT_EQ(all.verdict, Verdict::kRegression);
  const Finding& cpu = of(all, "cpu_per_message");
  EXPECT_EQ(cpu.verdict, Verdict::kRegression);
  EXPECT_NEAR(cpu.loss, 0.05, 0.015);
  EXPECT_LT(cpu.interval.low, cpu.loss);
  EXPECT_GT(cpu.interval.low, 0.02);
  EXPECT_EQ(of(all, "send.p50").verdict, Verdict::kPass);
  EXPECT_EQ(verdict_sentence(all), "Worse: cpu_per_message.");
}

TEST(Comparison, KnowsThatMoreThroughputIsBetter) {
  EXPECT_EQ(judged(pairs(10, 0.005, only("throughput", 0.03))).verdict, Verdict::kRegression);
  const Comparison better = judged(pairs(10, 0.005, only("throughput", -0.2)));
  EXPECT_EQ(better.verdict, Verdict::kPass);
  EXPECT_GT(of(better, "throughput").candidate, of(better, "throughput").base);
  EXPECT_LT(of(better, "throughput").loss, 0);
}

TEST(Comparison, DoesNotCallWhatIsIrrelevantWorse) {
  const Comparison all = judged(pairs(20, 0.0005, only("send.p50", 0.002)));
  EXPECT_LE(of(all, "send.p50").p, 0.01);
  EXPECT_EQ(all.verdict, Verdict::kPass);
}

TEST(Comparison, SaysWhatItCouldHaveSeenWhereItCannotTell) {
  const Comparison all = judged(pairs(10, 0.2));
  EXPECT_EQ(all.verdict, Verdict::kInconclusive);
  const Finding& p99 = of(all, "send.p99");
  EXPECT_GT(p99.detectable, 0.1);
  EXPECT_LT(p99.detectable, 2);
  EXPECT_THAT(sentence(p99), HasSubstr("the smallest loss seen for sure is"));
}

// In 95 of 100 cases; it is conservative, since the family's metrics depend on each other.
TEST(Comparison, FindsTheDetectableLossMostly) {
  double detectable = 0;
  constexpr int kCases = 40;
  for (int seed = 0; seed < kCases; ++seed) {
    detectable += of(judged(pairs(10, 0.03, {}, 100 + seed)), "send.p99").detectable / kCases;
  }
  int found = 0;
  for (int seed = 0; seed < kCases; ++seed) {
    const Sides sides = pairs(10, 0.03, only("send.p99", std::log1p(detectable)), 200 + seed);
    found += of(judged(sides), "send.p99").verdict == Verdict::kRegression;
  }
  EXPECT_GE(found, kCases * 85 / 100) << detectable;
}

TEST(Comparison, NeedsMoreThanSixPairs) {
  const Values much = only("throughput", 1);
  EXPECT_EQ(judged(pairs(6, 0.01, much)).verdict, Verdict::kInconclusive);
  EXPECT_EQ(of(judged(pairs(6, 0.01, much)), "throughput").detectable, INFINITY);
  EXPECT_EQ(judged(pairs(10, 0.01, much)).verdict, Verdict::kRegression);
}

TEST(Comparison, LeavesOutWhatNotAllRunsHave) {
  Sides sides = pairs(10);
  sides.candidate[3].values[*metric_index("deliver.p99")].reset();
  const Comparison all = judged(sides);
  EXPECT_THAT(all.findings, SizeIs(kMetrics.size() - 1));
  EXPECT_THAT(all.footing.notes, Contains("deliver.p99: not in all runs"));
  for (Sample& each : sides.base) each.values = {};
  EXPECT_THAT(judged(sides).footing.refusals, Contains(HasSubstr("no figure that all runs have")));
}

TEST(Comparison, FindsALedgerThatIsViolatedWorse) {
  Sides sides = pairs(10);
  sides.candidate[3].ledger_holds = false;
  const Comparison all = judged(sides);
  EXPECT_EQ(all.verdict, Verdict::kRegression);
  EXPECT_THAT(verdict_sentence(all), HasSubstr("breaks the ledger in 1 of 10 runs"));
}

TEST(Comparison, DemandsTheThresholdsThatTheBaseMeets) {
  Sides sides = pairs(10);
  for (Sample& each : sides.base) each.thresholds = {{"a < 1", true}, {"b < 1", true}};
  sides.base[3].thresholds["b < 1"] = false;
  for (Sample& each : sides.candidate) each.thresholds = {{"a < 1", true}, {"b < 1", false}};
  EXPECT_EQ(judged(sides).verdict, Verdict::kPass);
  sides.candidate[2].thresholds["a < 1"] = false;
  const Comparison all = judged(sides);
  EXPECT_EQ(all.verdict, Verdict::kRegression);
  EXPECT_EQ(verdict_sentence(all), "The candidate misses \"a < 1\" in 1 run, e.g. candidate-3.");
  EXPECT_THAT(all.findings, SizeIs(kMetrics.size()));
}

TEST(Comparison, FindsSendsThatFailWorse) {
  Sides sides = pairs(10);
  sides.candidate[4].failed_sends = 3;
  EXPECT_EQ(judged(sides).verdict, Verdict::kPass);  // nobody knows whether the base's fail, too
  for (Sample& each : sides.base) each.failed_sends = 0;
  EXPECT_EQ(judged(sides).verdict, Verdict::kRegression);
  sides.base[0].failed_sends = 1;
  EXPECT_EQ(judged(sides).verdict, Verdict::kPass);
}

TEST(Comparison, FindsACandidateThatSpoilsARunWorse) {
  Sides sides = pairs(3);
  sides.candidate[1].problem = "its server ended";
  sides.candidate[1].target_spoiled = true;
  const Comparison all = judged(sides);
  EXPECT_EQ(all.verdict, Verdict::kRegression);
  EXPECT_TRUE(all.findings.empty());
  EXPECT_THAT(verdict_sentence(all), HasSubstr("e.g. candidate-2: its server ended"));
  std::swap(sides.base, sides.candidate);
  EXPECT_TRUE(judged(sides).refused());
}

TEST(Comparison, OfGroupsThatArentPairs) {
  Sides sides = pairs(12, 0.01, only("cpu_per_message", 0.1));
  sides.candidate.pop_back();
  const Comparison all = judged(sides);
  EXPECT_FALSE(all.footing.paired);
  EXPECT_EQ(all.verdict, Verdict::kRegression);
  EXPECT_EQ(of(all, "cpu_per_message").verdict, Verdict::kRegression);
  EXPECT_EQ(of(all, "throughput").verdict, Verdict::kPass);
}

TEST(Comparison, DoublesLimitsOfWhatTookNoTurns) {
  Sides sides = pairs(10, 0.005, only("cpu_per_message", 0.028));
  EXPECT_EQ(judged(sides).verdict, Verdict::kRegression);
  for (Sample& each : sides.candidate) each.started.replace(8, 2, "30");
  const Comparison all = judged(sides);
  EXPECT_EQ(of(all, "cpu_per_message").limit, 0.06);
  EXPECT_EQ(all.verdict, Verdict::kPass);
}

TEST(Comparison, OfRefusedRunsJudgesNothing) {
  Sides sides = pairs(10);
  sides.candidate[0].problem = "it is invalid: late";
  const Comparison all = judged(sides);
  EXPECT_TRUE(all.refused());
  EXPECT_TRUE(all.findings.empty());
}

}  // namespace
}  // namespace throng::compare
