#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "loadgen/machine/limits.hpp"

/// What this machine can carry, before anything is run on it.
namespace throng::machine {

/// What Linux says of the machine, as the files have it; empty where there is none.
struct MachineTexts {
  std::uint64_t cores = 1;
  std::string stat;                 ///< /proc/stat
  std::string nr_open;              ///< /proc/sys/fs/nr_open
  std::string file_max;             ///< /proc/sys/fs/file-max
  std::string somaxconn;            ///< /proc/sys/net/core/somaxconn
  std::string syn_backlog;          ///< /proc/sys/net/ipv4/tcp_max_syn_backlog
  std::string tcp_mem;              ///< /proc/sys/net/ipv4/tcp_mem, in pages
  std::string conntrack_max;        ///< /proc/sys/net/netfilter/nf_conntrack_max
  std::string conntrack_count;      ///< /proc/sys/net/netfilter/nf_conntrack_count
  std::string governor;             ///< /sys/devices/system/cpu/cpu0/cpufreq/scaling_governor
  std::string clock_source;         ///< /sys/devices/system/clocksource/…/current_clocksource
  std::vector<std::string> quotas;  ///< cpu.max of our cgroup (v2) and those above it
};
MachineTexts read_machine_texts();

/// One thing that was looked at.
struct Finding {
  std::string what;    ///< "descriptors"
  std::string value;   ///< "20000, at most 1048576"
  std::string allows;  ///< "19936 users in a process"; may be empty
  std::string remedy;  ///< how to raise it, if that is advisable; empty: all is well
};

struct Checkup {
  Fit fit;  ///< of the users that were asked about, or of one
  std::vector<Finding> findings;
};

/// `users` are those who are to play, if it is known how many.
Checkup check_up(const ProcessLimits& limits, const MachineTexts& texts,
                 const boost::asio::ip::address& target, std::optional<std::uint64_t> users);

}  // namespace throng::machine
