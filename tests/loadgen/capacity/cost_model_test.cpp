#include "loadgen/capacity/cost_model.hpp"

#include <gmock/gmock.h>

#include <functional>
#include <stdexcept>

#include "loadgen/pacing/random.hpp"
#include "tests/loadgen/capacity/sample_estimate.hpp"

namespace throng::capacity {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const Resource& resource(std::string_view name) {
  for (const Resource& each : resources()) {
    if (each.name == name) return each;
  }
  throw std::logic_error("no such resource");
}

double& at(FeatureCounts& counts, Feature feature) {
  return counts[static_cast<std::size_t>(feature)];
}

using Mix = std::function<void(FeatureCounts& counts, pacing::Random& random)>;

// True costs, in seconds of CPU.
constexpr double kMessage = 40e-6;
constexpr double kDelivery = 8e-6;
constexpr double kReceipt = 3e-6;

// Runs of several rates and mixes, each with an error that is relative to what it spent.
std::vector<CostRow> rows(const Mix& mix, double noise = 0.01, std::uint64_t seed = 1,
                          int count = 12) {
  pacing::Random random(seed, 7);
  std::vector<CostRow> all;
  for (int i = 0; i < count; ++i) {
    CostRow row{std::to_string(i) + "/run.json", {}};
    FeatureCounts& counts = row.reading.counts;
    at(counts, Feature::kMessages) = 1000 + 20'000 * random.uniform01();
    mix(counts, random);
    row.reading.spent =
        (kMessage * at(counts, Feature::kMessages) + kDelivery * at(counts, Feature::kDeliveries) +
         kReceipt * at(counts, Feature::kReceipts)) *
        (1 + noise * random.normal());
    all.push_back(row);
  }
  return all;
}

// Groups of different sizes, read by different shares of their members.
const Mix kMixed = [](FeatureCounts& counts, pacing::Random& random) {
  const double messages = at(counts, Feature::kMessages);
  at(counts, Feature::kDeliveries) = messages * (1 + 20 * random.uniform01());
  at(counts, Feature::kReceipts) = messages * 30 * random.uniform01();
};

const CostTerm* find(const CostModel& model, const std::string& name) {
  for (const CostTerm& each : model.terms) {
    if (each.name == name) return &each;
  }
  return nullptr;
}

TEST(CostModel, FindsWhatEachThingCosts) {
  const CostModel model = fit_cost(resource("cpu"), rows(kMixed), 1);
  EXPECT_THAT(model.why_none, IsEmpty());
  ASSERT_THAT(model.terms, SizeIs(3));
  EXPECT_NEAR(find(model, "cpu_per_message")->value, kMessage, 0.1 * kMessage);
  EXPECT_NEAR(find(model, "cpu_per_delivery")->value, kDelivery, 0.1 * kDelivery);
  EXPECT_NEAR(find(model, "cpu_per_receipt")->value, kReceipt, 0.1 * kReceipt);
  EXPECT_NEAR(model.residual, 0.01, 0.006);
  EXPECT_THAT(model.ties, IsEmpty());
}

TEST(CostModel, ItsIntervalsHaveTheTruth) {
  int messages = 0;
  int deliveries = 0;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    const CostModel model = fit_cost(resource("cpu"), rows(kMixed, 0.02, seed), seed);
    const auto has = [&](const char* name, double truth) {
      return find(model, name)->low <= truth && truth <= find(model, name)->high;
    };
    messages += has("cpu_per_message", kMessage);
    deliveries += has("cpu_per_delivery", kDelivery);
  }
  EXPECT_GE(messages, 93);
  EXPECT_GE(deliveries, 93);
}

TEST(CostModel, WhatNoRunHadIsSaid) {
  const CostModel model = fit_cost(resource("cpu"), rows(kMixed), 1);
  EXPECT_THAT(model.unseen, ElementsAre(Feature::kText, Feature::kHeartbeats, Feature::kLogins,
                                        Feature::kConnections, Feature::kProcess));
}

