#include "server/node/descriptors.hpp"

#include <gtest/gtest.h>

namespace throng::node {
namespace {

TEST(Descriptors, StoreShardsAndConnectionsFitIntoTheLimitTogether) {
  for (const std::size_t limit : {1024, 4096, 20'000, 1'000'000}) {
    for (const std::size_t shards : {1, 2, 64}) {
      const DescriptorShares shares = share_descriptors(limit, shards, true);
      EXPECT_GT(shares.store_files, 0u);
      EXPECT_GT(shares.connections, 0u);
      EXPECT_LE(shares.store_files + 3 * shards + shares.connections, limit - 100);
    }
  }
}

TEST(Descriptors, StoreGetsNoMoreThanItNeeds) {
  EXPECT_EQ(share_descriptors(20'000, 2, true).store_files, 1000u);
  EXPECT_EQ(share_descriptors(1024, 2, true).store_files, 256u);
  EXPECT_EQ(share_descriptors(1024, 2, false).store_files, 0u);
}

TEST(Descriptors, InMemoryTheStoresShareGoesToConnections) {
  EXPECT_EQ(share_descriptors(20'000, 2, false).connections,
            share_descriptors(20'000, 2, true).connections + 1000);
}

TEST(Descriptors, TooFewServeNobody) {
  EXPECT_EQ(share_descriptors(100, 2, true).connections, 0u);
  EXPECT_EQ(share_descriptors(512, 256, false).connections, 0u);
}

TEST(Descriptors, LimitIsRaisedOnce) {
  const std::size_t limit = raise_descriptor_limit();
  EXPECT_GT(limit, 0u);
  EXPECT_EQ(raise_descriptor_limit(), limit);
}

}  // namespace
}  // namespace throng::node
