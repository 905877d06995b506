#include "loadgen/play/machine.hpp"

#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <string>
#include <thread>

#include "loadgen/machine/system_file.hpp"

namespace throng::play {
namespace {

using machine::file_text;
using machine::memory_figure;

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

std::string cpu_model(std::string_view cpuinfo) {
  return std::string(machine::value_of(cpuinfo, "model name"));
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
  const std::size_t name_end = stat.rfind(')');
  if (name_end == std::string_view::npos) return 0;
  const std::string_view fields = stat.substr(name_end + 1);
  return machine::number_at(fields, 11) + machine::number_at(fields, 12);
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
