#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What a container or a unit may use, by control groups of version 2. Each group's limits are also
/// those of the groups in it, so the smallest of our own and of all above it holds.
namespace throng::machine {

/// The folders of our group and those above it, innermost first, by the "0::/path" of
/// /proc/self/cgroup: "/a/b" and "/a" and "" of "0::/a/b". Only "" where there is none.
std::vector<std::string> cgroup_folders(std::string_view own_cgroup);

/// A file of our group and of those above it; those that can't be read are left out.
std::vector<std::string> cgroup_texts(const std::string& file);

/// Cores, by texts of cpu.max: "150000 100000" are one and a half, "max 100000" is no limit.
std::optional<double> smallest_quota(const std::vector<std::string>& texts);

/// A group's files about memory.
struct CgroupMemory {
  std::string max;      ///< memory.max, in bytes: "1073741824", or "max"
  std::string current;  ///< memory.current, in bytes
  std::string stat;     ///< memory.stat, e.g. "inactive_file 4096" in a line
};

/// Those of our group and of those above it.
std::vector<CgroupMemory> cgroup_memory();
/// Bytes that may still be taken: limits less what is used and couldn't be taken back at once, as
/// the pages of files that nobody has read lately could. Nothing: no limit.
std::optional<std::uint64_t> smallest_room(const std::vector<CgroupMemory>& groups);

}  // namespace throng::machine
