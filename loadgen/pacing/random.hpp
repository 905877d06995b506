#pragma once

#include <array>
#include <cstdint>

namespace throng::pacing {

/// Philox4x32-10: the bijection of 128-bit counters, keyed by 64 bits, from Salmon, Moraes, Dror
/// and Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3", SC'11. Passes BigCrush.
std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter,
                                        std::array<std::uint32_t, 2> key);

/// The `index`th number of `stream`, all 64 bits random: a pure function, so that what a user draws
/// depends neither on the number of threads nor on what other users draw.
std::uint64_t draw(std::uint64_t seed, std::uint64_t stream, std::uint64_t index);

/// The draws of one stream, one after the other; a stream is one user's, by the user's number.
///
/// A stream has 256 lanes of 2^56 draws, independent of each other. Draws that must not influence
/// each other take different lanes: the due times of a schedule, for instance, must not depend on
/// how many draws the script makes between two replies.
///
/// Owned by one thread. Copying it copies the position: both copies draw the same numbers.
class Random {
 public:
  Random(std::uint64_t seed, std::uint64_t stream, std::uint8_t lane = 0)
      : seed_(seed), stream_(stream), index_(std::uint64_t{lane} << 56) {}

  std::uint64_t next() { return draw(seed_, stream_, index_++); }

  /// Uniform in [0, 1), a multiple of 2^-53.
  double uniform01() { return static_cast<double>(next() >> 11) * 0x1p-53; }

  /// Uniform in [0, n), without bias. Requires: n > 0.
  std::uint64_t below(std::uint64_t n);

  /// True with probability p; never for p <= 0, always for p >= 1.
  bool chance(double p) { return uniform01() < p; }

  /// Exponential with mean 1.
  double exponential();

  /// Normal with mean 0 and standard deviation 1. Always takes two draws.
  double normal();

 private:
  // Constant after construction
  std::uint64_t seed_;
  std::uint64_t stream_;

  std::uint64_t index_;
};

}  // namespace throng::pacing
