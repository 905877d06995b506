#include "loadgen/play/machine.hpp"

#include <sys/resource.h>
#include <sys/utsname.h>

#include <charconv>
#include <fstream>
#include <iterator>
#include <thread>

namespace throng::play {
namespace {

std::string file_text(const char* path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// What stands behind the colon in the first line that begins with `name`.
std::string_view value_of(std::string_view text, std::string_view name) {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    if (line.starts_with(name)) {
      const std::size_t colon = line.find(':');
      const std::size_t value = line.find_first_not_of(" \t", colon + 1);
      return value == std::string_view::npos ? std::string_view() : line.substr(value);
    }
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return {};
}

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

std::string cpu_model(std::string_view cpuinfo) {
  return std::string(value_of(cpuinfo, "model name"));
}

std::uint64_t memory_figure(std::string_view text, std::string_view name) {
  const std::string_view value = value_of(text, name);
  std::uint64_t kilobytes = 0;
  std::from_chars(value.data(), value.data() + value.size(), kilobytes);
  return kilobytes * 1024;
}

report::MachineInfo read_machine() {
  utsname kernel{};
  uname(&kernel);
  return {cpu_model(file_text("/proc/cpuinfo")), std::thread::hardware_concurrency(),
          memory_figure(file_text("/proc/meminfo"), "MemTotal"),
          std::string(kernel.sysname) + " " + kernel.release};
}

ProcessUsage process_usage() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  return {seconds(used.ru_utime) + seconds(used.ru_stime),
          memory_figure(file_text("/proc/self/status"), "VmRSS")};
}

}  // namespace throng::play
