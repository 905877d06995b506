#include "server/metrics/page.hpp"

#include <gmock/gmock.h>

#include <sstream>
#include <string>
#include <vector>

#include "server/metrics/catalog.hpp"

namespace throng::metrics {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string sample_page() {
  ShardMetrics first;
  ShardMetrics second;
  first.add(Metric::kMessages, 40);
  second.add(Metric::kMessages, 2);
  first.add(Metric::kClientEventsSend, 3);
  first.set(Metric::kSessions, 5);
  return metrics_page(
      {{.counted = &first}, {.counted = &second}},
      {.version = "1.2.3",
       .durability = "fsync",
       .commit_groups = 11,
       .commit_batches = 12,
       .commit_messages = 13,
       .commit_seconds = 0.25,
       .commit_failures = 1,
       .accept_errors = 4,
       .caches = {{"user", 41, 42}},
       .started_s = 1.7e9,
       .cpu_seconds = 1.5,
       .resident_bytes = 4096,
       .table_bytes = 700,
       .log_bytes = 50,
       .table_messages = 9,
       .refused_by_address = 6,
       .commit_group_seconds = {.buckets = {{0.5, 2}, {1, 3}}, .count = 4, .sum = 3.5},
       .store = {.cache_hits = 8},
       .removed_messages = 13,
       .events_written = 14,
       .events_dropped = 15,
       .pushes = {.channels = {{"webhook", 21, 22, 23}},
                  .collapsed = 24,
                  .taken = 25,
                  .expired = 26,
                  .rate_limited = 27,
                  .queue_full = 28,
                  .waiting = 29},
       .bounds = {.mailbox = 31,
                  .commit_pending = 32,
                  .worker_jobs = 33,
                  .connections = 34,
                  .descriptors = 35,
                  .cores = 36,
                  .memory_bytes = 37},
       .disk = {.size_bytes = 39, .available_bytes = 38},
       .open_descriptors = 40});
}

TEST(MetricsPage, ShowsEachShard) {
  const std::string page = sample_page();
  EXPECT_THAT(page, HasSubstr("\nthrong_server_messages_total{shard=\"0\"} 40\n"));
  EXPECT_THAT(page, HasSubstr("\nthrong_server_messages_total{shard=\"1\"} 2\n"));
  EXPECT_THAT(page, HasSubstr("\nthrong_server_sessions{shard=\"0\"} 5\n"));
  EXPECT_THAT(page, HasSubstr("\nthrong_server_client_events_total{shard=\"0\",op=\"send\"} 3\n"));
}

TEST(MetricsPage, ShowsThatAShardStandsStillThoughItSaysNothing) {
  ShardMetrics counted;
  counted.set(Metric::kLoopLag, 20'000'000);
  const auto lag = [&](std::chrono::milliseconds standing_still) {
    return metrics_page(
        {{.counted = &counted, .mailbox_depth = 7, .standing_still = standing_still}}, {});
  };
  using std::chrono::milliseconds;
  EXPECT_THAT(lag(milliseconds(0)), HasSubstr("loop_lag_seconds{shard=\"0\"} 0.02\n"));
  EXPECT_THAT(lag(milliseconds(4500)), HasSubstr("loop_lag_seconds{shard=\"0\"} 4.5\n"));
  EXPECT_THAT(lag(milliseconds(4500)), HasSubstr("mailbox_depth{shard=\"0\"} 7\n"));
}

TEST(MetricsPage, ShowsTheProcess) {
  const std::string page = sample_page();
  EXPECT_THAT(page,
              HasSubstr("\nthrong_server_build_info{version=\"1.2.3\",durability=\"fsync\"} 1\n"));
  EXPECT_THAT(page, HasSubstr("\nthrong_server_commit_groups_total 11\n"));
  EXPECT_THAT(page, HasSubstr("\nthrong_server_commit_batches_total 12\n"));
  EXPECT_THAT(page, HasSubstr("\nthrong_server_commit_messages_total 13\n"));
  EXPECT_THAT(page, HasSubstr("\nthrong_server_commit_seconds_total 0.25\n"));
  EXPECT_THAT(page, HasSubstr("\nthrong_server_commit_failures_total 1\n"));
  EXPECT_THAT(page, HasSubstr("\nthrong_server_accept_errors_total 4\n"));
  EXPECT_THAT(page, HasSubstr("\nthrong_server_store_bytes{part=\"tables\"} 700\n"));
  EXPECT_THAT(page, HasSubstr("\nthrong_server_store_bytes{part=\"log\"} 50\n"));
  EXPECT_THAT(page, HasSubstr("\nthrong_server_store_messages 9\n"));
  EXPECT_THAT(page, HasSubstr("\nthrong_server_connections_refused_total"
                              "{reason=\"address_rate\"} 6\n"));
  EXPECT_THAT(page, HasSubstr("\nthrong_server_store_cache_reads_total{outcome=\"hit\"} 8\n"));
  EXPECT_THAT(page, HasSubstr("\nthrong_server_store_bytes_per_message 77.7"));
  EXPECT_THAT(page, HasSubstr("\nthrong_server_messages_removed_total 13\n"));
  EXPECT_THAT(page, HasSubstr("\nthrong_server_events_written_total 14\n"));
  EXPECT_THAT(page, HasSubstr("\nthrong_server_events_dropped_total 15\n"));
  EXPECT_THAT(page, HasSubstr("\nprocess_start_time_seconds 1700000000\n"));
  EXPECT_THAT(page, HasSubstr("\nprocess_cpu_seconds_total 1.5\n"));
  EXPECT_THAT(page, HasSubstr("\nprocess_resident_memory_bytes 4096\n"));
}

TEST(MetricsPage, ShowsDistributions) {
  const std::string page = sample_page();
  const std::string name = "\nthrong_server_commit_group_seconds_";
  EXPECT_THAT(page, HasSubstr(name + "count 4\n"));
  EXPECT_THAT(page, HasSubstr(name + "sum 3.5\n"));
  EXPECT_THAT(page, HasSubstr(name + "bucket{le=\"0.5\"} 2\n"));
  EXPECT_THAT(page, HasSubstr(name + "bucket{le=\"+Inf\"} 4\n"));
}

TEST(MetricsPage, ShowsPushes) {
  const std::string page = sample_page();
  EXPECT_THAT(page, HasSubstr("\nthrong_server_pushes_sent_total{channel=\"webhook\"} 21\n"));
  EXPECT_THAT(page, HasSubstr("\nthrong_server_push_failures_total{channel=\"webhook\"} 22\n"));
  EXPECT_THAT(page, HasSubstr("\nthrong_server_pushes_dead_total{channel=\"webhook\"} 23\n"));
  EXPECT_THAT(page, HasSubstr("\nthrong_server_pushes_collapsed_total 24\n"));
  EXPECT_THAT(page, HasSubstr("\nthrong_server_pushes_withheld_total{reason=\"taken\"} 25\n"));
  EXPECT_THAT(page, HasSubstr("\nthrong_server_pushes_withheld_total{reason=\"expired\"} 26\n"));
  EXPECT_THAT(page, HasSubstr("{reason=\"rate_limited\"} 27\n"));
  EXPECT_THAT(page, HasSubstr("{reason=\"queue_full\"} 28\n"));
  EXPECT_THAT(page, HasSubstr("\nthrong_server_pushes_waiting 29\n"));
}

TEST(MetricsPage, ShowsHowMuchThereMayBe) {
  const std::string page = sample_page();
  EXPECT_THAT(page, HasSubstr("\nthrong_server_mailbox_limit 31\n"));
  EXPECT_THAT(page, HasSubstr("\nthrong_server_commit_pending_limit 32\n"));
  EXPECT_THAT(page, HasSubstr("\nthrong_server_worker_jobs_limit 33\n"));
  EXPECT_THAT(page, HasSubstr("\nthrong_server_connections_limit 34\n"));
  EXPECT_THAT(page, HasSubstr("\nprocess_max_fds 35\n"));
  EXPECT_THAT(page, HasSubstr("\nthrong_server_cores 36\n"));
  EXPECT_THAT(page, HasSubstr("\nthrong_server_memory_limit_bytes 37\n"));
  EXPECT_THAT(page, HasSubstr("\nthrong_server_disk_size_bytes 39\n"));
  EXPECT_THAT(page, HasSubstr("\nthrong_server_disk_available_bytes 38\n"));
  EXPECT_THAT(page, HasSubstr("\nprocess_open_fds 40\n"));
}

TEST(MetricsPage, LeavesOutWhatTheKernelDoesNotSay) {
  EXPECT_THAT(metrics_page({}, {}), Not(HasSubstr("process_open_fds")));
}

TEST(MetricsPage, ShowsAllThatIsListedInItsOrder) {
  std::istringstream page(sample_page());
  std::vector<std::string> shown;
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("# TYPE ")) shown.push_back(line.substr(7, line.rfind(' ') - 7));
  }
  std::vector<std::string> listed;
  for (const catalog::Family& family : kFamilies) listed.emplace_back(family.name);
  EXPECT_EQ(shown, listed);
}

}  // namespace
}  // namespace throng::metrics
