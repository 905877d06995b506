#include "loadgen/simulate/aggregate/fleet_size.hpp"

#include <gtest/gtest.h>

namespace throng::simulate {
namespace {

TEST(FewestNodes, FindsThemToOneInFifty) {
  for (const std::uint64_t needed : {1u, 2u, 7u, 130u, 1'234u, 9'999u}) {
    const auto found =
        fewest_nodes(double(needed) * 0.7, [&](std::uint64_t nodes) { return nodes >= needed; });
    ASSERT_TRUE(found);
    EXPECT_GE(*found, needed);
    EXPECT_LE(double(*found), double(needed) * 1.03 + 0.5);
  }
}

TEST(FewestNodes, GivesUpWhereMoreNodesDoNotHelp) {
  int asked = 0;
  EXPECT_FALSE(fewest_nodes(100, [&](std::uint64_t nodes) {
    EXPECT_LE(nodes, 2'000u);
    ++asked;
    return false;
  }));
  EXPECT_LE(asked, 8);
}

TEST(FewestNodes, IsOneWhereThereIsNothingToDo) {
  EXPECT_EQ(fewest_nodes(0, [](std::uint64_t) { return true; }), 1u);
}

}  // namespace
}  // namespace throng::simulate
