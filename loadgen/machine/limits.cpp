#include "loadgen/machine/limits.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <charconv>

#include "loadgen/machine/cgroup.hpp"
#include "loadgen/machine/system_file.hpp"

namespace throng::machine {
namespace {

constexpr const char* kPortRangeFile = "/proc/sys/net/ipv4/ip_local_port_range";

std::uint64_t above(std::uint64_t value, std::uint64_t reserved) {
  return value > reserved ? value - reserved : 0;
}

/// What this process may still take without swapping.
std::uint64_t available_memory() {
  const std::uint64_t machine = memory_figure(file_text("/proc/meminfo"), "MemAvailable");
  return std::min(machine == 0 ? ProcessLimits().memory_bytes : machine,
                  smallest_room(cgroup_memory()).value_or(ProcessLimits().memory_bytes));
}

std::string descriptor_advice(const ProcessLimits& limits, std::uint64_t users,
                              unsigned processes) {
  const std::uint64_t in_each = (users + processes - 1) / processes;
  const std::string wanted = std::to_string(in_each + kReservedDescriptors);
  return std::to_string(limits.descriptors) + " file descriptors" +
         (processes > 1 ? " in each of " + std::to_string(processes) + " processes" : "") +
         " hold " + std::to_string(users_by_descriptors(limits) * processes) + " of " +
         std::to_string(users) + " users; raise the hard limit to " + wanted +
         " (as root: ulimit -n " + wanted + ", or LimitNOFILE=" + wanted + " in the systemd unit)";
}

std::string port_advice(const ProcessLimits& limits, std::uint64_t users, std::uint64_t max) {
  return "local ports " + std::to_string(limits.local_ports.first) + "-" +
         std::to_string(limits.local_ports.last) + " hold " + std::to_string(max) + " of " +
         std::to_string(users) +
         " users; widen them (as root: sysctl net.ipv4.ip_local_port_range=\"1024 65535\") or "
         "spread the load over more machines";
}

std::string memory_advice(const ProcessLimits& limits, std::uint64_t users) {
  return std::to_string(limits.memory_bytes >> 20) + " MB of memory hold " +
         std::to_string(users_by_memory(limits)) + " of " + std::to_string(users) +
         " users; free some, raise the cgroup's memory.max, or spread the load over more machines";
}

/// 127.0.0.1, 127.0.0.2, … : `count` of them.
std::vector<boost::asio::ip::address> loopback_sources(std::uint64_t count) {
  std::vector<boost::asio::ip::address> sources;
  for (std::uint64_t i = 1; i <= count; ++i) {
    sources.emplace_back(boost::asio::ip::address_v4(0x7f000000U + static_cast<std::uint32_t>(i)));
  }
  return sources;
}

}  // namespace

boost::system::result<PortRange> parse_port_range(std::string_view text) {
  const auto bad = make_error_code(boost::system::errc::invalid_argument);
  const char* const end = text.data() + text.size();
  PortRange range;
  const auto first = std::from_chars(text.data(), end, range.first);
  if (first.ec != std::errc()) return bad;
  const char* rest = std::find_if_not(first.ptr, end, [](char c) { return c == ' ' || c == '\t'; });
  if (rest == first.ptr) return bad;
  const auto last = std::from_chars(rest, end, range.last);
  if (last.ec != std::errc() || range.first == 0 || range.last < range.first) return bad;
  return range;
}

ProcessLimits raise_and_read_limits() {
  ProcessLimits limits;
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
    rlimit raised = files;
    raised.rlim_cur = files.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &raised) == 0) files = raised;
    limits.descriptors = files.rlim_cur;
    limits.descriptors_hard = files.rlim_max;
  }
  if (const auto range = parse_port_range(file_text(kPortRangeFile))) limits.local_ports = *range;
  limits.memory_bytes = available_memory();
  return limits;
}

std::uint64_t users_by_memory(const ProcessLimits& limits) {
  return limits.memory_bytes / kBytesPerUser;
}

std::uint64_t users_by_descriptors(const ProcessLimits& limits) {
  return above(limits.descriptors, kReservedDescriptors);
}

std::uint64_t sources_towards(const boost::asio::ip::address& target) {
  return target.is_v4() && target.is_loopback() ? kMaxLoopbackSources : 1;
}

std::uint64_t users_by_ports(const ProcessLimits& limits, const boost::asio::ip::address& target) {
  return above(limits.local_ports.size(), kReservedPorts) * sources_towards(target);
}

Fit fit_users(const ProcessLimits& limits, std::uint64_t users,
              const boost::asio::ip::address& target, unsigned processes,
              std::uint64_t per_connection) {
  const std::uint64_t by_memory = users_by_memory(limits);
  const std::uint64_t by_descriptors = users_by_descriptors(limits) * processes * per_connection;
  const std::uint64_t by_ports = users_by_ports(limits, target) * per_connection;
  const std::uint64_t per_source = by_ports / sources_towards(target);

  Fit fit;
  fit.max_users = std::min({by_memory, by_descriptors, by_ports});
  fit.fits = users <= fit.max_users;
  if (users > by_descriptors) {
    fit.advice = descriptor_advice(limits, users, processes);
  } else if (users > by_ports) {
    fit.advice = port_advice(limits, users, by_ports);
  } else if (users > by_memory) {
    fit.advice = memory_advice(limits, users);
  } else if (users > per_source) {
    fit.sources = loopback_sources((users + per_source - 1) / per_source);
  }
  return fit;
}

}  // namespace throng::machine
