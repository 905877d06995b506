#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "loadgen/report/run_result.hpp"

namespace throng::play {

/// The machine that the generator runs on, as Linux describes it.
report::MachineInfo read_machine();

/// The first "model name" of /proc/cpuinfo; empty if there is none.
std::string cpu_model(std::string_view cpuinfo);

/// What a process has used so far.
struct ProcessUsage {
  double cpu_s = 0;             ///< user and system, all threads
  std::uint64_t rss_bytes = 0;  ///< now
};
/// Of a process of this machine; CPU time to the hundredth of a second. All 0 if there is none.
ProcessUsage process_usage(pid_t process);
/// CPU seconds of this process and of those it has waited for.
double family_cpu_s();
/// User and system time of /proc/PID/stat in clock ticks.
std::uint64_t cpu_ticks(std::string_view stat);

}  // namespace throng::play
