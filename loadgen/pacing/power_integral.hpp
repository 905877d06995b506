#pragma once

#include <cmath>

namespace throng::pacing {

/// (e^x - 1) / x, 1 at 0.
inline double expm1_ratio(double x) { return std::abs(x) < 1e-12 ? 1 : std::expm1(x) / x; }

/// log(1 + x) / x, 1 at 0. Requires: x >= -1.
inline double log1p_ratio(double x) { return std::abs(x) < 1e-12 ? 1 : std::log1p(x) / x; }

/// The integral of t^-s over t from 1 to x, exact for s near 1 as well. Requires: x > 0.
inline double power_integral(double x, double s) {
  const double log_x = std::log(x);
  return log_x * expm1_ratio((1 - s) * log_x);
}

}  // namespace throng::pacing
