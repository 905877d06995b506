#pragma once

#include <chrono>
#include <cmath>
#include <cstdint>

namespace throng::gateway {

/// How long a client stays away at least when the server stops: time for another to take its place.
inline constexpr std::chrono::milliseconds kLeastTimeAway{500};

/// How long the k-th client that is told to leave is to stay away. However many they are, their
/// times are spread evenly from kLeastTimeAway on over `spread` (the golden ratio's multiples).
inline std::chrono::milliseconds time_away(std::uint64_t k, std::chrono::milliseconds spread) {
  constexpr double kGoldenRatio = 0.6180339887498949;
  const double turns = static_cast<double>(k) * kGoldenRatio;
  const double part = turns - std::floor(turns);
  return kLeastTimeAway +
         std::chrono::milliseconds(std::llround(part * static_cast<double>(spread.count())));
}

}  // namespace throng::gateway
