#include "server/metrics/buckets.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace throng::metrics {
namespace {

TEST(Buckets, CountWhatIsUpToEachBound) {
  CountHistogram histogram;
  for (const std::uint64_t value : {0, 1, 2, 3, 4, 5, 16'384, 16'385}) histogram.add(value);
  const Distribution read = histogram.read();
  ASSERT_EQ(read.buckets.size(), 15u);
  const auto up_to = [&](double bound) {
    const auto at = std::ranges::find(read.buckets, bound, &Distribution::Bucket::up_to);
    return at == read.buckets.end() ? 0 : at->count;
  };
  EXPECT_EQ(up_to(1), 2u);
  EXPECT_EQ(up_to(2), 3u);
  EXPECT_EQ(up_to(4), 5u);
  EXPECT_EQ(up_to(8), 6u);
  EXPECT_EQ(up_to(16'384), 7u);
  EXPECT_EQ(read.count, 8u);
  EXPECT_DOUBLE_EQ(read.sum, 32'784);
}

TEST(Buckets, ShowNanosecondsAsSeconds) {
  SecondsHistogram histogram;
  histogram.add(65'536);
  histogram.add(65'537);
  histogram.add(10'000'000'000);
  const Distribution read = histogram.read();
  EXPECT_DOUBLE_EQ(read.buckets.front().up_to, 65.536e-6);
  EXPECT_EQ(read.buckets.front().count, 1u);
  EXPECT_EQ(read.buckets[1].count, 2u);
  EXPECT_EQ(read.buckets.back().count, 2u);
  EXPECT_EQ(read.count, 3u);
  EXPECT_NEAR(read.sum, 10.000131073, 1e-9);
}

}  // namespace
}  // namespace throng::metrics
