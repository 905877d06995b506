#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace throng::metrics {

/// A histogram's figures at one moment, as Prometheus wants them.
struct Distribution {
  struct Bucket {
    double up_to = 0;
    std::uint64_t count = 0;  ///< of all values up to there
  };
  std::vector<Bucket> buckets;
  std::uint64_t count = 0;
  double sum = 0;
};

/// Counts whole numbers by size: up to `kLeast`, twice that, four times and so on, and above. On
/// the page one of them stands for `unit`, e.g. a nanosecond of a figure in seconds. Written by one
/// thread, read by any.
template <std::uint64_t kLeast, std::size_t kBounds>
class Buckets {
 public:
  explicit Buckets(double unit = 1) : unit_(unit) {}

  void add(std::uint64_t value) {
    const auto bucket = static_cast<std::size_t>(std::bit_width((value + kLeast - 1) / kLeast - 1));
    auto& count = counts_[value <= kLeast ? 0 : std::min(bucket, kBounds)];
    count.fetch_add(1, std::memory_order_relaxed);
    sum_.fetch_add(value, std::memory_order_relaxed);
  }

  Distribution read() const {
    Distribution all;
    for (std::size_t i = 0; i < kBounds; ++i) {
      all.count += counts_[i].load(std::memory_order_relaxed);
      all.buckets.push_back(
          {.up_to = unit_ * static_cast<double>(kLeast << i), .count = all.count});
    }
    all.count += counts_.back().load(std::memory_order_relaxed);
    all.sum = unit_ * static_cast<double>(sum_.load(std::memory_order_relaxed));
    return all;
  }

 private:
  const double unit_;
  std::array<std::atomic<std::uint64_t>, kBounds + 1> counts_{};
  std::atomic<std::uint64_t> sum_ = 0;
};

/// Of nanoseconds: 64 µs to 2 s.
class SecondsHistogram : public Buckets<std::uint64_t{1} << 16, 16> {
 public:
  SecondsHistogram() : Buckets(1e-9) {}
};
/// 1 to 16,384.
using CountHistogram = Buckets<1, 15>;

}  // namespace throng::metrics
