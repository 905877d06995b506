#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>

/// What the kernel counts since it started, in the texts of /proc. Two readings and their
/// difference say what a stretch of time has cost.
namespace throng::machine {

/// A figure of /proc/net/snmp or /proc/net/netstat, where each table has a line of names and a
/// line of figures; 0 if it isn't there: not every kernel counts everything.
///
///   Tcp: RtoAlgorithm RtoMin … OutSegs RetransSegs InErrs
///   Tcp: 1 200 … 2886051 1264 0
std::uint64_t network_figure(std::string_view text, std::string_view table, std::string_view name);

/// Of the network namespace, so of all programs in it: the target's too if it runs beside us.
struct NetworkCounters {
  std::uint64_t sent = 0;           ///< TCP segments, without those sent again
  std::uint64_t retransmitted = 0;  ///< TCP segments sent again, the loss probes too
  std::uint64_t loss_probes = 0;    ///< of these, sent to see whether an acknowledgement was lost
  std::uint64_t connects = 0;       ///< connections that were asked for
  std::uint64_t listen_drops = 0;   ///< of those, turned away by a listener's full queue
  std::uint64_t queue_drops = 0;    ///< segments that came and found a socket's queue full

  /// Segments that were lost, or late enough to seem so. A loss probe is none: the last segment of
  /// a conversation is sent again when its acknowledgement takes a few milliseconds, and it may.
  std::uint64_t lost() const { return retransmitted - std::min(loss_probes, retransmitted); }

  friend NetworkCounters operator-(const NetworkCounters& now, const NetworkCounters& before);
};
/// Of /proc/net/snmp and /proc/net/netstat.
NetworkCounters network_counters(std::string_view snmp, std::string_view netstat);

/// The time of all cores together, in ticks.
struct CoreTicks {
  std::uint64_t all = 0;
  std::uint64_t stolen = 0;  ///< the hypervisor gave the core to another machine

  friend CoreTicks operator-(const CoreTicks& now, const CoreTicks& before);
};
/// Of /proc/stat.
CoreTicks core_ticks(std::string_view stat);

/// How long a thread was ready to run and had no core: of /proc/PID/task/TID/schedstat, which is
/// "RAN_NS WAITED_NS SLICES".
std::uint64_t core_wait_ns(std::string_view schedstat);

}  // namespace throng::machine
