#include "loadgen/machine/watch.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <string>
#include <system_error>

#include "loadgen/machine/system_file.hpp"

namespace throng::machine {
namespace {

/// Calls fn(thread, its folder under /proc) for each thread of a process; for none if it is gone.
template <class Fn>
void for_each_thread(pid_t process, Fn&& fn) {
  std::error_code error;
  const std::string tasks = "/proc/" + std::to_string(process) + "/task";
  for (const auto& entry : std::filesystem::directory_iterator(tasks, error)) {
    const std::string name = entry.path().filename().string();
    pid_t thread = 0;
    std::from_chars(name.data(), name.data() + name.size(), thread);
    fn(thread, entry.path().string());
  }
}

}  // namespace

Watch::Watch(std::span<const pid_t> processes)
    : processes_(processes.begin(), processes.end()), before_(read(processes)) {}

Watch::Reading Watch::read(std::span<const pid_t> processes) {
  Reading reading;
  for (const pid_t process : processes) {
    for_each_thread(process, [&](pid_t thread, const std::string& folder) {
      reading.waits[thread] = core_wait_ns(file_text(folder + "/schedstat"));
    });
  }
  reading.ticks = core_ticks(file_text("/proc/stat"));
  reading.network = network_counters(file_text("/proc/net/snmp"), file_text("/proc/net/netstat"));
  reading.clocks = pacing::read_clock_offsets();
  return reading;
}

Facts Watch::facts() const {
  const Reading now = read(processes_);
  Facts facts;
  for (const auto& [thread, waited] : now.waits) {
    const auto found = before_.waits.find(thread);
    const std::uint64_t before = found == before_.waits.end() ? 0 : found->second;
    const pacing::Duration own{static_cast<std::int64_t>(waited - std::min(before, waited))};
    facts.core_wait = std::max(facts.core_wait, own);
  }
  const CoreTicks ticks = now.ticks - before_.ticks;
  if (ticks.all > 0) {
    facts.stolen_ratio = static_cast<double>(ticks.stolen) / static_cast<double>(ticks.all);
  }
  facts.network = now.network - before_.network;
  // A suspended machine sets its wall clock when it wakes up: that is one thing, not two.
  facts.suspended = now.clocks.boot - before_.clocks.boot;
  facts.clock_step = std::chrono::abs(now.clocks.wall - before_.clocks.wall - facts.suspended);
  return facts;
}

}  // namespace throng::machine
