#include <gmock/gmock.h>

#include "tests/loadgen/search/synthetic_server.hpp"

// How often the truth is within the interval, for queues whose truth is known.

namespace throng::search {
namespace {

constexpr int kSeeds = 100;
constexpr int kFewestRight = 93;

struct Tally {
  int right = 0;
  int found = 0;
  double half_width = 0;
};

Tally search_many(const Queue& queue, double budget_s) {
  const double most = static_cast<double>(queue.servers) * queue.rate;
  Plan plan{.from = most / 50, .to = most * 4, .budget_s = budget_s, .shortest_s = budget_s / 120};
  Tally tally;
  for (int seed = 1; seed <= kSeeds; ++seed) {
    pacing::Random random(static_cast<std::uint64_t>(seed), 1);
    const auto outcomes = search_all(
        plan, with_reading([&](const Probe& probe, double) { return queue.play(probe, random); }));
    const Knee knee = find_knee(plan, outcomes, 0);
    if (!knee.found()) continue;
    ++tally.found;
    const auto& [at, low, high] = knee.interval;
    if (low <= queue.knee() && queue.knee() <= high) ++tally.right;
    tally.half_width += knee.interval.half_width() / kSeeds;
  }
  return tally;
}

TEST(Coverage, OfAQueueWithOneServer) {
  const Queue queue{1, 200, 0.1};
  // 1 % of an exponential sojourn of rate μ − λ.
  EXPECT_NEAR(queue.knee(), 200 - std::log(100) / 0.1, 1e-6);
  const Tally tally = search_many(queue, 600);
  EXPECT_EQ(tally.found, kSeeds);
  EXPECT_GE(tally.right, kFewestRight);
  EXPECT_LT(tally.half_width, 0.15);
}

TEST(Coverage, OfAQueueWithFourServers) {
  const Queue queue{4, 50, 0.2};
  const Tally tally = search_many(queue, 600);
  EXPECT_EQ(tally.found, kSeeds);
  EXPECT_GE(tally.right, kFewestRight);
  EXPECT_LT(tally.half_width, 0.15);
}

}  // namespace
}  // namespace throng::search
