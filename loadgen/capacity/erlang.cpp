#include "loadgen/capacity/erlang.hpp"

#include <cmath>

namespace throng::capacity {
namespace {

constexpr double kMayWait = 0.01;
constexpr int kHalvings = 40;

}  // namespace

double waiting_chance(double servers, double load) {
  servers = std::floor(servers);
  if (load >= servers) return 1;
  // The chance that all are busy where nobody waits (Erlang's B), server by server.
  double blocked = 1;
  for (double n = 1; n <= servers; ++n) blocked = load * blocked / (n + load * blocked);
  return blocked / (1 - load / servers * (1 - blocked));
}

double carried_load(double servers, double patience) {
  servers = std::floor(servers);
  double carried = 0;
  double too_much = servers;
  for (int i = 0; i < kHalvings; ++i) {
    const double load = (carried + too_much) / 2;
    const double late = waiting_chance(servers, load) * std::exp(-(servers - load) * patience);
    (late <= kMayWait ? carried : too_much) = load;
  }
  return carried;
}

}  // namespace throng::capacity
