#include "loadgen/capacity/erlang.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace throng::capacity {
namespace {

// As in tables of Erlang's C formula.
TEST(Erlang, AgreesWithTables) {
  EXPECT_NEAR(waiting_chance(1, 0.5), 0.5, 1e-12) << "one server: its load";
  EXPECT_NEAR(waiting_chance(2, 1), 1.0 / 3, 1e-12);
  EXPECT_NEAR(waiting_chance(3, 2), 4.0 / 9, 1e-12);
  EXPECT_NEAR(waiting_chance(5, 4), 0.5541, 5e-5);
  EXPECT_NEAR(waiting_chance(10, 8), 0.4092, 5e-5);
  EXPECT_NEAR(waiting_chance(10, 5), 0.0361, 5e-5);
}

TEST(Erlang, WhoeverHasTooMuchToDoLetsAllWait) {
  EXPECT_EQ(waiting_chance(4, 4), 1);
  EXPECT_EQ(waiting_chance(4, 9), 1);
  EXPECT_EQ(waiting_chance(4.9, 4.5), 1) << "there is no part of a server";
}

TEST(Erlang, CarriesWhatLetsOneInAHundredWaitTooLong) {
  for (const double servers : {1.0, 2.0, 16.0, 64.0}) {
    const double load = carried_load(servers, 10);
    const double late = waiting_chance(servers, load) * std::exp(-(servers - load) * 10);
    EXPECT_NEAR(late, 0.01, 1e-6) << servers;
  }
}

TEST(Erlang, PatienceAndCompanyCarryMore) {
  EXPECT_LT(carried_load(16, 1), carried_load(16, 10));
  EXPECT_LT(carried_load(16, 10), 16);
  EXPECT_LT(16 * carried_load(1, 1), carried_load(16, 1)) << "a queue for all is better than many";
}

// Halfin and Whitt: so many servers above the load that the square root of it, times a constant.
TEST(Erlang, LargePoolsNeedASquareRootMore) {
  const double spare_100 = (100 - carried_load(100, 0)) / std::sqrt(carried_load(100, 0));
  const double spare_400 = (400 - carried_load(400, 0)) / std::sqrt(carried_load(400, 0));
  EXPECT_NEAR(spare_100 / spare_400, 1, 0.06);
}

}  // namespace
}  // namespace throng::capacity
