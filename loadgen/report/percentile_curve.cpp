#include "loadgen/report/percentile_curve.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <vector>

namespace throng::report {
namespace {

constexpr int kPointsPerHalving = 5;
constexpr double kHighestPercentile = 99.999;
constexpr double kQuoted[] = {90, 95, 99, 99.9, 99.99, kHighestPercentile};

// Whether a percentile that people quote lies so near that a curve needs no other point there.
bool is_near_quoted(double percentile) {
  return std::any_of(std::begin(kQuoted), std::end(kQuoted), [&](double quoted) {
    const double ratio = (100 - percentile) / (100 - quoted);
    return ratio > 0.95 && ratio < 1.05;
  });
}

// Five decimals are what the highest percentile needs, and keep run.json readable.
double rounded(double percentile) { return std::round(percentile * 1e5) / 1e5; }

const std::vector<double>& percentiles() {
  static const std::vector<double> all = [] {
    std::vector<double> list(std::begin(kQuoted), std::end(kQuoted));
    for (int k = 0;; ++k) {
      const double percentile = rounded(100 - 100 * std::exp2(-double(k) / kPointsPerHalving));
      if (percentile > kHighestPercentile) break;
      if (!is_near_quoted(percentile)) list.push_back(percentile);
    }
    std::sort(list.begin(), list.end());
    return list;
  }();
  return all;
}

}  // namespace

PercentileCurve percentile_curve(std::uint64_t count,
                                 const std::function<std::int64_t(double)>& value_at_percentile) {
  PercentileCurve curve;
  for (const double percentile : percentiles()) {
    // Of 100 values, the 99th percentile is the last that isn't the maximum itself.
    const double above = (100 - percentile) / 100 * double(count);
    if (above < 1 - 1e-6) break;
    curve.push_back({percentile, value_at_percentile(percentile)});
  }
  return curve;
}

}  // namespace throng::report
