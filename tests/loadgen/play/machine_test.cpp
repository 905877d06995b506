#include "loadgen/play/machine.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

namespace throng::play {
namespace {

TEST(Machine, ReadsTheFirstModelName) {
  EXPECT_EQ(cpu_model("processor\t: 0\nmodel name\t: Example CPU @ 2.1GHz\n\n"
                      "processor\t: 1\nmodel name\t: Other\n"),
            "Example CPU @ 2.1GHz");
  EXPECT_EQ(cpu_model("processor\t: 0\n"), "");
  EXPECT_EQ(cpu_model(""), "");
}

TEST(Machine, KnowsItself) {
  const report::MachineInfo machine = read_machine();
  EXPECT_GT(machine.cores, 0u);
  EXPECT_GT(machine.memory_bytes, 0u);
  EXPECT_TRUE(machine.kernel.starts_with("Linux "));
}

TEST(Machine, ReadsCpuTicksBehindAnyName) {
  EXPECT_EQ(cpu_ticks("7 (a) b (c) S 1 7 7 0 -1 4194560 90 0 0 0 15 4 0 0 20 0"), 19u);
  EXPECT_EQ(cpu_ticks("7 (cut off) S 1"), 0u);
  EXPECT_EQ(cpu_ticks(""), 0u);
}

TEST(Machine, CountsWhatAProcessUses) {
  const ProcessUsage usage = process_usage(getpid());
  EXPECT_GT(usage.rss_bytes, 0u);
  EXPECT_GE(process_usage(getpid()).cpu_s, usage.cpu_s);
  EXPECT_GT(family_cpu_s(), 0);
  EXPECT_EQ(process_usage(0).rss_bytes, 0u);  // nobody has this number
}

}  // namespace
}  // namespace throng::play
