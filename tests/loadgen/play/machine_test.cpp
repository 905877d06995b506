#include "loadgen/play/machine.hpp"

#include <gtest/gtest.h>

namespace throng::play {
namespace {

TEST(Machine, ReadsTheFirstModelName) {
  EXPECT_EQ(cpu_model("processor\t: 0\nmodel name\t: Example CPU @ 2.1GHz\n\n"
                      "processor\t: 1\nmodel name\t: Other\n"),
            "Example CPU @ 2.1GHz");
  EXPECT_EQ(cpu_model("processor\t: 0\n"), "");
  EXPECT_EQ(cpu_model(""), "");
}

TEST(Machine, ReadsFiguresInBytes) {
  const char* text = "MemTotal:       24625812 kB\nMemFree:\t1 kB\n";
  EXPECT_EQ(memory_figure(text, "MemTotal"), 24625812ULL * 1024);
  EXPECT_EQ(memory_figure(text, "MemFree"), 1024u);
  EXPECT_EQ(memory_figure(text, "SwapTotal"), 0u);
}

TEST(Machine, KnowsItself) {
  const report::MachineInfo machine = read_machine();
  EXPECT_GT(machine.cores, 0u);
  EXPECT_GT(machine.memory_bytes, 0u);
  EXPECT_TRUE(machine.kernel.starts_with("Linux "));
}

TEST(Machine, CountsWhatTheProcessUses) {
  const ProcessUsage usage = process_usage();
  EXPECT_GT(usage.rss_bytes, 0u);
  EXPECT_GE(process_usage().cpu_s, usage.cpu_s);
}

}  // namespace
}  // namespace throng::play
