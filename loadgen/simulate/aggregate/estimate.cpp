#include "loadgen/simulate/aggregate/estimate.hpp"

#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>
#include <numeric>

namespace throng::simulate {
namespace {

constexpr double kInside = 0.975;

}  // namespace

report::Estimate estimate_of(std::span<const double> replications) {
  const auto count = static_cast<double>(replications.size());
  const double mean = std::accumulate(replications.begin(), replications.end(), 0.0) / count;
  constexpr double kAll = std::numeric_limits<double>::infinity();
  if (replications.size() < 2) return {mean, -kAll, kAll};
  double squares = 0;
  for (const double each : replications) squares += (each - mean) * (each - mean);
  const double t = quantile(boost::math::students_t(count - 1), kInside);
  const double half = t * std::sqrt(squares / (count - 1) / count);
  return {mean, mean - half, mean + half};
}

measure::Histogram scaled(const measure::Histogram& histogram, double by) {
  measure::Histogram out;
  double owed = 0.5;
  histogram.for_each_bucket([&](std::int64_t lowest, std::int64_t highest, std::uint64_t count) {
    owed += static_cast<double>(count) * by;
    const double whole = std::floor(owed);
    owed -= whole;
    out.record(lowest + (highest - lowest) / 2, static_cast<std::uint64_t>(whole));
  });
  return out;
}

}  // namespace throng::simulate
