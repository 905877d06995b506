#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "loadgen/measure/histogram.hpp"

namespace throng::view {

/// A row of cells of a heatmap: {bucket, count} of those that have counts, in rising order.
using Heat = std::vector<std::pair<std::uint8_t, std::uint64_t>>;

/// The upper ends of the buckets in ns, each in it: five for each power of ten, from 10 µs to
/// 100 s. Behind the last one is another for what takes longer.
const std::vector<std::int64_t>& heat_bounds_ns();

/// Linear in the histogram's touched blocks. Exact to the histogram's own slots.
Heat heat_of(const measure::Histogram& histogram);

void merge(Heat& into, const Heat& other);

}  // namespace throng::view
