#include "loadgen/view/heat.hpp"

#include <algorithm>
#include <cmath>

namespace throng::view {
namespace {

constexpr double kLowest_ns = 1e4;
constexpr int kBucketsPerDecade = 5;
constexpr int kDecades = 7;

}  // namespace

const std::vector<std::int64_t>& heat_bounds_ns() {
  static const std::vector<std::int64_t> all = [] {
    std::vector<std::int64_t> bounds;
    for (int i = 0; i <= kDecades * kBucketsPerDecade; ++i) {
      bounds.push_back(std::llround(kLowest_ns * std::pow(10, double(i) / kBucketsPerDecade)));
    }
    return bounds;
  }();
  return all;
}

Heat heat_of(const measure::Histogram& histogram) {
  const std::vector<std::int64_t>& bounds = heat_bounds_ns();
  Heat heat;
  std::size_t bucket = 0;
  histogram.for_each_bucket([&](std::int64_t, std::int64_t highest_ns, std::uint64_t count) {
    while (bucket < bounds.size() && bounds[bucket] < highest_ns) ++bucket;
    if (heat.empty() || heat.back().first != bucket) heat.emplace_back(bucket, 0);
    heat.back().second += count;
  });
  return heat;
}

void merge(Heat& into, const Heat& other) {
  for (const auto& [bucket, count] : other) {
    const auto place = std::ranges::lower_bound(into, bucket, {}, &Heat::value_type::first);
    if (place != into.end() && place->first == bucket) {
      place->second += count;
    } else {
      into.emplace(place, bucket, count);
    }
  }
}

}  // namespace throng::view
