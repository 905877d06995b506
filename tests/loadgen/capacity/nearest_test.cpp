#include "loadgen/capacity/nearest.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace throng::capacity {
namespace {

const std::vector<std::string> kNames = {"replicas", "retention", "dau", "fan_out"};

TEST(Nearest, FindsTheMistypedName) {
  EXPECT_EQ(did_you_mean("replcas", kNames), "; did you mean \"replicas\"?");
  EXPECT_EQ(did_you_mean("fanout", kNames), "; did you mean \"fan_out\"?");
  EXPECT_EQ(did_you_mean("dua", kNames), "") << "two of three letters differ";
  EXPECT_EQ(did_you_mean("da", kNames), "") << "half of it differs";
}

TEST(Nearest, SaysNothingWhereNothingIsNear) {
  EXPECT_EQ(did_you_mean("price", kNames), "");
  EXPECT_EQ(did_you_mean("", kNames), "");
  EXPECT_EQ(did_you_mean("x", {}), "");
}

}  // namespace
}  // namespace throng::capacity
