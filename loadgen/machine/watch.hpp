#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "loadgen/machine/kernel_counters.hpp"
#include "loadgen/pacing/clock.hpp"

namespace throng::machine {

/// What the machine did to a generator in a stretch of time.
struct Facts {
  pacing::Duration core_wait{};   ///< of the thread that waited longest for a core
  double stolen_ratio = 0;        ///< of the time of all cores, by the hypervisor
  pacing::Duration clock_step{};  ///< how far the wall clock was set, forward or back
  pacing::Duration suspended{};   ///< how long the machine was
  NetworkCounters network;
};

/// Reads what the kernel counts when a stretch of time begins and when it ends. A plain value;
/// both calls cost less than a millisecond and read files only.
class Watch {
 public:
  /// `processes` are those of the generator, on this machine.
  explicit Watch(std::span<const pid_t> processes);

  /// Since it was made.
  Facts facts() const;

 private:
  using Waits = std::map<pid_t, std::uint64_t>;  ///< in ns, by thread

  struct Reading {
    Waits waits;
    CoreTicks ticks;
    NetworkCounters network;
    pacing::ClockOffsets clocks;
  };
  static Reading read(std::span<const pid_t> processes);

  const std::vector<pid_t> processes_;
  const Reading before_;
};

}  // namespace throng::machine
