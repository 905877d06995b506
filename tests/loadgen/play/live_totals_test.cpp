#include "loadgen/play/live_totals.hpp"

#include <gtest/gtest.h>

namespace throng::play {
namespace {

using view::Outlook;

measure::SecondSnapshot second(const char* name, std::int64_t latency_ns, std::uint64_t count,
                               std::uint64_t errors = 0) {
  measure::SecondSnapshot made;
  made.operations.resize(1);
  made.operations[0].name = name;
  made.operations[0].errors = errors;
  made.operations[0].latency.record(latency_ns, count);
  return made;
}

report::RunResult so_far(const LiveTotals& totals) {
  report::RunResult run;
  run.operations = totals.operations();
  return run;
}

Outlook outlook_of(const char* expr, const report::RunResult& run) {
  const report::Threshold threshold = *report::parse_threshold(expr);
  return outlook(threshold, report::evaluate(threshold, run));
}

TEST(LiveTotals, AddUpTheMeasuredSeconds) {
  LiveTotals totals;
  totals.add(second("send", 5'000'000, 9), false);
  totals.add(second("send", 1'000, 6, 1), true);
  totals.add(second("send", 3'000, 2), true);
  const report::RunResult run = so_far(totals);
  const report::OperationFigures* send = run.find_operation("send");
  ASSERT_NE(send, nullptr);
  EXPECT_EQ(send->count, 8u);
  EXPECT_EQ(send->rate_per_s, 4) << "8 in two measured seconds";
  EXPECT_EQ(send->error_count(), 1u);
  EXPECT_EQ(send->latency_ns.p50, 1'000);
  EXPECT_EQ(send->latency_ns.max, 3'000);
}

TEST(LiveTotals, CountPeoplesArrivalFromTheBeginning) {
  LiveTotals totals;
  totals.add(second("login", 1'000, 28), false);
  totals.add(second("login", 1'000, 2), true);
  const report::RunResult run = so_far(totals);
  ASSERT_NE(run.find_operation("login"), nullptr);
  EXPECT_EQ(run.find_operation("login")->rate_per_s, 15);
}

TEST(Outlook, FollowsWhatSecondsSay) {
  LiveTotals totals;
  totals.add(second("send", 1'000'000, 99, 1), true);
  const report::RunResult run = so_far(totals);
  EXPECT_EQ(outlook_of("send.p99 < 2ms", run), Outlook::kMet);
  EXPECT_EQ(outlook_of("send.p95 < 2ms", run), Outlook::kMet);
  EXPECT_EQ(outlook_of("send.p99.9 < 0.5ms", run), Outlook::kMissed);
  EXPECT_EQ(outlook_of("send.errors == 0", run), Outlook::kMissed);
  EXPECT_EQ(outlook_of("errors <= 1%", run), Outlook::kMet);
  EXPECT_EQ(outlook_of("send.count < 99", run), Outlook::kMissed);
}

TEST(Outlook, IsOpenWhileACountMayGrowToMeetIt) {
  LiveTotals totals;
  totals.add(second("send", 1'000'000, 99, 1), true);
  const report::RunResult run = so_far(totals);
  for (const char* expr : {"users.connected_peak >= 1", "send.count > 99", "send.count == 100"}) {
    EXPECT_EQ(outlook_of(expr, run), Outlook::kOpen) << expr;
  }
  EXPECT_EQ(outlook_of("send.count == 98", run), Outlook::kMissed);
  EXPECT_EQ(outlook_of("send.rate > 100", run), Outlook::kMissed);
}

TEST(Outlook, IsOpenBeforeAnythingWasMeasured) {
  EXPECT_EQ(outlook_of("send.p99 < 2ms", report::RunResult()), Outlook::kOpen);
}

TEST(Outlook, IsOpenForWhatOnlyTheEndTells) {
  LiveTotals totals;
  totals.add(second("send", 1'000'000, 99, 1), true);
  const report::RunResult run = so_far(totals);
  for (const char* expr : {"lost == 0", "ledger.lost == 0", "validity.late_release.p99 < 1ms",
                           "send.service.p99 < 2ms", "send.errors.timeout == 0",
                           "send.dropped == 0", "send.unresolved == 0"}) {
    EXPECT_EQ(outlook_of(expr, run), Outlook::kOpen) << expr;
  }
}

}  // namespace
}  // namespace throng::play
