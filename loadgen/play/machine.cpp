#include "loadgen/play/machine.hpp"

#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <charconv>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <thread>

namespace throng::play {
namespace {

std::string file_text(const std::string& path) {
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

// 1234 (the name) S 1 …: utime and stime are the 14th and 15th field, the 12th and 13th behind the
// name, which may contain anything.
std::uint64_t cpu_ticks(std::string_view stat) {
  constexpr int kFieldsBefore = 11;
  const std::size_t name_end = stat.rfind(')');
  if (name_end == std::string_view::npos) return 0;
  std::istringstream fields{std::string(stat.substr(name_end + 1))};
  std::string skipped;
  for (int i = 0; i < kFieldsBefore; ++i) fields >> skipped;
  std::uint64_t user = 0;
  std::uint64_t system = 0;
  fields >> user >> system;
  return user + system;
}

ProcessUsage process_usage(pid_t process) {
  const std::string folder = "/proc/" + std::to_string(process);
  const auto ticks = static_cast<double>(cpu_ticks(file_text(folder + "/stat")));
  return {ticks / static_cast<double>(sysconf(_SC_CLK_TCK)),
          memory_figure(file_text(folder + "/status"), "VmRSS")};
}

double family_cpu_s() {
  double all = 0;
  for (const int who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    rusage used{};
    getrusage(who, &used);
    all += seconds(used.ru_utime) + seconds(used.ru_stime);
  }
  return all;
}

}  // namespace throng::play
