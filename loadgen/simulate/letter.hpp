#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>

#include "loadgen/simulate/fleet_model.hpp"
#include "loadgen/simulate/links.hpp"
#include "server/cluster/mail.hpp"

/// What awaits a shard of a simulated node.
namespace throng::simulate {

/// What a client says, or that it comes or is gone; on its way through the shards' queues to its
/// user's home.
struct FromClient {
  enum class Kind : std::uint8_t { kOpen, kText, kRoom, kGone };
  Kind kind = Kind::kText;
  LinkKey key;
  chat::ShardIndex door = 0;  ///< the shard with the connection: the home, or one of another node
  std::uint32_t bytes = 0;
  std::string text = {};  ///< and kDecodePadding more
};

/// What a home has for a client, on its way to the shard with the connection.
struct ToClient {
  enum class Kind : std::uint8_t { kAccepted, kText, kHangUp };
  Kind kind = Kind::kText;
  LinkKey key;
  bool wants_room = false;
  std::uint16_t close_code = 0;
  std::string text = {};
};

/// Another node is gone, or is there (again).
struct PeerNews {
  NodeIndex node = 0;
  std::uint32_t life = 0;  ///< 0: gone
};

using Letter = std::variant<cluster::Mail, FromClient, ToClient, PeerNews>;

/// About as many as it would have on a wire.
std::size_t bytes_of(const Letter& letter);

}  // namespace throng::simulate
