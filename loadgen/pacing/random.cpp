#include "loadgen/pacing/random.hpp"

#include <cmath>
#include <numbers>

namespace throng::pacing {
namespace {

__extension__ using Uint128 = unsigned __int128;

constexpr std::uint32_t low_half(std::uint64_t x) { return static_cast<std::uint32_t>(x); }
constexpr std::uint32_t high_half(std::uint64_t x) { return static_cast<std::uint32_t>(x >> 32); }

}  // namespace

std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter,
                                        std::array<std::uint32_t, 2> key) {
  constexpr int kRounds = 10;
  for (int round = 0; round < kRounds; ++round) {
    const std::uint64_t a = std::uint64_t{0xD2511F53} * counter[0];
    const std::uint64_t b = std::uint64_t{0xCD9E8D57} * counter[2];
    counter = {high_half(b) ^ counter[1] ^ key[0], low_half(b), high_half(a) ^ counter[3] ^ key[1],
               low_half(a)};
    key[0] += 0x9E3779B9;  // the golden ratio
    key[1] += 0xBB67AE85;  // sqrt(3) - 1
  }
  return counter;
}

std::uint64_t draw(std::uint64_t seed, std::uint64_t stream, std::uint64_t index) {
  const auto block =
      philox4x32({low_half(index), high_half(index), low_half(stream), high_half(stream)},
                 {low_half(seed), high_half(seed)});
  return std::uint64_t{block[1]} << 32 | block[0];
}

// Lemire, "Fast Random Integer Generation in an Interval", ACM TOMACS 29(1), 2019, algorithm 5.
std::uint64_t Random::below(std::uint64_t n) {
  Uint128 product = Uint128{next()} * n;
  if (static_cast<std::uint64_t>(product) < n) {
    const std::uint64_t biased = (0 - n) % n;
    while (static_cast<std::uint64_t>(product) < biased) product = Uint128{next()} * n;
  }
  return static_cast<std::uint64_t>(product >> 64);
}

double Random::exponential() { return -std::log1p(-uniform01()); }

// Box and Muller, Annals of Mathematical Statistics 29(2), 1958. The second of the pair is dropped
// so that a draw leaves no state behind.
double Random::normal() {
  const double radius = std::sqrt(2 * exponential());
  return radius * std::cos(2 * std::numbers::pi * uniform01());
}

}  // namespace throng::pacing
