#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <vector>

#include "loadgen/pacing/random.hpp"
#include "loadgen/search/controller.hpp"
#include "loadgen/search/finding.hpp"
#include "loadgen/search/knee.hpp"

namespace throng::search {

/// First come, first served: Poisson arrivals, exponential service of mean 1/rate by each server.
/// The condition is that 99 % of customers are gone within `bound_s`.
struct Queue {
  std::size_t servers = 1;
  double rate = 1;
  double bound_s = 1;

  static constexpr double kMayBeBeyond = 0.01;

  /// P(sojourn > bound), from the textbook: Erlang's C and exponential waits.
  double share_beyond(double load) const {
    const auto c = static_cast<double>(servers);
    if (load >= c * rate) return 1;
    double term = 1;
    double sum = 0;
    for (std::size_t k = 0; k < servers; ++k) {
      sum += term;
      term *= load / rate / static_cast<double>(k + 1);
    }
    const double waiting = term / (1 - load / (c * rate));
    const double waits = waiting / (sum + waiting);
    const double drain = c * rate - load;
    const double served = std::exp(-rate * bound_s);
    if (std::abs(drain - rate) < 1e-9) return served * (1 + waits * rate * bound_s);
    return (1 - waits) * served +
           waits * (drain * served - rate * std::exp(-drain * bound_s)) / (drain - rate);
  }

  /// The load at which the condition is just met.
  double knee() const {
    double low = 0;
    double high = static_cast<double>(servers) * rate;
    for (int i = 0; i < 100; ++i) {
      const double middle = (low + high) / 2;
      (share_beyond(middle) < kMayBeBeyond ? low : high) = middle;
    }
    return low;
  }

  /// Plays the probe against an empty queue, customer by customer.
  Reading play(const Probe& probe, pacing::Random& random) const {
    std::vector<double> free_at(servers);
    double now = 0;
    double all = 0;
    double beyond = 0;
    while ((now += random.exponential() / probe.load) < probe.warm_up_s + probe.measured_s) {
      const auto server = std::min_element(free_at.begin(), free_at.end());
      *server = std::max(now, *server) + random.exponential() / rate;
      if (now < probe.warm_up_s) continue;
      ++all;
      if (*server - now > bound_s) ++beyond;
    }
    const double odds = beyond / std::max(all - beyond, 0.5);
    return {beyond < all * kMayBeBeyond, odds / (kMayBeBeyond / (1 - kMayBeBeyond)),
            all * kMayBeBeyond};
  }
};

/// What a probe would come to, so many seconds after the beginning of the search.
using Target = std::function<Outcome(const Probe&, double at_s)>;

/// All probes that the controller wants, each with two seconds of overhead.
inline std::vector<Outcome> search_all(const Plan& plan, const Target& target) {
  constexpr double kOverheadS = 2;
  constexpr std::size_t kMostProbes = 200;
  std::vector<Outcome> outcomes;
  double at_s = 0;
  while (const auto probe = next_probe(plan, outcomes)) {
    Outcome outcome = target(*probe, at_s);
    outcome.probe = *probe;
    outcome.cost_s = probe->settle_s + probe->warm_up_s + probe->measured_s + kOverheadS;
    at_s += outcome.cost_s;
    outcomes.push_back(outcome);
    if (outcomes.size() > kMostProbes) break;
  }
  return outcomes;
}

/// A target with one condition.
inline Target with_reading(std::function<Reading(const Probe&, double at_s)> read) {
  return [read = std::move(read)](const Probe& probe, double at_s) {
    Outcome outcome;
    outcome.readings = {read(probe, at_s)};
    return outcome;
  };
}

}  // namespace throng::search
