#include "server/node/process_usage.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <fstream>

namespace throng::node {
namespace {

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

ProcessUsage process_usage() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  std::uint64_t pages = 0;
  std::uint64_t resident_pages = 0;
  std::ifstream("/proc/self/statm") >> pages >> resident_pages;
  return {seconds(used.ru_utime) + seconds(used.ru_stime),
          resident_pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE))};
}

}  // namespace throng::node
