#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "server/metrics/page.hpp"

namespace throng::node {

/// What this process has used.
struct ProcessUsage {
  double cpu_s = 0;                               ///< user and system, of all threads
  std::uint64_t resident_bytes = 0;               ///< now
  std::optional<std::uint64_t> open_descriptors;  ///< nullopt: kernels before 6.2 don't say
};

ProcessUsage process_usage();

/// What this process may use of its machine.
struct MachineShare {
  std::uint64_t cores = 0;
  std::uint64_t memory_bytes = 0;  ///< the machine's, or less by a control group (version 2)
};

MachineShare machine_share();

/// The file system that a directory is on. All 0 if it can't be asked.
metrics::DiskFigures disk_figures(const std::filesystem::path& directory);

}  // namespace throng::node
