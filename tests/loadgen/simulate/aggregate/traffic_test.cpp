#include "loadgen/simulate/aggregate/traffic.hpp"

#include <gtest/gtest.h>

#include "tests/loadgen/simulate/aggregate/sample_traffic.hpp"

namespace throng::simulate {
namespace {

using std::chrono::hours;

TEST(Traffic, AddsUpWhatPeopleDo) {
  const Traffic traffic = traffic_of(R"(
    scenario { users = "1M", duration = "1d", friends = { per_user = 2 }, reading = { chance = 0.5 } }
    population { messages = poisson("1000s"), logins = poisson("10000s"), stay = "1000s",
                 heartbeat = "10s" })");
  const Intensity work = traffic.at(0, hours(3));
  EXPECT_NEAR(work.messages, 1000, 1e-6);
  EXPECT_NEAR(work.logins, 100, 1e-6);
  EXPECT_NEAR(work.online, 100'000, 1e-6);
  EXPECT_NEAR(work.reachable, 0.1, 1e-9);
  EXPECT_NEAR(work.heartbeats, 10'000, 1e-6);
  // Nine of ten messages find nobody: 900 a second wait for 100 logins.
  EXPECT_NEAR(traffic.missed_per_login(), 9, 1e-6);
}

TEST(Traffic, HasThoseOnlineWhoCameWithinTheirStay) {
  const Traffic traffic = traffic_of(R"(
    local hours = {}
    for hour = 0, 23 do hours[hour + 1] = hour == 13 and 11 or 1 end
    scenario { users = "34k", duration = "1d", friends = { per_user = 2 } }
    population { messages = poisson("1000s"), stay = "1h",
                 logins = curve { mean = 24 * 3600, points = hours } })");
  // One login a day: of 34 parts, six come while the rate rises from one to eleven.
  EXPECT_NEAR(traffic.at(0, hours(13)).online, 6'000, 1);
  EXPECT_NEAR(traffic.at(0, hours(14)).online, 6'000, 1);
  EXPECT_NEAR(traffic.at(0, hours(12)).online, 1'000, 1);
}

TEST(Traffic, ChargesCoresAndDisksForIt) {
  const Traffic traffic = traffic_of(R"(
    scenario { users = "1M", duration = "1d", friends = { per_user = 2 }, reading = { chance = 0.5 } }
    population { messages = poisson("1000s") })");
  World world = free_world();
  world.costs.message = pacing::Distribution::constant(1e-3);
  world.costs.delivery = pacing::Distribution::constant(2e-3);
  world.costs.receipt = pacing::Distribution::constant(4e-3);
  world.disk.record = pacing::Distribution::constant(1e-5);
  const Intensity work = traffic.at(0, hours(3));
  // One delivery, and a receipt and a half.
  EXPECT_NEAR(traffic.core_load(work, world.costs), 1000 * (1e-3 + 2e-3 + 1.5 * 4e-3), 1e-6);
  EXPECT_NEAR(traffic.disk_load(work, world.disk), 1000 * 2.5 * 1e-5, 1e-9);
}

TEST(Traffic, FollowsTheClocksOfItsZones) {
  // Busy for some hours from midnight on.
  const Traffic traffic = traffic_of(R"(
    scenario { users = "1M", duration = "1d", friends = { per_user = 2 } }
    population { messages = curve { mean = 1000, points = { 12, 12, 0, 0, 0, 0, 0, 0 } },
      zones = { { region = "east", utc = 6, share = 0.5 }, { region = "west", utc = -6, share = 0.25 },
                { region = "west", utc = -12, share = 0.25 } } })");
  ASSERT_EQ(traffic.regions().size(), 2u);
  EXPECT_EQ(traffic.regions()[1].share, 0.5);
  const auto busiest = [&](std::size_t region) {
    return traffic.peak(region, [](const Intensity& work) { return work.messages; });
  };
  // In the east it is midnight at 18:00 UTC.
  EXPECT_GE(busiest(0), hours(18));
  EXPECT_LE(busiest(0), hours(21) + std::chrono::minutes(1));
  EXPECT_NEAR(traffic.at(0, hours(19)).messages, traffic.at(1, hours(7)).messages * 2, 1);
  EXPECT_GT(traffic.at(1, hours(7)).messages, 0);
  EXPECT_EQ(traffic.at(0, hours(10)).messages, 0);
}

TEST(ChatSizes, CountsLargeChatsAsOftenAsTheyHaveMembers) {
  // As many groups of 10 as of 30: three of four messages are in large ones.
  const Traffic traffic = traffic_of(R"(
    scenario { users = "1M", duration = "1d", groups = { per_user = 2,
      size = empirical { { 10, 1 }, { 30, 1 } } } }
    population { messages = 60 })");
  EXPECT_NEAR(traffic.sizes().mean_receivers(), 0.25 * 9 + 0.75 * 29, 0.3);
  pacing::Random random(1, 1);
  int large = 0;
  for (int i = 0; i < 10'000; ++i) large += traffic.sizes().sample(random) == 30 ? 1 : 0;
  EXPECT_NEAR(large, 7'500, 200);
}

TEST(ChatSizes, TellsSendersOfEachReceiverInSmallChatsOnly) {
  const Traffic traffic = traffic_of(R"(
    scenario { users = "1M", duration = "1d", friends = { per_user = 1 },
               groups = { per_user = 2, size = 500 } }
    population { messages = 60, direct = 0.5 })");
  EXPECT_NEAR(traffic.sizes().mean_receivers(), 0.5 + 0.5 * 499, 1e-9);
  EXPECT_NEAR(traffic.sizes().mean_told(), 0.5, 1e-9);
}

}  // namespace
}  // namespace throng::simulate
