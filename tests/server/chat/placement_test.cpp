#include "server/chat/placement.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace throng::chat {
namespace {

TEST(Placement, OneShardHoldsEverything) {
  constexpr Placement placement(1);
  static_assert(placement.of(ChatId{12345}) == 0);
  static_assert(placement.of(UserId{protocol::kMaxId}) == 0);
}

// Ids are dense: what they are spread over must still get equal parts.
TEST(Placement, SpreadsDenseIdsEvenly) {
  constexpr ShardIndex kShards = 7;
  constexpr std::uint64_t kIds = 70'000;
  const Placement placement(kShards);
  std::vector<std::uint64_t> chats(kShards);
  std::vector<std::uint64_t> users(kShards);
  for (std::uint64_t id = 1; id <= kIds; ++id) {
    ++chats.at(placement.of(ChatId{id}));
    ++users.at(placement.of(UserId{id}));
  }
  for (ShardIndex shard = 0; shard < kShards; ++shard) {
    EXPECT_NEAR(static_cast<double>(chats[shard]), kIds / kShards, 500);
    EXPECT_NEAR(static_cast<double>(users[shard]), kIds / kShards, 500);
  }
}

// Where a chat lives is part of no file, but tests and dashboards rely on it.
TEST(Placement, StaysAsItIs) {
  constexpr Placement placement(4);
  EXPECT_EQ(placement.of(ChatId{1}), protocol::mix(1) % 4);
  EXPECT_EQ(placement.of(ChatId{7}), placement.of(UserId{7}));
  EXPECT_EQ(placement.shards(), 4u);
}

}  // namespace
}  // namespace throng::chat
