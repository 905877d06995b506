#include "server/gateway/token_bucket.hpp"

#include <gtest/gtest.h>

#include "server/gateway/budgets.hpp"

namespace throng::gateway {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;
using Time = TokenBucket::Time;

constexpr Time kStart{std::chrono::hours(1)};

/// How many it gives at once.
int drain(TokenBucket& bucket, const Rate& rate, Time now) {
  int taken = 0;
  while (taken < 1000 && bucket.take(rate, now).count() == 0) ++taken;
  return taken;
}

TEST(TokenBucket, GivesTheBurstAtOnceAndThenTheRate) {
  const Rate rate = Rate::of(10, 5);
  TokenBucket bucket;
  EXPECT_EQ(drain(bucket, rate, kStart), 5);
  EXPECT_EQ(drain(bucket, rate, kStart + milliseconds(99)), 0);
  EXPECT_EQ(drain(bucket, rate, kStart + milliseconds(100)), 1);
  EXPECT_EQ(drain(bucket, rate, kStart + seconds(1)), 5);
  EXPECT_EQ(drain(bucket, rate, kStart + seconds(100)), 5);
}

TEST(TokenBucket, SaysWhenThereIsOneAgain) {
  const Rate rate = Rate::of(10, 2);
  TokenBucket bucket;
  drain(bucket, rate, kStart);
  const nanoseconds wait = bucket.take(rate, kStart + milliseconds(30));
  EXPECT_EQ(wait, milliseconds(70));
  EXPECT_EQ(retry_ms(wait), 70u);
  EXPECT_EQ(retry_ms(nanoseconds(1)), 1u);
  EXPECT_EQ(bucket.take(rate, kStart + milliseconds(30) + wait).count(), 0);
}

TEST(TokenBucket, RefusalsCostNothing) {
  const Rate rate = Rate::of(1, 1);
  TokenBucket bucket;
  EXPECT_EQ(drain(bucket, rate, kStart), 1);
  for (int i = 0; i < 100; ++i) EXPECT_GT(bucket.take(rate, kStart).count(), 0);
  EXPECT_EQ(drain(bucket, rate, kStart + seconds(1)), 1);
}

TEST(TokenBucket, NoRateIsNoLimit) {
  TokenBucket bucket;
  EXPECT_EQ(drain(bucket, Rate::of(0, 0), kStart), 1000);
  EXPECT_TRUE(bucket.is_full(kStart));
}

TEST(TokenBucket, ABurstBelowOneStillGivesOne) {
  TokenBucket bucket;
  EXPECT_EQ(drain(bucket, Rate::of(10, 0), kStart), 1);
}

TEST(Budgets, OnesLimitIsNotAnothers) {
  Budgets<int> budgets;
  const Rate rate = Rate::of(1, 1);
  EXPECT_EQ(budgets.take(7, rate, kStart).count(), 0);
  EXPECT_GT(budgets.take(7, rate, kStart).count(), 0);
  EXPECT_EQ(budgets.take(8, rate, kStart).count(), 0);
}

TEST(Budgets, ForgetThoseThatAreFullOnly) {
  Budgets<int> budgets;
  budgets.take(1, Rate::of(1, 1), kStart);
  budgets.take(2, Rate::of(1, 100), kStart);
  for (int i = 0; i < 20; ++i) budgets.take(2, Rate::of(1, 100), kStart);
  budgets.sweep(kStart + seconds(10));
  EXPECT_EQ(budgets.size(), 1u);
  budgets.sweep(kStart + seconds(30));
  EXPECT_EQ(budgets.size(), 0u);
}

TEST(UserBudgets, AreKeptForThoseWhoAreThereAndThoseWhoUsedThem) {
  UserBudgets users;
  const Rate rate = Rate::of(1, 10);
  UserBudgets::Budget& first = users.open({1});
  EXPECT_EQ(&first, &users.open({1}));
  EXPECT_EQ(drain(first.sends, rate, kStart), 10);
  users.close({1});
  users.sweep(kStart + seconds(60));
  EXPECT_EQ(users.size(), 1u) << "a session is left";
  users.close({1});
  users.sweep(kStart + seconds(5));
  EXPECT_EQ(users.size(), 1u) << "it would come back with a full bucket";
  EXPECT_GT(users.open({1}).sends.take(rate, kStart).count(), 0);
  users.close({1});
  users.sweep(kStart + seconds(60));
  EXPECT_EQ(users.size(), 0u);
}

TEST(UserBudgets, ForgetThoseWhoOnlyPass) {
  UserBudgets users;
  users.passing({1}).sends.take(Rate::of(1, 1), kStart);
  users.passing({1});
  EXPECT_EQ(users.size(), 1u);
  users.sweep(kStart + seconds(2));
  EXPECT_EQ(users.size(), 0u);
  users.sweep(kStart + seconds(2));
}

TEST(Origin, IsAnAddressOrTheNetworkOfACustomer) {
  const auto origin = [](const char* text) {
    return Origin::of(boost::asio::ip::make_address(text));
  };
  EXPECT_EQ(origin("192.0.2.1"), origin("192.0.2.1"));
  EXPECT_EQ(origin("192.0.2.1"), origin("::ffff:192.0.2.1"));
  EXPECT_NE(origin("192.0.2.1"), origin("192.0.2.2"));
  EXPECT_EQ(origin("2001:db8:0:1::1"), origin("2001:db8:0:1:ffff::2"));
  EXPECT_NE(origin("2001:db8:0:1::1"), origin("2001:db8:0:2::1"));
  EXPECT_NE(origin("::1:2"), origin("0.1.0.2"));
}

}  // namespace
}  // namespace throng::gateway
