#include "loadgen/play/target_page.hpp"

#include <gtest/gtest.h>

#include <string>

namespace throng::play {
namespace {

constexpr std::string_view kPage =
    "# HELP throng_server_sessions Sessions that said hello.\n"
    "# TYPE throng_server_sessions gauge\n"
    "throng_server_sessions{shard=\"0\"} 3\n"
    "throng_server_sessions{shard=\"1\"} 4\n"
    "throng_server_sessions_total{shard=\"0\"} 900\n"
    "throng_server_commit_messages_total 120\n"
    "throng_server_store_bytes{part=\"tables\"} 5e3\n"
    "throng_server_store_bytes{part=\"log\"} 70\n"
    "process_cpu_seconds_total 1.25";

TEST(TargetPage, AddsUpTheRowsOfOneName) {
  EXPECT_EQ(metric_sum(kPage, "throng_server_sessions"), 7);
  EXPECT_EQ(metric_sum(kPage, "throng_server_sessions_total"), 900);
  EXPECT_EQ(metric_sum(kPage, "process_cpu_seconds_total"), 1.25);
  EXPECT_EQ(metric_sum(kPage, "throng_server_store_bytes", "part=\"log\""), 70);
  EXPECT_EQ(metric_sum(kPage, "throng_server"), std::nullopt);
  EXPECT_EQ(metric_sum("", "throng_server_sessions"), std::nullopt);
}

TEST(TargetPage, OfAnotherServerSaysNothing) {
  EXPECT_TRUE(read_target_page(kPage).says_anything());
  EXPECT_FALSE(read_target_page("go_goroutines 7\n").says_anything());
}

TargetSample sample(double n) {
  return {.started_s = 1'700'000'000,
          .committed = 10 * n,
          .messages = 9 * n,
          .body_bytes = 900 * n,
          .connections = n,
          .cpu_s = n / 10,
          .resident_bytes = 1000 + 400 * n,
          .received_bytes = 3000 * n,
          .sent_bytes = 7000 * n,
          .table_bytes = 2000 * n,
          .log_bytes = 500 * n,
          .table_messages = 8 * n,
          .deliveries = 70 * n,
          .receipts = 40 * n,
          .heartbeats = 5 * n,
          .logins = n};
}

TEST(TargetPage, MeasuresPerMessageAndPerConnection) {
  const auto measured = measured_between(sample(0), sample(10), sample(30));
  EXPECT_EQ(measured.messages, 200);
  EXPECT_EQ(measured.connections, 10);
  EXPECT_DOUBLE_EQ(measured.cpu_s_per_message.value(), 2.0 / 200);
  EXPECT_DOUBLE_EQ(measured.wire_bytes_per_message.value(), 200'000.0 / 200);
  EXPECT_DOUBLE_EQ(measured.body_bytes_per_message.value(), 100) << "of figures of one age";
  EXPECT_DOUBLE_EQ(measured.disk_bytes_per_message.value(), 60'000.0 / 240) << "the ramp included";
  EXPECT_DOUBLE_EQ(measured.memory_bytes_per_connection.value(), 400);
}

TEST(TargetPage, CountsWhatTheTargetDid) {
  const auto measured = measured_between(sample(0), sample(10), sample(30));
  ASSERT_TRUE(measured.operations.has_value());
  EXPECT_EQ(measured.operations->messages, 200);
  EXPECT_EQ(measured.operations->deliveries, 1400);
  EXPECT_EQ(measured.operations->receipts, 800);
  EXPECT_EQ(measured.operations->heartbeats, 100);
  EXPECT_EQ(measured.operations->logins, 20);
  EXPECT_EQ(measured.operations_and_ramp->messages, 300) << "as bytes on disk are";
  TargetSample other = sample(30);
  other.receipts.reset();
  EXPECT_EQ(measured_between(sample(0), sample(10), other).operations, std::nullopt);
}

TEST(TargetPage, ReadsWhatClientsSentByOp) {
  const auto read = read_target_page(
      "throng_server_client_events_total{shard=\"0\",op=\"delivered\"} 3\n"
      "throng_server_client_events_total{shard=\"0\",op=\"read\"} 4\n"
      "throng_server_client_events_total{shard=\"0\",op=\"activity\"} 5\n"
      "throng_server_client_events_total{shard=\"1\",op=\"ping\"} 6\n");
  EXPECT_EQ(read.receipts, 7);
  EXPECT_EQ(read.heartbeats, 11);
}

TEST(TargetPage, WhatIsOnlyInTheLogIsNoFigureOfTheDisk) {
  TargetSample end = sample(30);
  end.table_messages = 0;
  const auto measured = measured_between(sample(0), sample(10), end);
  EXPECT_EQ(measured.log_bytes, 15'000);
  EXPECT_EQ(measured.disk_bytes_per_message, std::nullopt);
}

TEST(TargetPage, ATargetThatStartedAnewCountsAnewButKeepsItsStore) {
  TargetSample end = sample(30);
  end.started_s = 1'700'000'060;
  const auto measured = measured_between(sample(0), sample(10), end);
  EXPECT_EQ(measured.messages, std::nullopt);
  EXPECT_EQ(measured.cpu_s_per_message, std::nullopt);
  EXPECT_EQ(measured.body_bytes, std::nullopt);
  EXPECT_EQ(measured.operations, std::nullopt);
  EXPECT_DOUBLE_EQ(measured.body_bytes_per_message.value(), 100) << "since it started";
  EXPECT_DOUBLE_EQ(measured.disk_bytes_per_message.value(), 250);
}

TEST(TargetPage, WhatShrankHasNoGrowth) {
  const auto measured = measured_between(sample(40), sample(50), sample(1));
  EXPECT_EQ(measured.table_bytes, std::nullopt);
  EXPECT_EQ(measured.disk_bytes_per_message, std::nullopt);
}

TEST(TargetPage, WithoutMessagesNothingIsPerMessage) {
  const auto measured = measured_between(sample(0), sample(10), sample(10));
  EXPECT_EQ(measured.messages, 0);
  EXPECT_EQ(measured.cpu_s_per_message, std::nullopt);
}

}  // namespace
}  // namespace throng::play
