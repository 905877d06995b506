#include "loadgen/capacity/cost_use.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <functional>

#include "loadgen/capacity/chat_inputs.hpp"
#include "loadgen/pacing/random.hpp"
#include "tests/loadgen/capacity/sample_estimate.hpp"

namespace throng::capacity {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr double kMessage = 40e-6;
constexpr double kDelivery = 8e-6;
constexpr double kHeartbeat = 5e-6;

using Change = std::function<void(report::TargetOperations& done)>;

// Runs of several mixes, whose costs are known; all texts have 100 bytes.
std::vector<EvidenceRun> runs(
    int count, const Change& change = [](auto&) {}) {
  pacing::Random random(1, 1);
  std::vector<EvidenceRun> all;
  for (int i = 0; i < count; ++i) {
    EvidenceRun each = sample_evidence(std::to_string(i) + "/run.json");
    each.run.ledger.expected = 1;  // of no load that a single figure could be of
    report::TargetOperations done;
    done.messages = 1000 + 20'000 * random.uniform01();
    done.deliveries = done.messages * (1 + 20 * random.uniform01());
    done.receipts = 2 * done.deliveries;
    done.heartbeats = 50'000 * random.uniform01();
    change(done);
    report::TargetMeasured& measured = *each.run.target.measured;
    measured.operations = done;
    measured.connections = 0;
    each.run.time.measured_s = 0;
    measured.cpu_s =
        (kMessage * done.messages + kDelivery * done.deliveries + kHeartbeat * done.heartbeats) *
        (1 + 0.002 * random.normal());
    all.push_back(std::move(each));
  }
  return all;
}

// 1,000 messages, 9,000 deliveries, 18,000 receipts and 20,000 heartbeats a second.
constexpr const char* kLoad =
    "estimate { service = 'chat', scenario = 'evening', tolerance = '5%' }\n"
    "input.messages_per_day = '86.4M messages/day'\n"
    "input.peak_to_mean, input.fan_out, input.receipts = 1, 9, 2\n"
    "input.message_bytes, input.heartbeat = '100 B/message', '50 ms'\n"
    "claim { says = 'x', of = 'cores_peak', is = '0.212 cores', from = 'y' }\n";

Assessment judged(std::vector<EvidenceRun> evidence, const std::string& more = "") {
  return assess(estimate_of(kLoad + more), std::move(evidence), {});
}

const UsedCost& cpu(const Assessment& all) { return all.costs.front(); }

TEST(CostUse, NeedsAllThatTheLoadHasInBoth) {
  const Assessment all = judged(runs(12));
  // Nobody said how many connections there are, and so how many signs of life.
  EXPECT_THAT(cpu(all).why_unused, HasSubstr("it needs input.concurrent_share, input.dau"));
  const Assessment whole =
      judged(runs(12), "input.dau, input.concurrent_share, input.sessions = 1000, 1, 1");
  EXPECT_THAT(cpu(whole).why_unused, HasSubstr("no run had connections, the estimate has"));
}

TEST(CostUse, AFitTellsWhatTheLoadTakes) {
  const auto connected = [](std::vector<EvidenceRun> all) {
    pacing::Random random(2, 1);
    for (EvidenceRun& each : all) {
      each.run.target.measured->connections = 1000 * (1 + random.uniform01());
      each.run.time.measured_s = 10 * (1 + random.uniform01());
    }
    return all;
  };
  const Assessment all =
      judged(connected(runs(14)), "input.dau, input.concurrent_share, input.sessions = 1000, 1, 1");
  ASSERT_THAT(cpu(all).why_unused, IsEmpty());
  const double truth = 1000 * kMessage + 9000 * kDelivery + 20'000 * kHeartbeat;
  const auto cores = value_of(all, "cores_peak");
  ASSERT_TRUE(cores.has_value());
  EXPECT_NEAR(cores->p50, truth, 0.03 * truth);
  const Finding& finding = all.findings.front();
  EXPECT_EQ(finding.verdict, Verdict::kConfirmed) << finding.reason;
  EXPECT_EQ(finding.basis, Basis::kMeasurement);
  EXPECT_THAT(finding.evidence, Contains(HasSubstr("a fit to 14 runs: cpu_per_message = ")));
  EXPECT_THAT(finding.formula, HasSubstr("messages_per_s_peak × fitted.cpu_per_message"));
}

TEST(CostUse, OtherProportionsThanTheRunsHadAreRefused) {
  const Assessment all = judged(runs(12, [](auto& done) { done.receipts = done.deliveries; }));
  EXPECT_THAT(cpu(all).why_unused,
              HasSubstr("the runs had receipts = 1 × deliveries; the estimate has 2 to 2 times"));
}

TEST(CostUse, ABadFitIsNoEvidence) {
  std::vector<EvidenceRun> evidence = runs(12);
  for (EvidenceRun& each : evidence) {
    each.run.target.measured->cpu_s = 0.1 * std::pow(*each.run.target.measured->cpu_s, 2);
  }
  EXPECT_THAT(cpu(judged(evidence)).why_unused, HasSubstr("% away from it"));
}

TEST(CostUse, WhatMayCostNothingIsNoEvidence) {
  std::vector<EvidenceRun> evidence = runs(12);
  for (std::size_t i = 0; i < evidence.size(); ++i) {
    evidence[i].run.target.measured->connections = 100.0 * double(1 + i);
    evidence[i].run.target.measured->resident_bytes = 3e6;
  }
  const Assessment all =
      judged(evidence, "input.dau, input.concurrent_share, input.sessions = 9, 1, 1");
  EXPECT_THAT(all.costs.back().why_unused, HasSubstr("may cost nothing"));
}

TEST(CostUse, TheServerItselfMustBeToldApart) {
  std::vector<EvidenceRun> evidence = runs(12);
  for (EvidenceRun& each : evidence) {
    each.run.target.measured->connections = 100;
    each.run.target.measured->resident_bytes = 3e6;
  }
  const Assessment all =
      judged(evidence, "input.dau, input.concurrent_share, input.sessions = 9, 1, 1");
  EXPECT_THAT(all.costs.back().why_unused,
              HasSubstr("the runs had process = 0.01 × connections: what the server itself takes"));
}

TEST(CostUse, TooFewRunsAreNoFit) {
  EXPECT_THAT(cpu(judged(runs(3))).why_unused, HasSubstr("3 runs can't tell"));
  EXPECT_THAT(cpu(judged({})).why_unused, HasSubstr("no run tells what was spent"));
}

TEST(CostUse, RunsThatDoNotCountAreNotFitted) {
  std::vector<EvidenceRun> all = runs(12);
  for (EvidenceRun& each : all) each.run.scenario.name = "another";
  EXPECT_THAT(cpu(judged(all)).model.rows, IsEmpty());
}

}  // namespace
}  // namespace throng::capacity
