#include "loadgen/simulate/network.hpp"

#include <gtest/gtest.h>

namespace throng::simulate {
namespace {

using pacing::Distribution;
using std::chrono::milliseconds;

TEST(Network, TakesItsLatency) {
  const NetworkModel network{Distribution::constant(0.02), 0, milliseconds(200)};
  pacing::Random random(1, 1);
  EXPECT_EQ(network.delay(random), milliseconds(20));
}

TEST(Network, SendsAgainWhatWasLost) {
  const NetworkModel network{Distribution::constant(0), 0.5, milliseconds(100)};
  pacing::Random random(1, 1);
  int lost[4] = {};
  for (int i = 0; i < 10'000; ++i) {
    const auto delay = network.delay(random);
    for (int times = 0; times < 4; ++times) {
      // 0, 100, 100 + 200, 100 + 200 + 400 ms
      if (delay == milliseconds(100) * ((1 << times) - 1)) ++lost[times];
    }
  }
  EXPECT_NEAR(lost[0], 5'000, 250);
  EXPECT_NEAR(lost[1], 2'500, 200);
  EXPECT_NEAR(lost[2], 1'250, 150);
  EXPECT_NEAR(lost[3], 625, 110);
}

}  // namespace
}  // namespace throng::simulate
