#include "loadgen/measure/series.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <sstream>
#include <string>
#include <vector>

namespace throng::measure {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// A recorder whose snapshots are kept to be looked at.
struct Worker {
  std::vector<SecondSnapshot> seconds;
  SecondRecorder recorder{
      [this](SecondSnapshot snapshot) { seconds.push_back(std::move(snapshot)); }};
};

SecondSnapshot snapshot(std::uint32_t second, const std::string& operation,
                        std::vector<std::int64_t> latencies_ns) {
  SecondSnapshot made{.second = second, .operations = {}, .gauges = {}};
  OperationSecond& only = made.operations.emplace_back();
  only.name = operation;
  for (const auto latency : latencies_ns) only.latency.record(latency);
  return made;
}

std::string csv_of(const Series& series) {
  std::ostringstream out;
  series.write_csv(out);
  return out.str();
}

TEST(SecondRecorder, HandsOverASecondWhenTheNextBegins) {
  Worker worker;
  const auto send = worker.recorder.operation("send");
  worker.recorder.started(send, 100ms);
  worker.recorder.completed(send, 200ms, 3ms);
  worker.recorder.failed(send, 999'999'999ns);
  EXPECT_THAT(worker.seconds, IsEmpty());

  worker.recorder.started(send, 1s);
  ASSERT_THAT(worker.seconds, SizeIs(1));
  const OperationSecond& first = worker.seconds[0].operations.at(send);
  EXPECT_EQ(worker.seconds[0].second, 0U);
  EXPECT_EQ(first.name, "send");
  EXPECT_EQ(first.started, 1U);
  EXPECT_EQ(first.errors, 1U);
  EXPECT_EQ(first.latency.count(), 1U);
  EXPECT_EQ(first.latency.max(), 3'000'000);
}

TEST(SecondRecorder, StartsEachSecondFromZero) {
  Worker worker;
  const auto send = worker.recorder.operation("send");
  worker.recorder.completed(send, 0s, 3ms);
  worker.recorder.failed(send, 0s);
  worker.recorder.completed(send, 1500ms, 5ms);
  worker.recorder.advance(2s);
  ASSERT_THAT(worker.seconds, SizeIs(2));
  const OperationSecond& second = worker.seconds[1].operations.at(send);
  EXPECT_EQ(second.name, "send");
  EXPECT_EQ(second.errors, 0U);
  EXPECT_EQ(second.latency.count(), 1U);
  EXPECT_EQ(second.latency.min(), 5'000'000);
}

TEST(SecondRecorder, HandsOverQuietSecondsToo) {
  Worker worker;
  worker.recorder.started(worker.recorder.operation("send"), 3200ms);
  ASSERT_THAT(worker.seconds, SizeIs(3));
  EXPECT_EQ(worker.seconds[2].second, 2U);
  EXPECT_EQ(worker.seconds[2].operations.at(0).started, 0U);
}

TEST(SecondRecorder, CountsALateTimeInTheCurrentSecond) {
  Worker worker;
  const auto send = worker.recorder.operation("send");
  worker.recorder.advance(2s);
  worker.recorder.started(send, 500ms);
  worker.recorder.advance(3s);
  EXPECT_EQ(worker.seconds.at(2).operations.at(send).started, 1U);
}

TEST(SecondRecorder, HoldsAGaugeUntilItIsSetAgain) {
  Worker worker;
  const auto users = worker.recorder.gauge("users_connected");
  worker.recorder.set_gauge(users, 100ms, 7);
  worker.recorder.set_gauge(users, 200ms, 8);
  worker.recorder.set_gauge(users, 2s, 5);
  worker.recorder.advance(3s);
  ASSERT_THAT(worker.seconds, SizeIs(3));
  EXPECT_EQ(worker.seconds[0].gauges.at(users).value, 8);
  EXPECT_EQ(worker.seconds[1].gauges.at(users).value, 8);
  EXPECT_EQ(worker.seconds[2].gauges.at(users).value, 5);
}

TEST(SecondRecorder, GivesOneNumberToAName) {
  Worker worker;
  const auto send = worker.recorder.operation("send");
  EXPECT_NE(worker.recorder.operation("deliver"), send);
  EXPECT_EQ(worker.recorder.operation("send"), send);
}

TEST(SecondRecorder, FinishesWithTheUnfinishedSecond) {
  Worker worker;
  worker.recorder.finish(1300ms);
  EXPECT_THAT(worker.seconds, SizeIs(2));
}

TEST(SecondRecorder, AddsNoEmptySecondWhenItFinishesOnTheSecond) {
  Worker worker;
  worker.recorder.finish(10s);
  EXPECT_THAT(worker.seconds, SizeIs(10));
}

TEST(SecondRecorder, KeepsWhatHappenedAtTheVeryEnd) {
  Worker worker;
  worker.recorder.completed(worker.recorder.operation("send"), 10s, 1ms);
  worker.recorder.finish(10s);
  ASSERT_THAT(worker.seconds, SizeIs(11));
  EXPECT_EQ(worker.seconds[10].operations.at(0).latency.count(), 1U);
}

TEST(Series, MergesTheHistogramsOfAllWorkersNotTheirPercentiles) {
  Series series(2, {.operations = {"send"}, .gauges = {}});
  series.add(snapshot(0, "send", std::vector<std::int64_t>(99, 100)));
  EXPECT_THAT(series.rows(), IsEmpty());
  series.add(snapshot(0, "send", {1'500}));
  ASSERT_THAT(series.rows(), SizeIs(1));
  const OperationRow& row = series.rows()[0].operations.at(0);
  EXPECT_EQ(row.count, 100U);
  EXPECT_EQ(row.p50_ns, 100);
  EXPECT_EQ(row.p90_ns, 100);
  EXPECT_EQ(row.p99_ns, 100);
  EXPECT_EQ(row.max_ns, 1'500);
}

TEST(Series, AddsUpCountsAndGaugesByName) {
  Worker one;
  Worker two;
  one.recorder.operation("send");
  two.recorder.operation("fetch");
  const auto send_of_two = two.recorder.operation("send");
  one.recorder.started(0, 0s);
  two.recorder.started(send_of_two, 0s);
  two.recorder.failed(send_of_two, 0s);
  one.recorder.set_gauge(one.recorder.gauge("users_connected"), 0s, 3);
  two.recorder.set_gauge(two.recorder.gauge("users_connected"), 0s, 4);
  one.recorder.finish(1s);
  two.recorder.finish(1s);

  Series series(2, {.operations = {"send", "fetch"}, .gauges = {"users_connected"}});
  series.add(one.seconds.at(0));
  series.add(two.seconds.at(0));
  ASSERT_THAT(series.rows(), SizeIs(1));
  EXPECT_EQ(series.rows()[0].operations.at(0).started, 2U);
  EXPECT_EQ(series.rows()[0].operations.at(0).errors, 1U);
  EXPECT_EQ(series.rows()[0].operations.at(1).started, 0U);
  EXPECT_THAT(series.rows()[0].gauges, ElementsAre(7.0));
}

TEST(Series, ClosesSecondsInOrderWhileAWorkerLagsBehind) {
  std::vector<std::uint32_t> closed;
  Series series(2, {}, [&](const SecondSnapshot& merged) {
    closed.push_back(merged.second);
    EXPECT_EQ(merged.operations.at(0).latency.count(), 2U);
  });
  for (const std::uint32_t second : {0, 1, 2}) series.add(snapshot(second, "send", {10}));
  EXPECT_THAT(closed, IsEmpty());
  for (const std::uint32_t second : {0, 1}) series.add(snapshot(second, "send", {20}));
  EXPECT_THAT(closed, ElementsAre(0, 1));
}

TEST(Series, ClosesIncompleteSecondsAtTheEnd) {
  Series series(2, {});
  series.add(snapshot(0, "send", {10}));
  series.add(snapshot(0, "send", {20}));
  series.add(snapshot(1, "send", {30}));
  series.finish();
  ASSERT_THAT(series.rows(), SizeIs(2));
  EXPECT_EQ(series.rows()[1].second, 1U);
  EXPECT_EQ(series.rows()[1].operations.at(0).count, 1U);
}

TEST(Series, GivesLateNamesColumnsAfterTheDeclaredOnes) {
  Series series(1, {.operations = {"send"}, .gauges = {}});
  series.add(snapshot(0, "send", {10}));
  SecondSnapshot late = snapshot(1, "pay", {20});
  late.operations.push_back({.name = "browse", .latency = {}});
  series.add(late);
  EXPECT_THAT(series.columns().operations, ElementsAre("send", "browse", "pay"));
  EXPECT_THAT(series.rows().at(0).operations, SizeIs(3));
  EXPECT_EQ(series.rows().at(1).operations.at(2).count, 1U);
}

TEST(Series, WritesARowASecond) {
  Worker worker;
  const auto send = worker.recorder.operation("send");
  const auto users = worker.recorder.gauge("users_connected");
  worker.recorder.set_gauge(users, 0s, 1'000'000);
  worker.recorder.started(send, 10ms);
  worker.recorder.started(send, 20ms);
  worker.recorder.completed(send, 30ms, 1500ns);
  worker.recorder.failed(send, 40ms);
  worker.recorder.finish(2s);
  Series series(1, {.operations = {"send"}, .gauges = {"users_connected", "cpu_ratio"}});
  for (auto& second : worker.seconds) series.add(std::move(second));
  EXPECT_EQ(csv_of(series),
            "second,users_connected,cpu_ratio,send_started,send_count,send_errors,"
            "send_p50_ns,send_p90_ns,send_p99_ns,send_max_ns\n"
            "0,1000000,,2,1,1,1500,1500,1500,1500\n"
            "1,1000000,,0,0,0,,,,\n");
}

TEST(Series, WritesAFractionalGauge) {
  Series series(1, {.operations = {}, .gauges = {"cpu_ratio"}});
  series.add({.second = 0, .operations = {}, .gauges = {{"cpu_ratio", 0.25}}});
  EXPECT_EQ(csv_of(series), "second,cpu_ratio\n0,0.25\n");
}

TEST(Series, QuotesNamesThatWouldBreakTheHeader) {
  const Series series(1, {.operations = {}, .gauges = {"a,b", "say \"hi\""}});
  EXPECT_EQ(csv_of(series), "second,\"a,b\",\"say \"\"hi\"\"\"\n");
}

}  // namespace
}  // namespace throng::measure
