#pragma once

#include <boost/asio/ip/address.hpp>
#include <boost/system/result.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// What one process can hold: connections cost memory, a file descriptor each, and a local port
/// each as long as they go to one address and port.
namespace throng::machine {

struct PortRange {
  std::uint16_t first = 0;
  std::uint16_t last = 0;

  std::uint64_t size() const { return std::uint64_t{last} - first + 1; }
};

/// Reads "32768\t60999\n", as /proc/sys/net/ipv4/ip_local_port_range has it.
/// Errors: invalid_argument.
boost::system::result<PortRange> parse_port_range(std::string_view text);

struct ProcessLimits {
  std::uint64_t descriptors = 0;                   ///< RLIMIT_NOFILE, soft
  std::uint64_t descriptors_hard = 0;              ///< what the soft limit may be raised to
  PortRange local_ports = {32768, 60999};          ///< Linux's default where /proc doesn't tell
  std::uint64_t memory_bytes = ~std::uint64_t{0};  ///< available, also to our cgroup
};

/// Raises the soft limit of descriptors to the hard one, and reads what then holds.
ProcessLimits raise_and_read_limits();

/// Descriptors that a run needs beside its connections: files, listeners, event queues.
inline constexpr std::uint64_t kReservedDescriptors = 64;
/// Ports of each source address that are left to others, who may hold some already.
inline constexpr std::uint64_t kReservedPorts = 1'000;
/// Connections to a loopback target come from as many of 127.0.0.1, 127.0.0.2, … as they need,
/// but no more than these.
inline constexpr std::uint64_t kMaxLoopbackSources = 200;

/// What a user takes who is connected and has nothing to do: 3.6 kB here, the rest in the kernel.
inline constexpr std::uint64_t kBytesPerUser = 8 * 1024;

// How many users each limit holds. Of descriptors: in one process.
std::uint64_t users_by_memory(const ProcessLimits& limits);
std::uint64_t users_by_descriptors(const ProcessLimits& limits);
std::uint64_t users_by_ports(const ProcessLimits& limits, const boost::asio::ip::address& target);
/// Addresses that connections to a target may come from.
std::uint64_t sources_towards(const boost::asio::ip::address& target);

/// Whether a number of connections to one target fits.
struct Fit {
  bool fits = true;
  std::uint64_t max_users = 0;  ///< how many would
  std::string advice;           ///< if not: what is short and how to raise it, for people
  /// The addresses to connect from, in turn. Empty: the kernel chooses.
  std::vector<boost::asio::ip::address> sources;
};

/// `processes` share the users and have the limits each; `per_connection` users share a connection.
Fit fit_users(const ProcessLimits& limits, std::uint64_t users,
              const boost::asio::ip::address& target, unsigned processes = 1,
              std::uint64_t per_connection = 1);

}  // namespace throng::machine
