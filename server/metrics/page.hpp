#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/metrics/buckets.hpp"
#include "server/metrics/metrics.hpp"
#include "server/metrics/store_figures.hpp"

namespace throng::metrics {

/// What a cache in front of the directory was asked for.
struct CacheFigures {
  std::string_view kind;
  std::uint64_t hits = 0;
  std::uint64_t misses = 0;
};

/// What pushes to people without a session came to.
struct PushFigures {
  struct Channel {
    std::string_view name;
    std::uint64_t sent = 0;
    std::uint64_t failures = 0;
    std::uint64_t dead = 0;
  };
  std::vector<Channel> channels;
  std::uint64_t collapsed = 0;
  std::uint64_t taken = 0;
  std::uint64_t expired = 0;
  std::uint64_t rate_limited = 0;
  std::uint64_t queue_full = 0;
  std::uint64_t waiting = 0;
};

/// How much there may be of what the server uses.
struct Bounds {
  std::uint64_t mailbox = 0;         ///< of each shard: mail that awaits it
  std::uint64_t commit_pending = 0;  ///< the same: changes that await their commit
  std::uint64_t worker_jobs = 0;
  std::uint64_t connections = 0;
  std::uint64_t descriptors = 0;
  std::uint64_t cores = 0;
  std::uint64_t memory_bytes = 0;
};

/// The file system that holds the store; all 0 in memory.
struct DiskFigures {
  std::uint64_t size_bytes = 0;
  std::uint64_t available_bytes = 0;
};

/// Figures that belong to the whole process.
struct ProcessFigures {
  std::string_view version;
  std::string_view durability;
  std::uint64_t commit_groups = 0;
  std::uint64_t commit_batches = 0;
  std::uint64_t commit_messages = 0;
  double commit_seconds = 0;
  std::uint64_t commit_failures = 0;
  std::uint64_t accept_errors = 0;
  std::uint64_t worker_jobs = 0;  ///< that wait now
  std::vector<CacheFigures> caches = {};
  double started_s = 0;  ///< since 1970
  double cpu_seconds = 0;
  std::uint64_t resident_bytes = 0;
  std::uint64_t asset_bytes = 0;
  std::uint64_t table_bytes = 0;
  std::uint64_t log_bytes = 0;
  std::uint64_t table_messages = 0;
  std::uint64_t refused_by_address = 0;  ///< connections
  std::uint64_t refused_above_most = 0;
  std::uint64_t accepts_delayed = 0;
  std::uint64_t reloads = 0;
  std::uint64_t failed_reloads = 0;
  Distribution commit_group_seconds = {};
  Distribution commit_group_messages = {};
  StoreFigures store = {};
  std::uint64_t removed_messages = 0;
  std::uint64_t events_written = 0;
  std::uint64_t events_dropped = 0;
  PushFigures pushes = {};
  Bounds bounds = {};
  DiskFigures disk = {};
  std::optional<std::uint64_t> open_descriptors = {};  ///< nullopt: the kernel doesn't say
};

/// What a shard has counted, and what others see of it, also while it stands still and counts
/// nothing.
struct ShardFigures {
  const ShardMetrics* counted;  ///< not null
  std::uint64_t mailbox_depth = 0;
  std::chrono::nanoseconds standing_still{0};  ///< what it does each second is late by that
};

/// The /metrics page in the Prometheus text format: each shard's figures under a `shard` label.
/// Any thread.
std::string metrics_page(const std::vector<ShardFigures>& shards, const ProcessFigures& process);

}  // namespace throng::metrics
