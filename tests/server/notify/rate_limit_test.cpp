#include "server/notify/rate_limit.hpp"

#include <gtest/gtest.h>

namespace throng::notify {
namespace {

constexpr UserId kAlice{1};
constexpr UserId kBob{2};
constexpr TimeMs kNow = 1'767'225'600'000;
constexpr TimeMs kMinute = 60'000;

TEST(RateLimit, LetsABurstThroughAndThenOneAtATime) {
  RateLimit limit(60);
  for (int i = 0; i < 60; ++i) EXPECT_EQ(limit.take(kAlice, kNow), kNow);
  EXPECT_EQ(limit.take(kAlice, kNow), kNow + kMinute);
  EXPECT_EQ(limit.take(kAlice, kNow + kMinute), kNow + kMinute);
  EXPECT_EQ(limit.take(kAlice, kNow + kMinute), kNow + 2 * kMinute);
}

TEST(RateLimit, IsEachUsersOwn) {
  RateLimit limit(1);
  EXPECT_EQ(limit.take(kAlice, kNow), kNow);
  EXPECT_GT(limit.take(kAlice, kNow), kNow);
  EXPECT_EQ(limit.take(kBob, kNow), kNow);
}

TEST(RateLimit, TakesManyAtOnceOrNone) {
  RateLimit limit(10);
  EXPECT_EQ(limit.take(kAlice, kNow, 8), kNow);
  EXPECT_GT(limit.take(kAlice, kNow, 8), kNow);
  EXPECT_EQ(limit.take(kAlice, kNow, 2), kNow);
}

TEST(RateLimit, StaysWithinItsMemory) {
  RateLimit limit(1);
  for (std::uint64_t user = 1; user <= RateLimit::kMostUsers; ++user) limit.take({user}, kNow);
  EXPECT_GT(limit.take({1}, kNow + 60 * kMinute - 1), kNow + 60 * kMinute - 1);
  limit.take({RateLimit::kMostUsers + 1}, kNow);
  EXPECT_EQ(limit.take({1}, kNow), kNow) << "those at their limit start afresh";
}

}  // namespace
}  // namespace throng::notify
