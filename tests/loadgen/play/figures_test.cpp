#include "loadgen/play/figures.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace throng::play {
namespace {

using testing::Pair;
using testing::UnorderedElementsAre;

TEST(Figures, SummariseAHistogram) {
  measure::Histogram histogram;
  for (int value = 1; value <= 1'000; ++value) histogram.record(value);
  const report::LatencySummary summary = summarise(histogram);
  EXPECT_EQ(summary.mean, 501);  // 500.5, rounded
  EXPECT_EQ(summary.p50, 500);
  EXPECT_EQ(summary.p90, 900);
  EXPECT_EQ(summary.p99, 990);
  EXPECT_EQ(summary.p999, 999);
  EXPECT_EQ(summary.p9999, 1'000);
  EXPECT_EQ(summary.max, 1'000);
}

TEST(Figures, TakeOverATally) {
  measure::OperationTally tally;
  tally.name = "send";
  tally.count = 300;
  tally.errors = {{"timeout", 2}, {"closed", 1}};
  tally.dropped = 4;
  tally.unresolved = 5;
  tally.latency.record(10, 305);
  const report::OperationFigures figures = operation_figures(tally, 60);
  EXPECT_EQ(figures.count, 300u);
  EXPECT_DOUBLE_EQ(figures.rate_per_s, 5);
  EXPECT_THAT(figures.errors, UnorderedElementsAre(Pair("timeout", 2), Pair("closed", 1)));
  EXPECT_EQ(figures.dropped, 4u);
  EXPECT_EQ(figures.unresolved, 5u);
  EXPECT_EQ(figures.latency_ns.max, 10);
  EXPECT_FALSE(figures.latency_curve.empty());
  EXPECT_TRUE(figures.service_curve.empty());
}

TEST(Figures, HaveNoRateWithoutMeasuredTime) {
  measure::OperationTally tally;
  tally.count = 1;
  EXPECT_EQ(operation_figures(tally, 0).rate_per_s, 0);
}

TEST(Figures, KeepTheOrderOfOperations) {
  const measure::Recorder recorder(pacing::TimePoint{}, nullptr);
  const auto all = all_operation_figures(recorder.totals(), 1, 1);
  ASSERT_EQ(all.size(), measure::kOperations);
  EXPECT_EQ(all[0].first, "connect");
  EXPECT_EQ(all[2].first, "send");
}

TEST(Figures, SpreadArrivalsOverTheWarmUpToo) {
  measure::Recorder recorder(pacing::TimePoint{}, nullptr);
  const pacing::TimePoint due{};
  for (int i = 0; i < 120; ++i) {
    recorder.completed(measure::Operation::kLogin, due, due);
    recorder.completed(measure::Operation::kSend, due, due);
  }
  const auto all = all_operation_figures(recorder.totals(), 10, 30);
  EXPECT_EQ(all[1].first, "login");
  EXPECT_DOUBLE_EQ(all[1].second.rate_per_s, 3);
  EXPECT_EQ(all[2].first, "send");
  EXPECT_DOUBLE_EQ(all[2].second.rate_per_s, 4);
}

TEST(Figures, TakeOverTheLedger) {
  measure::LedgerReport report;
  report.sent = 1;
  report.acked = 2;
  report.expected = 3;
  report.delivered = 4;
  report.lost = 5;
  report.duplicated = 6;
  report.reordered = 7;
  report.misdelivered = 8;
  report.corrupted = 9;
  report.phantom = 10;
  report.cursor_violations = 11;
  report.late = 12;
  report.unresolved = 13;
  report.trimmed = 14;
  report.examples = {"lost: chat 1 seq 2"};
  const report::LedgerFigures figures = ledger_figures(report);
  EXPECT_EQ(figures.sent, 1u);
  EXPECT_EQ(figures.acked, 2u);
  EXPECT_EQ(figures.expected, 3u);
  EXPECT_EQ(figures.delivered, 4u);
  EXPECT_EQ(figures.lost, 5u);
  EXPECT_EQ(figures.duplicated, 6u);
  EXPECT_EQ(figures.reordered, 7u);
  EXPECT_EQ(figures.misdelivered, 8u);
  EXPECT_EQ(figures.corrupted, 9u);
  EXPECT_EQ(figures.phantom, 10u);
  EXPECT_EQ(figures.cursor_violations, 11u);
  EXPECT_EQ(figures.late, 12u);
  EXPECT_EQ(figures.unresolved, 13u);
  EXPECT_EQ(figures.trimmed, 14u);
  EXPECT_EQ(figures.examples, report.examples);
}

}  // namespace
}  // namespace throng::play
