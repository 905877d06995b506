#pragma once

#include <cstdint>

#include "server/metrics/buckets.hpp"

namespace throng::metrics {

/// How the store fares; all 0 for one in memory.
struct StoreFigures {
  Distribution sync_seconds = {};  ///< of writes that the disk had to confirm
  std::uint64_t cache_hits = 0;    ///< blocks that were read from memory
  std::uint64_t cache_misses = 0;
  std::uint64_t cache_bytes = 0;
  std::uint64_t memtable_bytes = 0;
  std::uint64_t pending_compaction_bytes = 0;
  std::uint64_t running_compactions = 0;
  std::uint64_t running_flushes = 0;
  double stall_seconds = 0;  ///< that writes were held back because tables couldn't keep up
  bool stopped = false;      ///< they are held back now
};

}  // namespace throng::metrics
