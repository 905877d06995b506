#include "server/node/resources.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

namespace throng::node {
namespace {

TEST(Resources, AProcessUsesSome) {
  const ProcessUsage used = process_usage();
  EXPECT_GT(used.resident_bytes, 1'000'000u);
  // Standard streams at least, where the kernel tells.
  EXPECT_GE(used.open_descriptors.value_or(3), 3u);
}

TEST(Resources, CountsDescriptorsThatAreOpened) {
  const auto before = process_usage().open_descriptors;
  if (!before) GTEST_SKIP() << "this kernel doesn't say";
  const int opened = dup(STDOUT_FILENO);
  EXPECT_EQ(process_usage().open_descriptors, *before + 1);
  close(opened);
}

TEST(Resources, AMachineHasCoresAndMemory) {
  const MachineShare share = machine_share();
  EXPECT_GE(share.cores, 1u);
  EXPECT_GT(share.memory_bytes, process_usage().resident_bytes);
}

TEST(Resources, ADiskHasRoom) {
  const metrics::DiskFigures disk = disk_figures("/");
  EXPECT_GT(disk.size_bytes, 0u);
  EXPECT_LE(disk.available_bytes, disk.size_bytes);
  EXPECT_EQ(disk_figures("/is/not/there").size_bytes, 0u);
}

}  // namespace
}  // namespace throng::node
