#pragma once

#include <fmt/format.h>

#include <cmath>
#include <string>
#include <vector>

#include "loadgen/compare/sample.hpp"
#include "loadgen/pacing/random.hpp"

namespace throng::compare {

/// Both sides of a comparison.
struct Sides {
  std::vector<Sample> base;
  std::vector<Sample> candidate;
};

/// A run whose figures are typical, the `position`th of all that were played.
inline Sample typical(const std::string& path, std::uint64_t seed, unsigned position) {
  Sample sample;
  sample.path = path;
  sample.started = fmt::format("2026-01-31T{:02}:{:02}:00Z", position / 60 % 24, position % 60);
  sample.seed = seed;
  sample.identity = {{"scenario", "one_to_one"}, {"users", "100"}};
  sample.length_s = 10;
  sample.kernel = "Linux 6.1.0";
  sample.target = "throng-server 0.1.0";
  sample.values = {660.0, 1e6, 3e6, 0.9e6, 2.9e6, 60e-6, 11'000.0, 350.0};
  sample.curves = {{"send", {{0, 400'000}, {50, 1'000'000}, {99, 3'000'000}}}};
  return sample;
}

/// Interleaved pairs, ABBA. Each value varies by `spread` (of its logarithm, heavy-tailed, and half
/// of it common to a run's values), and the candidate's are worse by `losses`, of their logarithms.
inline Sides pairs(std::size_t count, double spread = 0.01, const Values& losses = {},
                   std::uint64_t seed = 1) {
  pacing::Random random(seed, 0);
  const auto noise = [&] { return random.normal() / std::sqrt(random.exponential() + 0.5); };
  const auto disturb = [&](Sample& sample, const Values& by) {
    const double common = noise();
    for (std::size_t i = 0; i < kMetrics.size(); ++i) {
      const double worse = by[i].value_or(0) + spread * (common + noise()) / std::sqrt(2);
      *sample.values[i] *= ratio_of_loss(kMetrics[i], worse);
    }
  };
  Sides sides;
  for (unsigned i = 0; i < count; ++i) {
    const unsigned second = i % 2;  // who begins, changes
    sides.base.push_back(typical(fmt::format("base-{}", i + 1), i, 2 * i + second));
    sides.candidate.push_back(typical(fmt::format("candidate-{}", i + 1), i, 2 * i + 1 - second));
    disturb(sides.base.back(), {});
    disturb(sides.candidate.back(), losses);
  }
  return sides;
}

inline Values only(std::string_view name, double loss) {
  Values losses{};
  losses[*metric_index(name)] = loss;
  return losses;
}

}  // namespace throng::compare
