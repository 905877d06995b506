#pragma once

#include <cstdint>
#include <functional>

#include "loadgen/report/run_result.hpp"

namespace throng::report {

/// Samples a distribution of `count` values at about 100 percentiles, evenly spaced in
/// log(1/(1-p)): five in each halving of what remains, as HdrHistogram's plots have them, from
/// 0 % to 99.999 %. The percentiles that people quote (90, 95, 99, …) are among them exactly.
/// It ends where `count` values say no more; what lies beyond is the maximum.
/// `value_at_percentile` gets a percentile from 0 to 100 and answers in nanoseconds.
///
///   percentile_curve(1000, …) → {0, 52'000}, {12.94494, 61'000}, … {50, 80'000}, … {99.9, …}
PercentileCurve percentile_curve(std::uint64_t count,
                                 const std::function<std::int64_t(double)>& value_at_percentile);

}  // namespace throng::report
