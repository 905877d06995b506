#include "loadgen/capacity/fleet.hpp"

#include <gmock/gmock.h>

#include <stdexcept>

#include "loadgen/capacity/erlang.hpp"
#include "tests/loadgen/capacity/sample_estimate.hpp"

namespace throng::capacity {
namespace {

using testing::HasSubstr;

// 86.4 million messages a day, twice the mean at the peak: 2,000 a second that take 20 cores,
// stored for a day in 8.64 TB, of 1 million connections with 100 GB.
constexpr const char* kService =
    "estimate { service = 'chat', tolerance = '5%' }\n"
    "input.messages_per_day = '86.4M messages/day'\n"
    "input.peak_to_mean = 2\n"
    "input.dau, input.concurrent_share, input.sessions = 1e6, 1, 1\n"
    "input.message_bytes, input.key_bytes, input.index_bytes = 50e3, 25e3, 25e3\n"
    "input.log_factor, input.compaction_factor, input.replicas = 1, 1, 1\n"
    "input.retention = '1 day'\n"
    "input.memory_per_connection = '100 kB/connection'\n"
    "input.cpu_per_message = '10000 us/message'\n"
    "input.wire_bytes = '1 MB/message'\n";
constexpr const char* kMachines =
    "input.node_cores, input.node_memory = 4, '32 GB/machine'\n"
    "input.node_disk, input.node_network = '10 TB/machine', '8 Gbit/s/machine'\n"
    "input.node_price = '100 USD/machine/month'\n";
constexpr const char* kSpare =
    "input.slo, input.headroom = '1 s', '20%'\n"
    "input.spare_machines, input.zones = 1, 3\n";
constexpr const char* kClaim = "claim { says = 'x', of = 'dau', is = '1M users', from = 'y' }";

const std::string kAll = std::string(kService) + kMachines + kSpare;

Assessment derive(const std::string& text, std::map<std::string, std::string> set = {}) {
  return assess(estimate_of(text + kClaim, std::move(set)), {}, {});
}

double figure(const Assessment& all, const std::string& name) {
  const auto value = value_of(all, name);
  EXPECT_TRUE(value.has_value()) << name;
  return value ? value->p50 : 0;
}

TEST(Fleet, IsWhatTheScarcestPartAsksFor) {
  const Assessment all = derive(kAll);
  EXPECT_NEAR(figure(all, "cores_peak"), 20, 1e-9);
  EXPECT_NEAR(figure(all, "cpu_of_a_message"), 0.01, 1e-12);
  EXPECT_NEAR(figure(all, "cores_carried"), carried_load(4, 100), 1e-9);
  EXPECT_EQ(figure(all, "fleet_for_cores"), 7) << "20 / (3.95 × 0.8) = 6.3";
  EXPECT_EQ(figure(all, "fleet_for_memory"), 4) << "100 / (32 × 0.8) = 3.9";
  EXPECT_EQ(figure(all, "fleet_for_disk"), 2) << "8.64 / (10 × 0.8) = 1.1";
  EXPECT_EQ(figure(all, "fleet_for_network"), 3) << "16 / (8 × 0.8) = 2.5";
  EXPECT_EQ(figure(all, "fleet_at_peak"), 7);
}

TEST(Fleet, CarriesTheLoadWithASpareDownAndAZoneLost) {
  const Assessment all = derive(kAll);
  EXPECT_EQ(figure(all, "fleet_with_spare"), 8);
  EXPECT_EQ(figure(all, "fleet"), 12) << "two zones of 4 carry 7, and 1 is spare";
  EXPECT_NEAR(figure(all, "fleet_price_per_month") * 365 * 86400 / 12, 1200, 1e-6);
}

TEST(Fleet, ATighterSloNeedsMoreMachines) {
  const Assessment loose = derive(kAll);
  const Assessment tight = derive(kAll, {{"slo", "20 ms"}});
  EXPECT_LT(figure(tight, "cores_carried"), figure(loose, "cores_carried"));
  EXPECT_GT(figure(tight, "fleet_for_cores"), figure(loose, "fleet_for_cores"));
  EXPECT_EQ(figure(tight, "fleet_for_memory"), figure(loose, "fleet_for_memory"));
}

TEST(Fleet, OneInputCanBeChanged) {
  const Assessment twice = derive(kAll, {{"messages_per_day", "172.8M messages/day"}});
  EXPECT_EQ(figure(twice, "fleet_for_cores"), 13) << "40 / (3.95 × 0.8) = 12.7";
}

TEST(Fleet, PricesOfDiskAndTrafficAddToTheMachines) {
  const auto monthly = [](const std::map<std::string, std::string>& set) {
    return figure(derive(kAll, set), "fleet_price_per_month") * 365 * 86400 / 12;
  };
  EXPECT_NEAR(monthly({{"disk_price", "10 USD/TB/month"}}), 1200 + 86.4, 1e-6);
  // 1,000 messages a second of 1 MB, a twelfth of a year long.
  EXPECT_NEAR(monthly({{"traffic_price", "0.001 USD/GB"}}), 1200 + 2628, 1e-6);
  EXPECT_THROW(monthly({{"disk_price", "10 EUR/TB/month"}}), std::runtime_error);
}

TEST(Fleet, WithoutOneOfItsInputsItIsUnknown) {
  const Assessment all = derive(std::string(kService) + kMachines);
  EXPECT_FALSE(value_of(all, "fleet").has_value());
  EXPECT_TRUE(value_of(all, "machines").has_value()) << "a bound from below";
  for (const DerivedFigure& each : all.figures) {
    if (each.figure.name != "fleet") continue;
    EXPECT_THAT(
        each.figure.expression.needs(),
        testing::ElementsAre("input.headroom", "input.slo", "input.spare_machines", "input.zones"));
  }
}

TEST(Fleet, ImpossibleInputsAreMistakes) {
  EXPECT_THROW(derive(kAll, {{"zones", "1"}}), std::runtime_error);
  EXPECT_THROW(derive(kAll, {{"headroom", "120%"}}), std::runtime_error);
  EXPECT_THAT(
      [] {
        derive(kAll, {{"headroom", "100%"}});
      },
      testing::ThrowsMessage<std::runtime_error>(
          "headroom (100%, --set) leaves nothing of a machine to use"));
  EXPECT_THROW(derive(kAll, {{"spare_machines", "0"}}), std::runtime_error);
}

TEST(Fleet, IntervalsGiveP50AndP90) {
  const auto fleet =
      value_of(derive(kAll, {{"cpu_per_message", "5000..15000 us/message"}}), "fleet");
  ASSERT_TRUE(fleet.has_value());
  EXPECT_LT(fleet->p50, fleet->p90);
}

}  // namespace
}  // namespace throng::capacity
