#pragma once

#include <cstdint>
#include <vector>

#include "loadgen/measure/histogram.hpp"

namespace throng::measure {

/// A histogram of seconds as Prometheus keeps a "native" one: 2^kSchema buckets for each doubling,
/// of which only those with counts are named. Bucket i counts the values v with
/// 2^((i-1) / 2^kSchema) < v <= 2^(i / 2^kSchema).
///
/// Example: once 1 s, three times 1.01 s and once 8 s are in the buckets 0, 1 and 96:
///   spans {{0, 2}, {94, 1}}   deltas {1, 2, -2}
struct NativeHistogram {
  /// A bucket is 2^(1/32) - 1 = 2.2 % wide, which is as far as a quantile can be off. That is less
  /// than quantiles differ from run to run, and still only some 250 buckets for latencies from
  /// 100 us to 20 ms; the next finer schema would double them.
  static constexpr int kSchema = 5;
  /// 2^-128 s: that of Prometheus' own clients, so only 0 is in the zero bucket.
  static constexpr double kZeroThreshold = 0x1p-128;

  /// Consecutive buckets. The offset is the number of buckets between it and the span before it;
  /// that of the first span is the index of its first bucket.
  struct Span {
    std::int32_t offset = 0;
    std::uint32_t length = 0;

    bool operator==(const Span&) const = default;
  };

  std::uint64_t count = 0;
  double sum_s = 0;
  std::uint64_t zero_count = 0;
  std::vector<Span> spans = {};
  /// For each bucket of the spans its count, less that of the bucket before it in the list.
  std::vector<std::int64_t> deltas = {};
};

/// Puts each slot into the bucket that its lowest value belongs to, as count_at_or_below() does. So
/// values at a bucket's bound are in that bucket, and a value is one bucket too low only if it
/// exceeds the bound by less than a slot, a thousandth. Count and sum are exact. Values beyond
/// kHighestTrackable are in the highest slot's bucket. Costs a pass over the touched blocks.
NativeHistogram to_native(const Histogram& histogram);

}  // namespace throng::measure
