#include "loadgen/measure/histogram.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <ostream>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace throng::measure {
namespace {

using ::testing::ElementsAre;
using Values = std::vector<std::int64_t>;
using Random = std::mt19937_64;

struct Bucket {
  std::int64_t lowest;
  std::int64_t highest;
  std::uint64_t count;

  bool operator==(const Bucket&) const = default;
};

void PrintTo(const Bucket& bucket, std::ostream* out) {
  *out << bucket.lowest << ".." << bucket.highest << " x " << bucket.count;
}

Histogram histogram_of(const Values& values) {
  Histogram histogram;
  for (const auto value : values) histogram.record(value);
  return histogram;
}

std::vector<Bucket> buckets_of(const Histogram& histogram) {
  std::vector<Bucket> buckets;
  histogram.for_each_bucket([&](std::int64_t lowest, std::int64_t highest, std::uint64_t count) {
    buckets.push_back({lowest, highest, count});
  });
  return buckets;
}

// The smallest value that at least `per_100k` / 100,000 of the sorted values do not exceed, in
// integers, so that the test doesn't share the histogram's rounding.
std::int64_t true_percentile(const Values& sorted, std::uint64_t per_100k) {
  const std::uint64_t rank = (per_100k * sorted.size() + 99'999) / 100'000;
  return sorted[std::max<std::uint64_t>(rank, 1) - 1];
}

struct Distribution {
  std::string name;
  std::function<double(Random&)> draw;
};

Values draw(const Distribution& distribution, std::size_t count, std::uint64_t seed) {
  Random random(seed);
  Values values(count);
  for (auto& value : values) {
    value = static_cast<std::int64_t>(std::clamp(distribution.draw(random), 0.0, 4e12));
  }
  return values;
}

std::vector<Distribution> distributions() {
  using std::exponential_distribution, std::lognormal_distribution, std::normal_distribution;
  using std::uniform_real_distribution;
  return {
      {"UniformNarrow", uniform_real_distribution<>(0, 3000)},
      {"UniformWide", uniform_real_distribution<>(0, 4e12)},
      {"LognormalLan", lognormal_distribution<>(std::log(2e5), 0.4)},
      {"LognormalTail", lognormal_distribution<>(std::log(2e6), 2.5)},
      {"Exponential", exponential_distribution<>(1 / 5e6)},
      {"Constant", [](Random&) { return 1'234'567.0; }},
      {"Bimodal",
       [fast = normal_distribution<>(8e4, 5e3), slow = normal_distribution<>(4e7, 1e6)](
           Random& random) mutable { return random() % 10 == 0 ? slow(random) : fast(random); }},
      {"HugeOutliers",
       [usual = uniform_real_distribution<>(1e5, 2e5)](Random& random) mutable {
         return random() % 5000 == 0 ? 3.9e12 : usual(random);
       }},
      {"PowersOfTwo", [](Random& random) { return std::exp2(static_cast<double>(random() % 42)); }},
      {"BelowPowersOfTwo",
       [](Random& random) { return std::exp2(static_cast<double>(random() % 42)) - 1; }},
  };
}

class HistogramOf : public ::testing::TestWithParam<Distribution> {};

TEST_P(HistogramOf, KeepsEveryPercentileWithinOneInAThousand) {
  for (const std::size_t count : {1, 2, 3, 1000, 50'000}) {
    Values values = draw(GetParam(), count, 7 + count);
    const Histogram histogram = histogram_of(values);
    std::sort(values.begin(), values.end());
    for (const std::uint64_t per_100k :
         {0, 1, 1000, 10'000, 25'000, 50'000, 75'000, 90'000, 99'000, 99'900, 99'990, 99'999}) {
      const std::int64_t truth = true_percentile(values, per_100k);
      const std::int64_t got = histogram.value_at_percentile(static_cast<double>(per_100k) / 1000);
      EXPECT_GE(got, truth) << per_100k << " of " << count;
      EXPECT_LE(static_cast<double>(got - truth), 0.001 * static_cast<double>(truth))
          << per_100k << " of " << count;
    }
  }
}

TEST_P(HistogramOf, IsExactInCountSumMinAndMax) {
  const Values values = draw(GetParam(), 20'000, 11);
  const Histogram histogram = histogram_of(values);
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  const auto sum = std::accumulate(values.begin(), values.end(), Histogram::Sum{0});
  EXPECT_EQ(histogram.count(), values.size());
  EXPECT_TRUE(histogram.sum() == sum);
  EXPECT_EQ(histogram.min(), *least);
  EXPECT_EQ(histogram.max(), *most);
  EXPECT_EQ(histogram.value_at_percentile(0), *least);
  EXPECT_EQ(histogram.value_at_percentile(100), *most);
  EXPECT_DOUBLE_EQ(histogram.mean(), static_cast<double>(sum) / 20'000);
}

TEST_P(HistogramOf, CountsAtOrBelowAsASortedVectorDoes) {
  Values values = draw(GetParam(), 5'000, 13);
  const Histogram histogram = histogram_of(values);
  std::sort(values.begin(), values.end());
  for (std::size_t i = 0; i < values.size(); i += 97) {
    const auto at_or_below = [&](double bound) {
      return static_cast<std::uint64_t>(
          std::upper_bound(values.begin(), values.end(), static_cast<std::int64_t>(bound)) -
          values.begin());
    };
    const std::uint64_t got = histogram.count_at_or_below(values[i]);
    EXPECT_GE(got, at_or_below(static_cast<double>(values[i])));
    EXPECT_LE(got, at_or_below(static_cast<double>(values[i]) * 1.001));
  }
}

TEST_P(HistogramOf, MergesToThePooledOneInAnyOrder) {
  std::vector<Histogram> parts;
  Histogram pooled;
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    const Values values = draw(GetParam(), 2'000, seed);
    parts.push_back(histogram_of(values));
    for (const auto value : values) pooled.record(value);
  }
  Histogram left = parts[0];
  left.merge(parts[1]);
  left.merge(parts[2]);
  Histogram inner = parts[2];
  inner.merge(parts[1]);
  Histogram right = inner;
  right.merge(parts[0]);
  EXPECT_TRUE(left == pooled);
  EXPECT_TRUE(right == pooled);
  EXPECT_FALSE(inner == pooled);
}

INSTANTIATE_TEST_SUITE_P(Distributions, HistogramOf, ::testing::ValuesIn(distributions()),
                         [](const auto& test) { return test.param.name; });

TEST(Histogram, IsZeroAndSmallWhenEmpty) {
  const Histogram histogram;
  EXPECT_TRUE(histogram.empty());
  EXPECT_EQ(histogram.min(), 0);
  EXPECT_EQ(histogram.max(), 0);
  EXPECT_EQ(histogram.mean(), 0);
  EXPECT_EQ(histogram.value_at_percentile(99), 0);
  EXPECT_EQ(histogram.count_at_or_below(1'000), 0U);
  EXPECT_EQ(histogram.percentile_of(0), 100);
  EXPECT_THAT(buckets_of(histogram), ElementsAre());
  EXPECT_LE(histogram.memory_bytes(), 512U);
}

TEST(Histogram, TakesUnder64KilobytesForATypicalRange) {
  Histogram histogram;
  for (std::int64_t value = 50'000; value < 100'000'000; value += 1'000) histogram.record(value);
  EXPECT_LE(histogram.memory_bytes(), 64U * 1024);
}

TEST(Histogram, IsExactToTheNanosecondUpTo2047) {
  EXPECT_THAT(buckets_of(histogram_of({0, 1, 1023, 1024, 2047})),
              ElementsAre(Bucket{0, 0, 1}, Bucket{1, 1, 1}, Bucket{1023, 1023, 1},
                          Bucket{1024, 1024, 1}, Bucket{2047, 2047, 1}));
}

TEST(Histogram, DoublesTheWidthOfSlotsWithEachDoubling) {
  EXPECT_THAT(buckets_of(histogram_of({2048, 2049, 4095, 4096, 4099, 1'000'000})),
              ElementsAre(Bucket{2048, 2049, 2}, Bucket{4094, 4095, 1}, Bucket{4096, 4099, 2},
                          Bucket{999'936, 1'000'447, 1}));
}

TEST(Histogram, NumbersSlotsWithoutGaps) {
  std::size_t expected = 0;
  for (std::int64_t value = 0; value <= Histogram::kHighestTrackable;) {
    ASSERT_EQ(Histogram::slot_of(static_cast<std::uint64_t>(value)), expected++);
    Histogram histogram;
    histogram.record(value);
    const Bucket bucket = buckets_of(histogram).at(0);
    ASSERT_EQ(bucket.lowest, value);
    value = bucket.highest + 1;
  }
  EXPECT_EQ(expected, 33U * 1024);
}

TEST(Histogram, NeverReportsMoreThanItsMaximum) {
  const Histogram histogram = histogram_of({1'000'001, 1'000'002});
  EXPECT_EQ(histogram.value_at_percentile(50), 1'000'002);
  EXPECT_EQ(histogram.value_at_percentile(99.999), 1'000'002);
}

TEST(Histogram, IncludesTheValueAtAnExactRank) {
  Histogram histogram;
  for (std::int64_t value = 1; value <= 1'000; ++value) histogram.record(value);
  for (int tenths = 1; tenths <= 1'000; ++tenths) {
    EXPECT_EQ(histogram.value_at_percentile(tenths / 10.0), tenths);
  }
}

TEST(Histogram, TakesNegativeValuesAsZero) {
  const Histogram histogram = histogram_of({-5, std::numeric_limits<std::int64_t>::min()});
  EXPECT_EQ(histogram.count(), 2U);
  EXPECT_EQ(histogram.max(), 0);
  EXPECT_TRUE(histogram.sum() == 0);
  EXPECT_THAT(buckets_of(histogram), ElementsAre(Bucket{0, 0, 2}));
}

TEST(Histogram, CountsValuesBeyondTheHighestTrackableAndKeepsTheirMaximum) {
  const std::int64_t two_hours = 7'200'000'000'000;
  const Histogram histogram =
      histogram_of({1'000, Histogram::kHighestTrackable, two_hours, 2 * two_hours});
  EXPECT_EQ(histogram.count(), 4U);
  EXPECT_EQ(histogram.overflow(), 2U);
  EXPECT_EQ(histogram.max(), 2 * two_hours);
  EXPECT_EQ(histogram.value_at_percentile(50), Histogram::kHighestTrackable);
  EXPECT_EQ(histogram.value_at_percentile(75), 2 * two_hours);
  EXPECT_EQ(histogram.count_at_or_below(Histogram::kHighestTrackable), 2U);
  EXPECT_EQ(histogram.count_at_or_below(two_hours), 2U);
  EXPECT_EQ(histogram.count_at_or_below(2 * two_hours), 4U);
}

TEST(Histogram, SumsExactlyBeyond64Bits) {
  Histogram histogram;
  const std::int64_t largest = std::numeric_limits<std::int64_t>::max();
  histogram.record(largest, 1'000'000);
  EXPECT_TRUE(histogram.sum() == static_cast<Histogram::Sum>(largest) * 1'000'000);
}

TEST(Histogram, CarriesCountsBeyond32Bits) {
  constexpr std::uint64_t kAlmost = (std::uint64_t{1} << 32) - 1;
  Histogram histogram;
  histogram.record(500, kAlmost);
  histogram.record(500);
  histogram.record(501, 3 * kAlmost + 7);
  const auto expected =
      ElementsAre(Bucket{500, 500, kAlmost + 1}, Bucket{501, 501, 3 * kAlmost + 7});
  EXPECT_THAT(buckets_of(histogram), expected);
  EXPECT_EQ(histogram.value_at_percentile(24), 500);
  EXPECT_EQ(histogram.value_at_percentile(26), 501);

  const Histogram copy = histogram;
  EXPECT_TRUE(copy == histogram);
  Histogram merged;
  merged.merge(copy);
  merged.merge(copy);
  EXPECT_THAT(buckets_of(merged), ElementsAre(Bucket{500, 500, 2 * (kAlmost + 1)},
                                              Bucket{501, 501, 2 * (3 * kAlmost + 7)}));
}

TEST(Histogram, RecordsAValueManyTimesAsRepeatedRecords) {
  Histogram repeated;
  Histogram counted;
  for (int i = 0; i < 9; ++i) repeated.record(123'456);
  counted.record(123'456, 9);
  counted.record(77, 0);
  EXPECT_TRUE(repeated == counted);
}

TEST(Histogram, DiffersByASingleValue) {
  EXPECT_TRUE(histogram_of({1, 5'000, 9'000'000}) == histogram_of({9'000'000, 1, 5'000}));
  EXPECT_FALSE(histogram_of({1, 4, 9}) == histogram_of({1, 5, 9}));
  EXPECT_FALSE(histogram_of({1, 2, 6, 9}) == histogram_of({1, 3, 5, 9}));
}

TEST(Histogram, LeavesAnEmptyOneBehindWhenMoved) {
  Histogram source = histogram_of({10, 20});
  const Histogram target = std::move(source);
  EXPECT_EQ(target.count(), 2U);
  EXPECT_TRUE(source == Histogram());
  source.record(30);
  EXPECT_EQ(source.min(), 30);
}

TEST(Histogram, CopiesWithoutSharing) {
  const Histogram source = histogram_of({10, 20});
  Histogram copy = source;
  copy.record(10);
  EXPECT_THAT(buckets_of(source), ElementsAre(Bucket{10, 10, 1}, Bucket{20, 20, 1}));
}

TEST(Histogram, MergesWithItselfAndWithAnEmptyOne) {
  Histogram histogram = histogram_of({10, 20});
  histogram.merge(Histogram());
  EXPECT_TRUE(histogram == histogram_of({10, 20}));
  histogram.merge(histogram);
  EXPECT_TRUE(histogram == histogram_of({10, 10, 20, 20}));
}

TEST(Histogram, MergesWhatOverflowed) {
  const Histogram beyond = histogram_of({Histogram::kHighestTrackable + 5});
  Histogram histogram = histogram_of({10});
  histogram.merge(beyond);
  histogram.merge(beyond);
  EXPECT_EQ(histogram.overflow(), 2U);
  EXPECT_EQ(histogram.max(), Histogram::kHighestTrackable + 5);
}

TEST(Histogram, ForgetsEverythingOnReset) {
  Histogram histogram = histogram_of({10, Histogram::kHighestTrackable + 1});
  histogram.reset();
  EXPECT_TRUE(histogram == Histogram());
  EXPECT_EQ(histogram.memory_bytes(), Histogram().memory_bytes());
}

TEST(Histogram, GivesTheShareOfValuesUnderABound) {
  const Histogram histogram = histogram_of({100, 200, 300, 400});
  EXPECT_EQ(histogram.percentile_of(99), 0);
  EXPECT_EQ(histogram.percentile_of(300), 75);
  EXPECT_EQ(histogram.percentile_of(1'000), 100);
}

}  // namespace
}  // namespace throng::measure
