#pragma once

#include <cstdint>

namespace throng::node {

/// What this process has used.
struct ProcessUsage {
  double cpu_s = 0;                  ///< user and system, of all threads
  std::uint64_t resident_bytes = 0;  ///< now
};

ProcessUsage process_usage();

}  // namespace throng::node
