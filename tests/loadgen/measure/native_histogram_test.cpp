#include "loadgen/measure/native_histogram.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <boost/multiprecision/cpp_int.hpp>
#include <limits>
#include <map>
#include <numeric>
#include <random>
#include <vector>

namespace throng::measure {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Span = NativeHistogram::Span;
using Counts = std::map<int, std::int64_t>;
using Whole = boost::multiprecision::cpp_int;

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr int kPerDoubling = 32;

NativeHistogram native_of(const std::vector<std::int64_t>& values) {
  Histogram histogram;
  for (const auto value : values) histogram.record(value);
  return to_native(histogram);
}

/// By bucket, without the empty ones that fill gaps.
Counts counts_of(const NativeHistogram& native) {
  Counts counts;
  int bucket = 0;
  std::int64_t count = 0;
  auto delta = native.deltas.begin();
  for (const Span& span : native.spans) {
    bucket += span.offset;
    for (std::uint32_t i = 0; i < span.length; ++i, ++bucket) {
      count += *delta++;
      if (count != 0) counts[bucket] = count;
    }
  }
  EXPECT_EQ(delta, native.deltas.end());
  return counts;
}

/// Whether `ns` is at most 2^(bucket / 32) s, in whole numbers: ns^32 <= 10^(9 * 32) * 2^bucket.
bool is_at_or_below(std::int64_t ns, int bucket) {
  static const Whole second = pow(Whole(kSecond), kPerDoubling);
  const Whole value = pow(Whole(ns), kPerDoubling);
  return bucket < 0 ? (value << -bucket) <= second : value <= (second << bucket);
}

bool is_in(std::int64_t ns, int bucket) {
  return is_at_or_below(ns, bucket) && !is_at_or_below(ns, bucket - 1);
}

std::int64_t lowest_in_slot_of(std::int64_t ns) {
  std::int64_t found = 0;
  Histogram histogram;
  histogram.record(ns);
  histogram.for_each_bucket([&](std::int64_t lowest, std::int64_t, auto) { found = lowest; });
  return found;
}

int only_bucket_of(std::int64_t ns) {
  const Counts counts = counts_of(native_of({ns}));
  EXPECT_EQ(counts.size(), 1U) << ns;
  return counts.begin()->first;
}

TEST(NativeHistogram, NamesBucketsAsTheExampleSays) {
  const NativeHistogram native =
      native_of({kSecond, 1'010'000'000, 1'010'000'000, 1'010'000'000, 8 * kSecond});
  EXPECT_THAT(native.spans, ElementsAre(Span{0, 2}, Span{94, 1}));
  EXPECT_THAT(native.deltas, ElementsAre(1, 2, -2));
}

TEST(NativeHistogram, IncludesTheUpperBoundAtEveryPowerOfTwo) {
  for (int power = -9; power <= 12; ++power) {
    const std::int64_t bound = power < 0 ? kSecond >> -power : kSecond << power;
    EXPECT_EQ(only_bucket_of(bound), power * kPerDoubling) << power;
    // The next slot is one bucket up.
    EXPECT_EQ(only_bucket_of(bound + bound / 500), power * kPerDoubling + 1) << power;
    EXPECT_EQ(only_bucket_of(bound - bound / 500), power * kPerDoubling) << power;
  }
}

TEST(NativeHistogram, PutsEverySlotWhereItsLowestValueBelongs) {
  Histogram every;
  Counts expected;
  int bucket = only_bucket_of(1);
  ASSERT_TRUE(is_in(1, bucket));
  for (std::int64_t value = 1; value < Histogram::kHighestTrackable;) {
    every.record(value);
    while (!is_at_or_below(value, bucket)) ++bucket;
    ++expected[bucket];
    // Slots double in width with each doubling from 2,048 on.
    const int width_bits =
        std::max(0, 64 - 11 - std::countl_zero(static_cast<std::uint64_t>(value)));
    value += std::int64_t{1} << width_bits;
  }
  EXPECT_EQ(counts_of(to_native(every)), expected);
}

TEST(NativeHistogram, IsAtMostOneBucketTooLowForAnyValue) {
  std::mt19937_64 random(3);
  for (int i = 0; i < 5'000; ++i) {
    const auto value = static_cast<std::int64_t>(random() >> (22 + random() % 42));
    if (value == 0) continue;
    const int bucket = only_bucket_of(value);
    ASSERT_TRUE(is_in(lowest_in_slot_of(value), bucket)) << value;
    const bool straddles = !is_at_or_below(value, bucket);
    ASSERT_TRUE(is_in(value, straddles ? bucket + 1 : bucket)) << value;
  }
}

TEST(NativeHistogram, CountsAsTheHistogramDoesAtPowersOfTwo) {
  std::mt19937_64 random(5);
  std::lognormal_distribution<> latency(16, 3);
  Histogram histogram;
  for (int i = 0; i < 50'000; ++i) histogram.record(static_cast<std::int64_t>(latency(random)));
  const NativeHistogram native = to_native(histogram);
  const Counts counts = counts_of(native);
  for (int power = -9; power <= 12; ++power) {
    const std::int64_t bound = power < 0 ? kSecond >> -power : kSecond << power;
    auto below = static_cast<std::int64_t>(native.zero_count);
    for (const auto& [bucket, count] : counts) {
      if (bucket <= power * kPerDoubling) below += count;
    }
    EXPECT_EQ(below, static_cast<std::int64_t>(histogram.count_at_or_below(bound))) << power;
  }
}

TEST(NativeHistogram, KeepsEveryCountAndTheExactSum) {
  std::mt19937_64 random(9);
  Histogram histogram;
  for (int i = 0; i < 1'000; ++i) {
    histogram.record(static_cast<std::int64_t>(random() % (4 * kSecond)), 1 + random() % 1'000);
  }
  const NativeHistogram native = to_native(histogram);
  const Counts counts = counts_of(native);
  const auto in_buckets = std::accumulate(counts.begin(), counts.end(), std::uint64_t{0},
                                          [](std::uint64_t sum, const auto& each) {
                                            return sum + static_cast<std::uint64_t>(each.second);
                                          });
  EXPECT_EQ(native.count, histogram.count());
  EXPECT_EQ(native.zero_count + in_buckets, histogram.count());
  EXPECT_EQ(native.sum_s, static_cast<double>(histogram.sum()) / 1e9);
}

TEST(NativeHistogram, HasOnlyZeroInTheZeroBucket) {
  const NativeHistogram native = native_of({0, 0, 1});
  EXPECT_EQ(native.zero_count, 2U);
  EXPECT_THAT(native.deltas, ElementsAre(1));
  EXPECT_LT(NativeHistogram::kZeroThreshold, 1e-9);
}

TEST(NativeHistogram, FillsShortGapsAndSkipsLongOnes) {
  // The buckets 0 and 3, then 0 and 4.
  EXPECT_THAT(native_of({kSecond, 1'060'000'000}).spans, ElementsAre(Span{0, 4}));
  EXPECT_THAT(native_of({kSecond, 1'060'000'000}).deltas, ElementsAre(1, -1, 0, 1));
  EXPECT_THAT(native_of({kSecond, 1'080'000'000}).spans, ElementsAre(Span{0, 1}, Span{3, 1}));
  EXPECT_THAT(native_of({kSecond, 1'080'000'000}).deltas, ElementsAre(1, 0));
}

TEST(NativeHistogram, KeepsWhatOverflowed) {
  const NativeHistogram native = native_of({std::numeric_limits<std::int64_t>::max()});
  EXPECT_EQ(native.count, 1U);
  EXPECT_THAT(native.deltas, ElementsAre(1));
  EXPECT_TRUE(is_in(Histogram::kHighestTrackable, native.spans.at(0).offset));
}

TEST(NativeHistogram, IsEmptyOfAnEmptyOne) {
  const NativeHistogram native = to_native(Histogram());
  EXPECT_EQ(native.count, 0U);
  EXPECT_EQ(native.sum_s, 0);
  EXPECT_THAT(native.spans, IsEmpty());
  EXPECT_THAT(native.deltas, IsEmpty());
}

}  // namespace
}  // namespace throng::measure
