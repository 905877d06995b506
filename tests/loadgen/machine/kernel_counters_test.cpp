#include "loadgen/machine/kernel_counters.hpp"

#include <gtest/gtest.h>

namespace throng::machine {
namespace {

// Of a Linux 6.18, the long tables cut.
constexpr const char* kSnmp =
    "Ip: Forwarding DefaultTTL InReceives\n"
    "Ip: 2 64 2888123\n"
    "Tcp: RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens AttemptFails EstabResets "
    "CurrEstab InSegs OutSegs RetransSegs InErrs OutRsts InCsumErrors\n"
    "Tcp: 1 200 120000 -1 16931 16395 509 10577 420 2887995 2886051 1264 0 9270 0\n"
    "Udp: InDatagrams NoPorts\n"
    "Udp: 15 0\n";
constexpr const char* kNetstat =
    "TcpExt: SyncookiesSent PruneCalled RcvPruned ListenOverflows ListenDrops TCPBacklogDrop "
    "TCPOFODrop TCPRcvQDrop TCPLossProbes TCPLossProbeRecovery\n"
    "TcpExt: 0 9 1 41 43 5 7 11 1002 2\n"
    "IpExt: InNoRoutes InTruncatedPkts\n"
    "IpExt: 0 0\n";

TEST(NetworkFigure, StandsUnderItsName) {
  EXPECT_EQ(network_figure(kSnmp, "Ip", "InReceives"), 2888123u);
  EXPECT_EQ(network_figure(kSnmp, "Udp", "InDatagrams"), 15u);
  EXPECT_EQ(network_figure(kNetstat, "TcpExt", "ListenDrops"), 43u);
}

TEST(NetworkFigure, IsZeroWhereNothingIsCounted) {
  EXPECT_EQ(network_figure(kSnmp, "Tcp", "NoSuchName"), 0u);
  EXPECT_EQ(network_figure(kSnmp, "Sctp", "InSegs"), 0u);
  EXPECT_EQ(network_figure("", "Tcp", "InSegs"), 0u);
  EXPECT_EQ(network_figure("Tcp: OutSegs\n", "Tcp", "OutSegs"), 0u);
}

// MaxConn is -1 where there is no limit, and the figures behind it keep their places.
TEST(NetworkCounters, AreReadFromBothTables) {
  const NetworkCounters counters = network_counters(kSnmp, kNetstat);
  EXPECT_EQ(counters.sent, 2886051u);
  EXPECT_EQ(counters.retransmitted, 1264u);
  EXPECT_EQ(counters.loss_probes, 1000u) << "two of them were for a segment that was lost";
  EXPECT_EQ(counters.lost(), 264u);
  EXPECT_EQ(counters.connects, 16931u);
  EXPECT_EQ(counters.listen_drops, 43u);
  EXPECT_EQ(counters.queue_drops, 1u + 5 + 7 + 11);
}

TEST(NetworkCounters, Differ) {
  const NetworkCounters now{10, 20, 60, 30, 40, 50};
  const NetworkCounters since = now - NetworkCounters{1, 2, 6, 3, 4, 5};
  EXPECT_EQ(since.sent, 9u);
  EXPECT_EQ(since.retransmitted, 18u);
  EXPECT_EQ(since.loss_probes, 54u);
  EXPECT_EQ(since.lost(), 0u);
  EXPECT_EQ(since.connects, 27u);
  EXPECT_EQ(since.listen_drops, 36u);
  EXPECT_EQ(since.queue_drops, 45u);
}

TEST(CoreTicks, AddAllCoresUp) {
  const CoreTicks ticks = core_ticks(
      "cpu  264725 19340 40350 118063 1241 0 1508 382 17 4\n"
      "cpu0 130000 9000 20000 59000 600 0 700 190 0 0\n");
  EXPECT_EQ(ticks.all, 264725u + 19340 + 40350 + 118063 + 1241 + 0 + 1508 + 382);
  EXPECT_EQ(ticks.stolen, 382u);
  EXPECT_EQ((ticks - CoreTicks{100, 82}).stolen, 300u);
}

TEST(CoreWait, IsTheSecondFigure) {
  EXPECT_EQ(core_wait_ns("284854572 283353091 72\n"), 283353091u);
  EXPECT_EQ(core_wait_ns(""), 0u);
}

}  // namespace
}  // namespace throng::machine
