#pragma once

#include "server/chat/commands.hpp"

namespace throng::chat {

/// Which shard owns a chat, and on which shard a user's sessions live.
class Placement {
 public:
  explicit constexpr Placement(ShardIndex shards) : shards_(shards) {}

  constexpr ShardIndex shards() const { return shards_; }
  constexpr ShardIndex of(ChatId chat) const { return shard(chat.value); }
  constexpr ShardIndex of(UserId user) const { return shard(user.value); }

 private:
  constexpr ShardIndex shard(std::uint64_t id) const {
    return static_cast<ShardIndex>(protocol::mix(id) % shards_);
  }

  ShardIndex shards_;
};

}  // namespace throng::chat
