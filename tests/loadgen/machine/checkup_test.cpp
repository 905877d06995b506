#include "loadgen/machine/checkup.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace throng::machine {
namespace {

using boost::asio::ip::make_address;
using testing::HasSubstr;
using testing::IsEmpty;

const auto kLocal = make_address("127.0.0.1");

ProcessLimits limits() { return {20'000, 20'000, {32'768, 60'999}, std::uint64_t{16} << 30}; }

/// A machine with nothing to complain of.
MachineTexts healthy() {
  MachineTexts texts;
  texts.cores = 8;
  texts.stat = "cpu  264725 19340 40350 118063 1241 0 1508 382 0 0\ncpu0 1 2 3\n";
  texts.nr_open = "1048576\n";
  texts.file_max = "2466170\n";
  texts.somaxconn = "4096\n";
  texts.syn_backlog = "2048\n";
  texts.tcp_mem = "287898\t383867\t575796\n";
  texts.conntrack_max = "262144\n";
  texts.conntrack_count = "144\n";
  texts.governor = "performance\n";
  texts.clock_source = "tsc\n";
  texts.quotas = {"max 100000\n"};
  return texts;
}

/// The finding of that name; an empty one if there is none.
Finding find(const Checkup& checkup, const std::string& what) {
  const auto found = std::ranges::find(checkup.findings, what, &Finding::what);
  return found == checkup.findings.end() ? Finding{} : *found;
}

Finding find(const MachineTexts& texts, const std::string& what, std::uint64_t users = 1) {
  return find(check_up(limits(), texts, kLocal, users), what);
}

TEST(Checkup, FindsAHealthyMachineHealthy) {
  const Checkup checkup = check_up(limits(), healthy(), kLocal, 10'000);
  EXPECT_TRUE(checkup.fit.fits);
  EXPECT_EQ(checkup.findings.size(), 12u);
  for (const Finding& finding : checkup.findings) {
    EXPECT_THAT(finding.remedy, IsEmpty()) << finding.what;
    EXPECT_FALSE(finding.value.empty()) << finding.what;
  }
}

TEST(Checkup, SaysWhatEachLimitAllows) {
  const Checkup checkup = check_up(limits(), healthy(), kLocal, std::nullopt);
  EXPECT_EQ(find(checkup, "memory").allows, "2097152 users of 8 kB");
  EXPECT_EQ(find(checkup, "descriptors").allows, "19936 users in a process");
  EXPECT_EQ(find(checkup, "local ports").value, "32768-60999 from 200 source addresses");
  EXPECT_EQ(find(checkup, "local ports").allows, "5446400 users to one target");
  EXPECT_EQ(find(checkup, "connection tracking").allows, "262000 users");
  EXPECT_EQ(checkup.fit.max_users, 19'936u);
}

TEST(Checkup, RefusesAsARunDoes) {
  const Checkup checkup = check_up(limits(), healthy(), kLocal, 50'000);
  EXPECT_FALSE(checkup.fit.fits);
  EXPECT_EQ(checkup.fit.advice, fit_users(limits(), 50'000, kLocal).advice);
  EXPECT_THAT(find(checkup, "descriptors").remedy, HasSubstr("ulimit -n 50064"));
}

TEST(Checkup, KnowsThatAnotherMachineIsReachedFromOneAddress) {
  const Checkup checkup = check_up(limits(), healthy(), make_address("192.0.2.1"), 30'000);
  EXPECT_EQ(find(checkup, "local ports").value, "32768-60999 from 1 source address");
  EXPECT_THAT(find(checkup, "local ports").remedy, HasSubstr("ip_local_port_range"));
}

TEST(Checkup, SeesACgroupsQuota) {
  MachineTexts texts = healthy();
  texts.quotas = {"150000 100000\n", "max 100000\n"};
  EXPECT_EQ(find(texts, "cores").value, "8, 1.5 by the cgroup's cpu.max");
  EXPECT_EQ(find(texts, "cores").allows, "--threads up to 1");
  EXPECT_THAT(find(texts, "cores").remedy, HasSubstr("cpu.max"));
}

TEST(Checkup, SeesTooLittleMemory) {
  ProcessLimits small = limits();
  small.memory_bytes = 8'192 * 1'000;
  const Checkup checkup = check_up(small, healthy(), kLocal, 1'001);
  EXPECT_THAT(find(checkup, "memory").remedy, HasSubstr("memory.max"));
  EXPECT_THAT(checkup.fit.advice, HasSubstr("7 MB of memory hold 1000 of 1001 users"));
}

TEST(Checkup, SeesShortQueues) {
  MachineTexts texts = healthy();
  texts.somaxconn = texts.syn_backlog = "128\n";
  EXPECT_EQ(find(texts, "listen queue").remedy, "sysctl net.core.somaxconn=4096");
  EXPECT_EQ(find(texts, "handshake queue").remedy, "sysctl net.ipv4.tcp_max_syn_backlog=4096");
}

TEST(Checkup, SeesKernelTablesThatAreTooSmall) {
  MachineTexts texts = healthy();
  texts.file_max = "30000\n";
  texts.tcp_mem = "100 200 300\n";
  texts.conntrack_max = "8192\n";
  EXPECT_THAT(find(texts, "descriptors of all", 16'000).remedy, HasSubstr("fs.file-max=64000"));
  EXPECT_THAT(find(texts, "socket buffers", 16'000).remedy, HasSubstr("net.ipv4.tcp_mem="));
  EXPECT_THAT(find(texts, "connection tracking", 16'000).remedy,
              HasSubstr("nf_conntrack_max=32288"));
}

TEST(Checkup, SeesWhatMakesTimeUneven) {
  MachineTexts texts = healthy();
  texts.governor = "powersave\n";
  texts.clock_source = "hpet\n";
  texts.stat = "cpu  100 0 0 800 0 0 0 100\n";
  EXPECT_THAT(find(texts, "frequency governor").remedy, HasSubstr("performance"));
  EXPECT_THAT(find(texts, "clock source").remedy, HasSubstr("tsc"));
  EXPECT_EQ(find(texts, "stolen so far").value, "10.00 % of the cores' time");
  EXPECT_THAT(find(texts, "stolen so far").remedy, HasSubstr("shared"));
}

TEST(Checkup, LeavesOutWhatTheMachineDoesNotHave) {
  MachineTexts texts;
  const Checkup checkup = check_up(limits(), texts, kLocal, std::nullopt);
  for (const char* what : {"connection tracking", "frequency governor", "clock source",
                           "listen queue", "socket buffers", "stolen so far"}) {
    EXPECT_EQ(find(checkup, what).what, "") << what;
  }
}

TEST(Checkup, ReadsThisMachine) {
  const MachineTexts texts = read_machine_texts();
  EXPECT_GT(texts.cores, 0u);
  EXPECT_FALSE(texts.stat.empty());
}

}  // namespace
}  // namespace throng::machine
