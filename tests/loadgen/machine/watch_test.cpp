#include "loadgen/machine/watch.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>

namespace throng::machine {
namespace {

TEST(Watch, SeesNothingInNoTime) {
  const std::array processes{getpid()};
  const Facts facts = Watch(processes).facts();
  EXPECT_GE(facts.core_wait.count(), 0);
  EXPECT_GE(facts.stolen_ratio, 0);
  EXPECT_LE(facts.stolen_ratio, 1);
  EXPECT_LT(facts.network.connects, 1'000'000u) << "a difference, not a total";
}

TEST(Watch, ForgivesAProcessThatIsGone) {
  constexpr pid_t kNobody = 0x7fffffff;
  const std::array processes{kNobody};
  EXPECT_EQ(Watch(processes).facts().core_wait.count(), 0);
}

}  // namespace
}  // namespace throng::machine
