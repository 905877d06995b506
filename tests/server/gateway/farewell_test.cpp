#include "server/gateway/farewell.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

namespace throng::gateway {
namespace {

using std::chrono::milliseconds;

TEST(Farewell, TimesAwayAreSpreadEvenlyHoweverMany) {
  for (const int clients : {10, 1'000, 100'000}) {
    std::array<std::uint64_t, 10> tenths{};
    for (int k = 0; k < clients; ++k) {
      const auto away =
          time_away(static_cast<std::uint64_t>(k), milliseconds(10'000)) - kLeastTimeAway;
      ASSERT_GE(away.count(), 0);
      ASSERT_LE(away.count(), 10'000);
      ++tenths[std::min<std::size_t>(static_cast<std::size_t>(away.count()) / 1000, 9)];
    }
    for (const std::uint64_t in_tenth : tenths) {
      EXPECT_NEAR(static_cast<double>(in_tenth), clients / 10.0, 2 + clients / 1000.0);
    }
  }
}

TEST(Farewell, WithoutSpreadAllComeBackSoon) {
  EXPECT_EQ(time_away(0, milliseconds(0)), kLeastTimeAway);
  EXPECT_EQ(time_away(12'345, milliseconds(0)), kLeastTimeAway);
}

}  // namespace
}  // namespace throng::gateway
