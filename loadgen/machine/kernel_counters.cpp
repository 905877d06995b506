#include "loadgen/machine/kernel_counters.hpp"

#include <array>

#include "loadgen/machine/system_file.hpp"

namespace throng::machine {
namespace {

/// How many words stand before `name`; npos if it isn't there.
std::size_t place_of(std::string_view names, std::string_view name) {
  std::size_t place = 0;
  while (!names.empty()) {
    const std::size_t end = names.find(' ');
    if (names.substr(0, end) == name) return place;
    if (end == std::string_view::npos) break;
    names.remove_prefix(end + 1);
    ++place;
  }
  return std::string_view::npos;
}

}  // namespace

std::uint64_t network_figure(std::string_view text, std::string_view table, std::string_view name) {
  const std::string_view names = value_of(text, table);
  const std::string_view line = names.substr(0, names.find('\n'));
  const std::size_t place = place_of(line, name);
  if (place == std::string_view::npos) return 0;
  const std::string_view rest = text.substr(static_cast<std::size_t>(line.end() - text.begin()));
  return number_at(value_of(rest.substr(1), table), place);
}

NetworkCounters operator-(const NetworkCounters& now, const NetworkCounters& before) {
  return {now.sent - before.sent,
          now.retransmitted - before.retransmitted,
          now.loss_probes - before.loss_probes,
          now.connects - before.connects,
          now.listen_drops - before.listen_drops,
          now.queue_drops - before.queue_drops};
}

NetworkCounters network_counters(std::string_view snmp, std::string_view netstat) {
  constexpr std::array kQueueDrops = {"TCPBacklogDrop", "TCPRcvQDrop", "TCPOFODrop", "RcvPruned"};
  NetworkCounters counters;
  counters.sent = network_figure(snmp, "Tcp", "OutSegs");
  counters.retransmitted = network_figure(snmp, "Tcp", "RetransSegs");
  counters.loss_probes = network_figure(netstat, "TcpExt", "TCPLossProbes") -
                         network_figure(netstat, "TcpExt", "TCPLossProbeRecovery");
  counters.connects = network_figure(snmp, "Tcp", "ActiveOpens");
  // Those of ListenOverflows are among them.
  counters.listen_drops = network_figure(netstat, "TcpExt", "ListenDrops");
  for (const char* name : kQueueDrops) {
    counters.queue_drops += network_figure(netstat, "TcpExt", name);
  }
  return counters;
}

CoreTicks operator-(const CoreTicks& now, const CoreTicks& before) {
  return {now.all - before.all, now.stolen - before.stolen};
}

// cpu  USER NICE SYSTEM IDLE IOWAIT IRQ SOFTIRQ STEAL …; what guests use is in USER and NICE.
CoreTicks core_ticks(std::string_view stat) {
  constexpr std::size_t kFigures = 8;
  const std::string_view line = stat.substr(0, stat.find('\n'));
  CoreTicks ticks;
  for (std::size_t i = 1; i <= kFigures; ++i) ticks.all += number_at(line, i);
  ticks.stolen = number_at(line, kFigures);
  return ticks;
}

std::uint64_t core_wait_ns(std::string_view schedstat) { return number_at(schedstat, 1); }

}  // namespace throng::machine
