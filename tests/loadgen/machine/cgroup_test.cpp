#include "loadgen/machine/cgroup.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace throng::machine {
namespace {

using testing::ElementsAre;

TEST(Cgroup, HasTheGroupsAboveIt) {
  EXPECT_THAT(cgroup_folders("0::/system.slice/throng.service\n"),
              ElementsAre("/system.slice/throng.service", "/system.slice", ""));
  EXPECT_THAT(cgroup_folders("4:memory:/of/version/one\n1:cpu:/\n0::/\n"), ElementsAre(""));
  EXPECT_THAT(cgroup_folders(""), ElementsAre(""));
}

TEST(Cgroup, HoldsToTheSmallestQuota) {
  EXPECT_EQ(smallest_quota({"max 100000\n", "150000 100000\n", "400000 100000\n"}), 1.5);
  EXPECT_EQ(smallest_quota({"max 100000\n"}), std::nullopt);
  EXPECT_EQ(smallest_quota({"150000\n"}), std::nullopt);
  EXPECT_EQ(smallest_quota({}), std::nullopt);
}

TEST(Cgroup, HoldsToTheSmallestLimit) {
  EXPECT_EQ(smallest_limit({"2147483648\n", "max\n", "1073741824\n"}), 1073741824u);
  EXPECT_EQ(smallest_limit({"max\n"}), std::nullopt);
}

}  // namespace
}  // namespace throng::machine
