#include "loadgen/play/metrics_page.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "loadgen/play/metrics_catalog.hpp"

namespace throng::play {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::int64_t kMs = 1'000'000;

std::string text_of(const MetricsPage& page) { return serialize(Format::kText, page.collect()); }

RunLabels of_run(const std::string& name) {
  RunLabels labels;
  labels.run = name;
  return labels;
}

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
  const MetricsPage page({"evening", "one_to_one", "ws://localhost:8080", "1.2.3", 42}, 1'000);
  const std::string text = text_of(page);
  EXPECT_THAT(text,
              HasSubstr("throng_run_info{run=\"evening\",scenario=\"one_to_one\",target=\"ws://"
                        "localhost:8080\",version=\"1.2.3\",seed=\"42\"} 1"));
  EXPECT_THAT(text, HasSubstr("throng_users_planned{run=\"evening\"} 1000"));
}

TEST(MetricsPage, AddsUpTheSeconds) {
  MetricsPage page(of_run("r"), 20);
  page.add_second(second_with_sends());
  page.add_second(second_with_sends());
  const std::string text = text_of(page);
  EXPECT_THAT(text, HasSubstr("throng_operations_started_total{run=\"r\",operation=\"send\"} 8"));
  EXPECT_THAT(text, HasSubstr("throng_operations_total{run=\"r\",operation=\"send\"} 6"));
  EXPECT_THAT(text, HasSubstr("throng_users_connected{run=\"r\"} 17"));
}

TEST(MetricsPage, HasClassicBucketsInSeconds) {
  MetricsPage page(of_run("r"), 20);
  page.add_second(second_with_sends());
  const std::string text = text_of(page);
  const std::string bucket =
      "throng_operation_latency_seconds_bucket{run=\"r\",operation=\"send\",le=";
  EXPECT_THAT(text, HasSubstr(bucket + "\"0.001\"} 0"));
  EXPECT_THAT(text, HasSubstr(bucket + "\"0.0025\"} 1"));
  EXPECT_THAT(text, HasSubstr(bucket + "\"0.25\"} 3"));
  EXPECT_THAT(text, HasSubstr(bucket + "\"+Inf\"} 3"));
  EXPECT_THAT(
      text, HasSubstr("throng_operation_latency_seconds_sum{run=\"r\",operation=\"send\"} 0.402"));
}

TEST(MetricsPage, TakesTheLatestOfEachWorker) {
  MetricsPage page(of_run("r"), 20);
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
  EXPECT_THAT(
      text,
      HasSubstr("throng_operation_errors_total{run=\"r\",operation=\"send\",kind=\"timeout\"} "
                "4"));
  EXPECT_THAT(text, HasSubstr("throng_late_release_seconds_count{run=\"r\"} 3"));
}

TEST(MetricsPage, ShowsServiceTimesWhereThereAreAny) {
  MetricsPage page(of_run("r"), 20);
  measure::Recorder recorder(pacing::TimePoint{}, nullptr);
  const pacing::TimePoint due{};
  recorder.completed(measure::Operation::kSend, due, due + std::chrono::milliseconds(9),
                     std::chrono::milliseconds(3));
  page.add_worker_second(0, {}, recorder.totals());
  const std::string text = text_of(page);
  EXPECT_THAT(text,
              HasSubstr("throng_operation_service_seconds_count{run=\"r\",operation=\"send\"} 1"));
  EXPECT_THAT(
      text, Not(HasSubstr("throng_operation_service_seconds_count{run=\"r\",operation=\"deliver")));
}

TEST(MetricsPage, ShowsTheLedger) {
  MetricsPage page(of_run("r"), 20);
  page.set_ledger({.pending_sends = 3, .deliveries_due = 50, .deliveries_seen = 47});
  const std::string text = text_of(page);
  EXPECT_THAT(text, HasSubstr("throng_ledger_pending_sends{run=\"r\"} 3"));
  EXPECT_THAT(text, HasSubstr("throng_ledger_expected_total{run=\"r\"} 50"));
  EXPECT_THAT(text, HasSubstr("throng_ledger_delivered_total{run=\"r\"} 47"));
}

TEST(MetricsPage, SaysWhenEachPhaseBegan) {
  MetricsPage page(of_run("r"), 20);
  EXPECT_THAT(text_of(page), Not(HasSubstr("{run=\"r\",phase=")));
  page.begin("ramp", 1.7e9);
  page.begin("measured", 1.7e9 + 0.5);
  const std::string text = text_of(page);
  const std::string name = "throng_run_phase_started_timestamp_seconds{run=\"r\",phase=";
  EXPECT_THAT(text, HasSubstr(name + "\"ramp\"} 1700000000\n"));
  EXPECT_THAT(text, HasSubstr(name + "\"measured\"} 1700000000.5\n"));
}

TEST(MetricsPage, SaysHowFarTheGeneratorIsFromItsBounds) {
  MetricsPage page(of_run("r"), 20);
  EXPECT_THAT(text_of(page), HasSubstr("throng_run_valid{run=\"r\"} 1\n"));
  report::ValidityFigures figures;
  figures.valid = false;
  figures.late_release_ns.p99 = 250 * kMs;
  page.set_validity(figures);
  page.set_usage({1.5, 4096});
  const std::string text = text_of(page);
  EXPECT_THAT(text, HasSubstr("throng_run_valid{run=\"r\"} 0\n"));
  EXPECT_THAT(text,
              HasSubstr("throng_run_bound_used_ratio{run=\"r\",bound=\"late_release\"} 2.5\n"));
  EXPECT_THAT(text, HasSubstr("process_cpu_seconds_total{run=\"r\"} 1.5\n"));
  EXPECT_THAT(text, HasSubstr("process_resident_memory_bytes{run=\"r\"} 4096\n"));
}

TEST(MetricsPage, SaysWhatBecameOfTheRun) {
  MetricsPage page(of_run("r"), 20);
  const std::string before = text_of(page);
  EXPECT_THAT(before, HasSubstr("throng_ledger_violations_total{run=\"r\",kind=\"lost\"} 0\n"));
  EXPECT_THAT(before, Not(HasSubstr("throng_run_verdict{")));
  report::RunResult result;
  result.ledger.lost = 3;
  result.verdict = report::Verdict::kIncorrect;
  report::ThresholdResult missed;
  missed.expr = "deliver.p99 < 1s";
  result.thresholds = {missed, missed};
  page.set_result(result);
  const std::string text = text_of(page);
  EXPECT_THAT(text, HasSubstr("throng_ledger_violations_total{run=\"r\",kind=\"lost\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("throng_run_verdict{run=\"r\",verdict=\"INCORRECT\"} 1\n"));
  EXPECT_THAT(text,
              HasSubstr("throng_threshold_met{run=\"r\",threshold=\"deliver.p99 < 1s\"} 0\n"));
}

TEST(MetricsPage, ShowsAllThatIsListedInItsOrder) {
  const std::vector<Exposed> exposed = MetricsPage({}, 20).collect();
  ASSERT_EQ(exposed.size(), std::size(kFamilies));
  for (std::size_t i = 0; i < exposed.size(); ++i) {
    EXPECT_EQ(exposed[i].family.name, kFamilies[i].name);
  }
}

}  // namespace
}  // namespace throng::play
