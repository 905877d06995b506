#include "server/node/resources.hpp"

#include <sched.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <string>

namespace throng::node {
namespace {

const std::filesystem::path kGroups = "/sys/fs/cgroup";

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

std::uint64_t page_bytes() { return static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE)); }

/// The kernel tells their number as the size of the directory: listing them would take a shard
/// milliseconds.
std::optional<std::uint64_t> open_descriptors() {
  struct stat directory {};
  if (stat("/proc/self/fd", &directory) != 0 || directory.st_size <= 0) return std::nullopt;
  return static_cast<std::uint64_t>(directory.st_size);
}

/// From "0::/system.slice/throng.service" in /proc/self/cgroup.
std::filesystem::path own_group() {
  std::string line;
  std::ifstream in("/proc/self/cgroup");
  while (std::getline(in, line)) {
    if (line.starts_with("0::/")) return kGroups / line.substr(4);
  }
  return kGroups;
}

/// The least of what our group and those above it may have.
std::uint64_t memory_bytes() {
  std::uint64_t least = static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) * page_bytes();
  for (auto group = own_group();; group = group.parent_path()) {
    std::uint64_t limit = 0;
    if (std::ifstream(group / "memory.max") >> limit) least = std::min(least, limit);
    if (group == kGroups || group == group.root_path()) return least;
  }
}

std::uint64_t cores() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return static_cast<unsigned>(CPU_COUNT(&set));
  return static_cast<std::uint64_t>(sysconf(_SC_NPROCESSORS_ONLN));
}

}  // namespace

ProcessUsage process_usage() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  std::uint64_t pages = 0;
  std::uint64_t resident_pages = 0;
  std::ifstream("/proc/self/statm") >> pages >> resident_pages;
  return {seconds(used.ru_utime) + seconds(used.ru_stime), resident_pages * page_bytes(),
          open_descriptors()};
}

MachineShare machine_share() { return {cores(), memory_bytes()}; }

metrics::DiskFigures disk_figures(const std::filesystem::path& directory) {
  struct statvfs disk {};
  if (statvfs(directory.c_str(), &disk) != 0) return {};
  return {disk.f_blocks * disk.f_frsize, disk.f_bavail * disk.f_frsize};
}

}  // namespace throng::node
