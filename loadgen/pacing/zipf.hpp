#pragma once

#include <cstdint>

#include "loadgen/pacing/random.hpp"

namespace throng::pacing {

/// Ranks 1..n, rank k with a probability proportional to k^-exponent: a few chats are busy, most
/// are quiet. Drawn by rejection-inversion, which needs no table: Hörmann and Derflinger,
/// "Rejection-Inversion to Generate Variates from Monotone Discrete Distributions", ACM TOMACS
/// 6(3), 1996. About 1.1 tries a sample at worst. Immutable; any thread.
class Zipf {
 public:
  /// Requires: 1 <= n <= 2^53, exponent finite and >= 0 (0 is uniform).
  Zipf(std::uint64_t n, double exponent);

  std::uint64_t sample(Random& random) const;

  /// To about nine digits, in a time that doesn't grow with n.
  double mean() const;

  std::uint64_t n() const { return n_; }
  double exponent() const { return exponent_; }

 private:
  double hat(double x) const;
  double hat_integral(double x) const;
  double hat_integral_inverse(double y) const;

  std::uint64_t n_;
  double exponent_;
  double integral_low_;    // where the hat's area begins: rank 1 is cut to its own probability
  double integral_high_;   // where it ends: at n + 1/2
  double accept_at_once_;  // a point no further than this below its rank needs no second look
};

}  // namespace throng::pacing
