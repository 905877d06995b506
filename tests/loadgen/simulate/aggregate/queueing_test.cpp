// A sampled node against what queueing theory says of it exactly.

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "loadgen/simulate/aggregate/estimate.hpp"
#include "loadgen/simulate/aggregate/sampler.hpp"
#include "tests/loadgen/simulate/aggregate/sample_traffic.hpp"

namespace throng::simulate {
namespace {

using pacing::Distribution;
using std::chrono::seconds;

constexpr std::uint64_t kSeeds = 100;
constexpr int kLeastCovered = 93;

/// Signs of life only, of people who are always there: letters that come at random.
Traffic heartbeats(double per_s) {
  return traffic_of(
      "scenario { users = 1000, duration = \"1d\", friends = { per_user = 1 } }\n"
      "population { messages = \"100000h\", heartbeat = " +
      std::to_string(1000 / per_s) + " }");
}

/// That a letter waits for its core, on average, of a fleet of so many nodes.
report::Estimate mean_wait_s(const Traffic& traffic, const World& world, std::uint64_t nodes,
                             std::uint64_t seed) {
  const Sampler sampler(traffic, world, seed, 1);
  const Replications all = sampler.play_at(0, {nodes}, seconds(5), seconds(100), 0);
  std::array<double, kReplications> waits{};
  for (std::size_t i = 0; i < kReplications; ++i) {
    waits[i] = pacing::to_seconds(all[i].cores.waited) / static_cast<double>(all[i].cores.letters);
  }
  return estimate_of(waits);
}

int covered(const Traffic& traffic, const World& world, std::uint64_t nodes, double exact_s) {
  int count = 0;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    const report::Estimate wait = mean_wait_s(traffic, world, nodes, seed);
    count += wait.low <= exact_s && exact_s <= wait.high ? 1 : 0;
  }
  return count;
}

TEST(SampledNodeInTheory, MM1HasTheExactMean) {
  // Wq = ρ / (μ - λ) at ρ = 0.5
  World world = free_world();
  world.costs.heartbeat = Distribution::exponential(0.01);
  EXPECT_GE(covered(heartbeats(50), world, 1, 0.5 / (100 - 50)), kLeastCovered);
}

TEST(SampledNodeInTheory, EachCoreOfEachNodeIsAnMM1OfItsShare) {
  // Cores have a queue each, as shards have: not M/M/c. ρ = 0.7, over 3 nodes of 2 cores.
  World world = free_world(2);
  world.costs.heartbeat = Distribution::exponential(0.01);
  EXPECT_GE(covered(heartbeats(70 * 6), world, 3, 0.7 / (100 - 70)), kLeastCovered);
}

TEST(SampledNodeInTheory, MG1HasPollaczekAndKhinchinesMean) {
  // Wq = λ E[S²] / 2(1 - ρ); of a lognormal, E[S²] = mean² exp(σ²). ρ = 0.6
  World world = free_world();
  world.costs.heartbeat = Distribution::lognormal_with_mean(0.01, 0.5);
  const double second_moment = 0.0001 * std::exp(0.25);
  EXPECT_GE(covered(heartbeats(60), world, 1, 60 * second_moment / (2 * 0.4)), kLeastCovered);
}

TEST(SampledNodeInTheory, UtilisationIsTheLoad) {
  World world = free_world(4);
  world.costs.heartbeat = Distribution::exponential(0.01);
  const Traffic traffic = heartbeats(4 * 2 * 80);
  const Sampler sampler(traffic, world, 1, 1);
  const Replications all = sampler.play_at(0, {2}, seconds(5), seconds(100), 0);
  double busy_s = 0;
  for (const NodeFigures& each : all) busy_s += pacing::to_seconds(each.cores.busy);
  EXPECT_NEAR(busy_s / (kReplications * 4 * 100), 0.8, 0.01);
}

}  // namespace
}  // namespace throng::simulate
