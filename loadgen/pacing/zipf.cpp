#include "loadgen/pacing/zipf.hpp"

#include <algorithm>
#include <cmath>

#include "loadgen/pacing/power_integral.hpp"

namespace throng::pacing {
namespace {

// The sum of k^-s over k = 1..n: the first terms one by one, the rest by Euler and Maclaurin.
double power_sum(double n, double s) {
  constexpr double kExactTerms = 256;
  double sum = 0;
  for (double k = 1; k <= std::min(n, kExactTerms); ++k) sum += std::pow(k, -s);
  if (n <= kExactTerms) return sum;
  const auto f = [s](double x) { return std::pow(x, -s); };
  const auto slope = [s](double x) { return -s * std::pow(x, -s - 1); };
  return sum + power_integral(n, s) - power_integral(kExactTerms, s) + (f(n) - f(kExactTerms)) / 2 +
         (slope(n) - slope(kExactTerms)) / 12;
}

}  // namespace

Zipf::Zipf(std::uint64_t n, double exponent) : n_(n), exponent_(exponent) {
  integral_low_ = hat_integral(1.5) - 1;
  integral_high_ = hat_integral(static_cast<double>(n) + 0.5);
  accept_at_once_ = 2 - hat_integral_inverse(hat_integral(2.5) - hat(2));
}

double Zipf::hat(double x) const { return std::pow(x, -exponent_); }

double Zipf::hat_integral(double x) const { return power_integral(x, exponent_); }

double Zipf::hat_integral_inverse(double y) const {
  // Below -1 there is only rounding: the integral's own limit is where the argument reaches -1.
  const double argument = std::max(y * (1 - exponent_), -1.0);
  return std::exp(log1p_ratio(argument) * y);
}

std::uint64_t Zipf::sample(Random& random) const {
  for (;;) {
    const double area = integral_high_ + random.uniform01() * (integral_low_ - integral_high_);
    const double x = hat_integral_inverse(area);
    const double rank = std::clamp(std::floor(x + 0.5), 1.0, static_cast<double>(n_));
    if (rank - x <= accept_at_once_ || area >= hat_integral(rank + 0.5) - hat(rank)) {
      return static_cast<std::uint64_t>(rank);
    }
  }
}

double Zipf::mean() const {
  const auto n = static_cast<double>(n_);
  return power_sum(n, exponent_ - 1) / power_sum(n, exponent_);
}

}  // namespace throng::pacing
