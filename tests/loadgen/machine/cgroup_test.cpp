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

TEST(Cgroup, HasTheRoomOfTheSmallestGroup) {
  const std::string stat = "anon 5000\ninactive_anon 1\nactive_file 700\ninactive_file 300\n";
  EXPECT_EQ(smallest_room({{"10000\n", "2000\n", ""}, {"9000\n", "2000\n", ""}}), 7000u);
  EXPECT_EQ(smallest_room({{"10000\n", "6000\n", stat}, {"max\n", "8000\n", stat}}), 4300u);
}

TEST(Cgroup, HasNoRoomWhereMoreIsUsedThanMayBe) {
  EXPECT_EQ(smallest_room({{"1000\n", "2000\n", ""}}), 0u);
}

TEST(Cgroup, KnowsNoRoomWithoutALimit) {
  EXPECT_EQ(smallest_room({{"max\n", "2000\n", ""}, {"", "", ""}}), std::nullopt);
}

}  // namespace
}  // namespace throng::machine
