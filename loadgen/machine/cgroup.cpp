#include "loadgen/machine/cgroup.hpp"

#include <algorithm>

#include "loadgen/machine/system_file.hpp"

namespace throng::machine {
namespace {

constexpr const char* kRoot = "/sys/fs/cgroup";

bool is_limited(const std::string& text) { return !text.empty() && !text.starts_with("max"); }

std::uint64_t less(std::uint64_t all, std::uint64_t part) { return all - std::min(all, part); }

std::uint64_t idle_pages(std::string_view stat) {
  return number_at(value_of(stat, "inactive_file "), 1);
}

}  // namespace

std::vector<std::string> cgroup_folders(std::string_view own_cgroup) {
  std::string folder(value_of(own_cgroup, "0:"));
  folder.erase(0, std::min(folder.find('/'), folder.size()));
  std::vector<std::string> folders;
  while (folder.size() > 1) {
    folders.push_back(folder);
    folder.resize(folder.rfind('/'));
  }
  folders.emplace_back();
  return folders;
}

std::vector<std::string> cgroup_texts(const std::string& file) {
  std::vector<std::string> texts;
  for (const std::string& folder : cgroup_folders(file_text("/proc/self/cgroup"))) {
    std::string text = file_text(kRoot + folder + "/" + file);
    if (!text.empty()) texts.push_back(std::move(text));
  }
  return texts;
}

std::optional<double> smallest_quota(const std::vector<std::string>& texts) {
  std::optional<double> smallest;
  for (const std::string& text : texts) {
    const auto period = static_cast<double>(number_at(text, 1));
    if (!is_limited(text) || period == 0) continue;
    const double cores = static_cast<double>(number_at(text, 0)) / period;
    smallest = std::min(smallest.value_or(cores), cores);
  }
  return smallest;
}

std::vector<CgroupMemory> cgroup_memory() {
  std::vector<CgroupMemory> groups;
  for (const std::string& folder : cgroup_folders(file_text("/proc/self/cgroup"))) {
    const std::string path = kRoot + folder + "/memory.";
    groups.push_back(
        {file_text(path + "max"), file_text(path + "current"), file_text(path + "stat")});
  }
  return groups;
}

std::optional<std::uint64_t> smallest_room(const std::vector<CgroupMemory>& groups) {
  std::optional<std::uint64_t> smallest;
  for (const CgroupMemory& group : groups) {
    if (!is_limited(group.max)) continue;
    const std::uint64_t used = less(number_at(group.current, 0), idle_pages(group.stat));
    const std::uint64_t room = less(number_at(group.max, 0), used);
    smallest = std::min(smallest.value_or(room), room);
  }
  return smallest;
}

}  // namespace throng::machine
