#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "server/metrics/metrics.hpp"

namespace throng::metrics {

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
  double started_s = 0;  ///< since 1970
  double cpu_seconds = 0;
  std::uint64_t resident_bytes = 0;
  std::uint64_t table_bytes = 0;
  std::uint64_t log_bytes = 0;
  std::uint64_t table_messages = 0;
};

/// The /metrics page in the Prometheus text format: each shard's figures under a `shard` label.
/// Requires: none of `shards` is null. Any thread.
std::string metrics_page(const std::vector<const ShardMetrics*>& shards,
                         const ProcessFigures& process);

}  // namespace throng::metrics
