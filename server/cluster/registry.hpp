#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <span>
#include <vector>

#include "protocol/ids.hpp"

namespace throng::cluster {

/// The slot of a session in its shard's table.
using Slot = std::uint32_t;

/// Which sessions on one shard belong to whom, and which are up to date with a chat and get its
/// live traffic. Owned by the shard's thread.
class Registry {
 public:
  void add_session(protocol::UserId user, Slot slot);
  void remove_session(protocol::UserId user, Slot slot);
  /// Valid until the registry changes.
  std::span<const Slot> sessions_of(protocol::UserId user) const;

  void go_live(protocol::ChatId chat, Slot slot);
  void leave(protocol::ChatId chat, Slot slot);
  /// Valid until the registry changes.
  std::span<const Slot> live_in(protocol::ChatId chat) const;

  std::size_t users() const { return by_user_.size(); }

 private:
  boost::unordered_flat_map<protocol::UserId, std::vector<Slot>, std::hash<protocol::UserId>>
      by_user_;
  boost::unordered_flat_map<protocol::ChatId, std::vector<Slot>, std::hash<protocol::ChatId>>
      by_chat_;
};

}  // namespace throng::cluster
