#include "server/notify/backoff.hpp"

#include <gtest/gtest.h>

#include <set>

namespace throng::notify {
namespace {

TEST(Backoff, DoublesWithinItsJitter) {
  const Backoff backoff{.first = 1'000, .longest = 600'000, .seed = 7};
  for (std::uint64_t push = 1; push < 100; ++push) {
    TimeMs whole = 1'000;
    for (std::uint32_t attempts = 1; attempts <= 9; ++attempts, whole *= 2) {
      const TimeMs wait = backoff.wait(push, attempts);
      EXPECT_GE(wait, whole / 2);
      EXPECT_LE(wait, whole);
    }
  }
}

TEST(Backoff, NeverPassesTheLongest) {
  const Backoff backoff{.first = 1'000, .longest = 5'000, .seed = 7};
  for (const std::uint32_t attempts : {3U, 4U, 30U, 31U, 64U, 1'000U}) {
    EXPECT_LE(backoff.wait(1, attempts), 5'000);
    EXPECT_GE(backoff.wait(1, attempts), 2'000);
  }
}

TEST(Backoff, ScattersPushesAndIsTheSameForOne) {
  const Backoff backoff{.first = 100'000, .longest = 600'000, .seed = 7};
  std::set<TimeMs> waits;
  for (std::uint64_t push = 0; push < 100; ++push) waits.insert(backoff.wait(push, 1));
  EXPECT_GT(waits.size(), 90u);
  EXPECT_EQ(backoff.wait(5, 2),
            (Backoff{.first = 100'000, .longest = 600'000, .seed = 7}.wait(5, 2)));
  EXPECT_NE(backoff.wait(5, 2),
            (Backoff{.first = 100'000, .longest = 600'000, .seed = 8}.wait(5, 2)));
}

}  // namespace
}  // namespace throng::notify
