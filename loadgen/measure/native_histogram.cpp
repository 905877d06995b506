#include "loadgen/measure/native_histogram.hpp"

#include <array>
#include <cmath>
#include <cstddef>

namespace throng::measure {
namespace {

constexpr double kNsPerSecond = 1e9;
constexpr int kBucketsPerDoubling = 1 << NativeHistogram::kSchema;
/// The bucket of 1 ns, and that of the highest trackable value: 2^-29.9 s and 2^12.1 s.
constexpr int kFirstBucket = -956;
constexpr int kLastBucket = 388;
/// So many empty buckets take fewer bytes than a span of their own for what follows.
constexpr std::int32_t kLongestFilledGap = 2;

/// The highest whole nanosecond in each bucket. Only the powers of two among the bounds can be
/// whole, and those are exact; the others need the precision of long double to be rounded to the
/// right side.
class Bounds {
 public:
  Bounds() {
    for (int bucket = kFirstBucket; bucket <= kLastBucket; ++bucket) {
      const long double bound =
          std::exp2(static_cast<long double>(bucket) / kBucketsPerDoubling) * 1e9L;
      highest_ns_[index(bucket)] = static_cast<std::int64_t>(bound);
    }
  }

  std::int64_t highest_ns(int bucket) const { return highest_ns_[index(bucket)]; }

 private:
  static std::size_t index(int bucket) { return static_cast<std::size_t>(bucket - kFirstBucket); }

  std::array<std::int64_t, kLastBucket - kFirstBucket + 1> highest_ns_{};
};

/// Gathers the counts of buckets, which come in ascending order.
class Buckets {
 public:
  explicit Buckets(NativeHistogram& to) : to_(to) {}

  void add(int bucket, std::uint64_t count) {
    if (bucket != bucket_) flush();
    bucket_ = bucket;
    count_ += static_cast<std::int64_t>(count);
  }

  void flush() {
    if (count_ == 0) return;
    reach(bucket_);
    append(count_);
    count_ = 0;
  }

 private:
  /// Makes `bucket` the next one to be appended.
  void reach(int bucket) {
    const std::int32_t gap = bucket - next_;
    if (to_.spans.empty() || gap > kLongestFilledGap) {
      to_.spans.push_back({gap, 0});
      next_ = bucket;
    }
    while (next_ < bucket) append(0);
  }

  void append(std::int64_t count) {
    to_.deltas.push_back(count - last_count_);
    last_count_ = count;
    ++to_.spans.back().length;
    ++next_;
  }

  NativeHistogram& to_;
  int bucket_ = kFirstBucket;
  std::int64_t count_ = 0;  ///< in bucket_, not appended yet
  std::int32_t next_ = 0;
  std::int64_t last_count_ = 0;
};

}  // namespace

NativeHistogram to_native(const Histogram& histogram) {
  static const Bounds bounds;
  NativeHistogram native;
  native.count = histogram.count();
  native.sum_s = static_cast<double>(histogram.sum()) / kNsPerSecond;
  Buckets buckets(native);
  int bucket = kFirstBucket;
  histogram.for_each_bucket([&](std::int64_t lowest, std::int64_t, std::uint64_t count) {
    if (lowest == 0) {
      native.zero_count = count;
      return;
    }
    while (bounds.highest_ns(bucket) < lowest) ++bucket;
    buckets.add(bucket, count);
  });
  buckets.flush();
  return native;
}

}  // namespace throng::measure
