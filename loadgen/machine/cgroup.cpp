#include "loadgen/machine/cgroup.hpp"

#include <algorithm>

#include "loadgen/machine/system_file.hpp"

namespace throng::machine {
namespace {

constexpr const char* kRoot = "/sys/fs/cgroup";

bool is_limited(const std::string& text) { return !text.empty() && !text.starts_with("max"); }

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

std::optional<std::uint64_t> smallest_limit(const std::vector<std::string>& texts) {
  std::optional<std::uint64_t> smallest;
  for (const std::string& text : texts) {
    if (!is_limited(text)) continue;
    smallest = std::min(smallest.value_or(number_at(text, 0)), number_at(text, 0));
  }
  return smallest;
}

}  // namespace throng::machine
