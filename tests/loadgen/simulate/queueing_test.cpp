// Simulated queues against what queueing theory says of them exactly.

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>

#include "loadgen/pacing/distribution.hpp"
#include "loadgen/pacing/random.hpp"
#include "loadgen/simulate/event_queue.hpp"
#include "loadgen/simulate/station.hpp"
#include "tests/loadgen/simulate/batch_means.hpp"

namespace throng::simulate {
namespace {

using pacing::Distribution;
using pacing::Duration;
using pacing::Random;
using pacing::TimePoint;

constexpr std::uint64_t kSeeds = 100;
constexpr int kLeastCovered = 93;
constexpr std::size_t kJobs = 40'000;
constexpr std::size_t kWarmUp = 2'000;

struct Queue {
  unsigned cores;
  double arrivals_per_s;
  Distribution service;
};

struct Seen {
  BatchMeans in_system_s;
  double mean_in_system =
      0;  ///< jobs, over the time from the first counted arrival to the last end
  double arrivals_per_s = 0;  ///< as they came
};

/// Jobs come at random to one station; each end is an event, as in the simulated world.
Seen simulate(const Queue& queue, std::uint64_t seed, std::size_t jobs = kJobs) {
  enum What : std::uint64_t { kArrival, kEnd };
  Random gaps(seed, 1);
  Random services(seed, 2);
  EventQueue events;
  Station station(queue.cores);
  Seen seen;
  const auto gap = [&] { return pacing::from_seconds(gaps.exponential() / queue.arrivals_per_s); };
  events.push({TimePoint() + gap(), kArrival});
  std::size_t come = 0;
  std::int64_t present = 0;
  double present_seconds = 0;
  TimePoint counted_from{};
  TimePoint before{};
  while (!events.empty()) {
    const Event event = events.pop();
    if (come > kWarmUp) {
      present_seconds += static_cast<double>(present) * pacing::to_seconds(event.due - before);
    }
    before = event.due;
    present += event.what == kArrival ? 1 : -1;
    if (event.what == kEnd) continue;
    const auto service = pacing::from_seconds(queue.service.sample(services));
    const TimePoint end = station.accept(event.due, service);
    events.push({end, kEnd});
    if (++come > kWarmUp) seen.in_system_s.add(pacing::to_seconds(end - event.due));
    if (come == kWarmUp + 1) counted_from = event.due;
    if (come < jobs) events.push({event.due + gap(), kArrival});
  }
  const double time_s = pacing::to_seconds(before - counted_from);
  seen.mean_in_system = present_seconds / time_s;
  seen.arrivals_per_s = static_cast<double>(jobs - kWarmUp) / time_s;
  return seen;
}

int covered(const Queue& queue, double exact_s) {
  int count = 0;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    count += simulate(queue, seed).in_system_s.interval().covers(exact_s) ? 1 : 0;
  }
  return count;
}

TEST(Queueing, MM1HasTheExactMean) {
  // W = 1 / (μ - λ)
  const Queue queue{1, 50, Distribution::exponential(0.01)};
  EXPECT_GE(covered(queue, 1.0 / (100 - 50)), kLeastCovered);
}

TEST(Queueing, MMcHasTheExactMean) {
  // c = 2, ρ = λ / 2μ = 0.6: Erlang C = 2ρ² / (1 + ρ), W = C / (2μ - λ) + 1 / μ.
  const Queue queue{2, 120, Distribution::exponential(0.01)};
  const double erlang_c = 2 * 0.36 / 1.6;
  EXPECT_GE(covered(queue, erlang_c / (200 - 120) + 0.01), kLeastCovered);
}

TEST(Queueing, MG1HasPollaczekAndKhinchinesMean) {
  // Wq = λ E[S²] / 2(1 - ρ); of a lognormal, E[S²] = mean² exp(σ²).
  const double sigma = 0.5;
  const Queue queue{1, 50, Distribution::lognormal_with_mean(0.01, sigma)};
  const double second_moment = 0.0001 * std::exp(sigma * sigma);
  EXPECT_GE(covered(queue, 0.01 + 50 * second_moment / (2 * 0.5)), kLeastCovered);
}

TEST(Queueing, LittlesLawHolds) {
  const Seen seen = simulate({3, 200, Distribution::exponential(0.01)}, 7, 100'000);
  const double mean_s = seen.in_system_s.interval().mean;
  EXPECT_NEAR(seen.mean_in_system, seen.arrivals_per_s * mean_s, 0.02 * seen.mean_in_system);
}

}  // namespace
}  // namespace throng::simulate
