#include "loadgen/play/metrics_page.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace throng::play {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::int64_t kMs = 1'000'000;

std::string text_of(const MetricsPage& page) { return serialize(Format::kText, page.collect()); }

measure::SecondSnapshot second_with_sends() {
  measure::SecondSnapshot second;
  measure::OperationSecond& send = second.operations.emplace_back();
  send.name = "send";
  send.started = 4;
  send.latency.record(2 * kMs);
  send.latency.record(200 * kMs, 2);
  second.gauges = {{"users_connected", 17}};
  return second;
}

TEST(MetricsPage, SaysWhichRunItIs) {
  const MetricsPage page({"one_to_one", "ws://localhost:8080", "1.2.3", 42}, 1'000);
  EXPECT_THAT(text_of(page), HasSubstr("throng_run_info{scenario=\"one_to_one\",target=\"ws://"
                                       "localhost:8080\",version=\"1.2.3\",seed=\"42\"} 1"));
  EXPECT_THAT(text_of(page), HasSubstr("throng_users_planned 1000"));
}

TEST(MetricsPage, AddsUpTheSeconds) {
  MetricsPage page({}, 20);
  page.add_second(second_with_sends());
  page.add_second(second_with_sends());
  const std::string text = text_of(page);
  EXPECT_THAT(text, HasSubstr("throng_operations_started_total{operation=\"send\"} 8"));
  EXPECT_THAT(text, HasSubstr("throng_operations_total{operation=\"send\"} 6"));
  EXPECT_THAT(text, HasSubstr("throng_users_connected 17"));
}

TEST(MetricsPage, HasClassicBucketsInSeconds) {
  MetricsPage page({}, 20);
  page.add_second(second_with_sends());
  const std::string text = text_of(page);
  const std::string bucket = "throng_operation_latency_seconds_bucket{operation=\"send\",le=";
  EXPECT_THAT(text, HasSubstr(bucket + "\"0.001\"} 0"));
  EXPECT_THAT(text, HasSubstr(bucket + "\"0.0025\"} 1"));
  EXPECT_THAT(text, HasSubstr(bucket + "\"0.25\"} 3"));
  EXPECT_THAT(text, HasSubstr(bucket + "\"+Inf\"} 3"));
  EXPECT_THAT(text, HasSubstr("throng_operation_latency_seconds_sum{operation=\"send\"} 0.402"));
}

TEST(MetricsPage, TakesTheLatestOfEachWorker) {
  MetricsPage page({}, 20);
  measure::Recorder recorder(pacing::TimePoint{}, nullptr);
  const pacing::TimePoint due{};
  recorder.failed(measure::Operation::kSend, "timeout", due, due);
  measure::Histogram late;
  late.record(1 * kMs);
  page.add_worker_second(0, late, recorder.totals());
  recorder.failed(measure::Operation::kSend, "timeout", due, due);
  page.add_worker_second(0, late, recorder.totals());
  page.add_worker_second(1, late, recorder.totals());
  const std::string text = text_of(page);
  EXPECT_THAT(text, HasSubstr("throng_operation_errors_total{operation=\"send\",kind=\"timeout\"} "
                              "4"));
  EXPECT_THAT(text, HasSubstr("throng_late_release_seconds_count 3"));
}

TEST(MetricsPage, ShowsServiceTimesWhereThereAreAny) {
  MetricsPage page({}, 20);
  measure::Recorder recorder(pacing::TimePoint{}, nullptr);
  const pacing::TimePoint due{};
  recorder.completed(measure::Operation::kSend, due, due + std::chrono::milliseconds(9),
                     std::chrono::milliseconds(3));
  page.add_worker_second(0, {}, recorder.totals());
  const std::string text = text_of(page);
  EXPECT_THAT(text, HasSubstr("throng_operation_service_seconds_count{operation=\"send\"} 1"));
  EXPECT_THAT(text, Not(HasSubstr("throng_operation_service_seconds_count{operation=\"deliver")));
}

TEST(MetricsPage, ShowsTheLedger) {
  MetricsPage page({}, 20);
  page.set_ledger({.pending_sends = 3, .deliveries_due = 50, .deliveries_seen = 47});
  const std::string text = text_of(page);
  EXPECT_THAT(text, HasSubstr("throng_ledger_pending_sends 3"));
  EXPECT_THAT(text, HasSubstr("throng_ledger_expected_total 50"));
  EXPECT_THAT(text, HasSubstr("throng_ledger_delivered_total 47"));
}

}  // namespace
}  // namespace throng::play