TEST(CostModel, WhatAlwaysComesAlongIsNotToldApart) {
  const Mix nine = [](FeatureCounts& counts, pacing::Random& random) {
    at(counts, Feature::kDeliveries) = 9 * at(counts, Feature::kMessages);
    at(counts, Feature::kReceipts) =
        at(counts, Feature::kDeliveries) * (1.98 + 0.02 * random.uniform01());
  };
  const CostModel model = fit_cost(resource("cpu"), rows(nine), 1);
  ASSERT_THAT(model.terms, SizeIs(1)) << "one cost of a message, with all that it brings";
  EXPECT_NEAR(model.terms[0].value, kMessage + 9 * kDelivery + 17.9 * kReceipt, 2e-6);
  ASSERT_THAT(model.ties, SizeIs(2));
  EXPECT_EQ(model.ties[0].text(), "deliveries = 9 × messages");
  EXPECT_THAT(model.ties[1].text(), HasSubstr("receipts = 17."));
  FeatureCounts counts{};
  at(counts, Feature::kMessages) = 10;
  EXPECT_NEAR(model.ties[0].expected(counts), 90, 1e-6);
}

TEST(CostModel, ADifferenceOfOthersIsRefused) {
  const Mix difference = [](FeatureCounts& counts, pacing::Random& random) {
    const double messages = at(counts, Feature::kMessages);
    at(counts, Feature::kDeliveries) = messages * (2 + 20 * random.uniform01());
    at(counts, Feature::kReceipts) = at(counts, Feature::kDeliveries) - messages;
  };
  const CostModel model = fit_cost(resource("cpu"), rows(difference), 1);
  EXPECT_THAT(model.terms, IsEmpty());
  EXPECT_EQ(model.why_none,
            "what receipts cost can't be told from messages, deliveries: play them in other "
            "proportions");
}

TEST(CostModel, TooFewRunsAreRefused) {
  const CostModel model = fit_cost(resource("cpu"), rows(kMixed, 0.01, 1, 4), 1);
  EXPECT_THAT(model.terms, IsEmpty());
  EXPECT_EQ(model.why_none, "4 runs can't tell 3 costs apart: at least 5 are needed");
  EXPECT_EQ(fit_cost(resource("cpu"), {}, 1).why_none, "no run tells what was spent, and on what");
}

TEST(CostModel, PredictsTheOtherHalf) {
  const auto test = back_test(resource("cpu"), rows(kMixed));
  ASSERT_TRUE(test.has_value());
  EXPECT_EQ(test->predicted, 6u);
  EXPECT_LT(test->mean, 0.03);
  EXPECT_LT(std::abs(test->worst), 0.05);
  EXPECT_FALSE(back_test(resource("cpu"), rows(kMixed, 0.01, 1, 6)).has_value());
}

TEST(CostModel, AWrongLawShowsInTheBackTest) {
  std::vector<CostRow> squared = rows(kMixed);
  for (CostRow& row : squared) row.reading.spent *= row.reading.spent;
  const auto test = back_test(resource("cpu"), squared);
  ASSERT_TRUE(test.has_value());
  EXPECT_GT(test->mean, 0.1);
}

TEST(CostFeatures, ReadsWhatWasSpentAndOnWhat) {
  report::RunResult run = sample_evidence().run;
  EXPECT_EQ(resource("cpu").read(run), std::nullopt) << "no counts of operations";
  run.time.measured_s = 10;
  report::TargetMeasured& measured = *run.target.measured;
  measured.connections = 50;
  measured.cpu_s = 3;
  measured.table_bytes = 1000;
  measured.log_bytes = 500;
  measured.received_bytes = 70;
  measured.sent_bytes = 30;
  measured.resident_bytes = 4e6;
  measured.operations = {100, 900, 1800, 20, 5};
  measured.operations_and_ramp = {200, 1800, 3600, 40, 55};
  EXPECT_EQ(resource("cpu").read(run)->spent, 3);
  EXPECT_THAT(resource("cpu").read(run)->counts,
              ElementsAre(100, 900, 1800, 100 * 1000, 20, 5, 500, 10));
  EXPECT_EQ(resource("disk").read(run)->spent, 1500);
  EXPECT_THAT(resource("disk").read(run)->counts,
              ElementsAre(200, 1800, 3600, 100 * 200, 40, 55, 0, 0));
  EXPECT_EQ(resource("wire").read(run)->spent, 100);
  EXPECT_EQ(resource("memory").read(run)->spent, 4e6);
  EXPECT_THAT(resource("memory").read(run)->counts, ElementsAre(0, 0, 0, 0, 0, 0, 50, 1));
  measured.operations->receipts = NAN;
  EXPECT_EQ(resource("cpu").read(run), std::nullopt);
}

}  // namespace
}  // namespace throng::capacity
