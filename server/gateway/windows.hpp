#pragma once

#include <boost/container/flat_map.hpp>
#include <vector>

#include "server/chat/records.hpp"

namespace throng::gateway {

/// The windows that a session has open, and whose presence it is told therefore. Owned by the
/// shard's thread.
///
/// Invariants: at most kMostOpen windows; of each person at most one change waits to be told, the
/// newest, so that somebody who comes and goes all the time costs one event a round.
class Windows {
 public:
  static constexpr std::size_t kMostOpen = 8;
  /// Events a round.
  static constexpr std::size_t kMostTold = 100;

  struct Change {
    std::vector<chat::UserId> watch;    ///< nobody else's window showed them
    std::vector<chat::UserId> unwatch;  ///< no other window shows them
  };

  /// Closes the one that was opened first if there are too many.
  Change open(chat::ChatId chat, std::vector<chat::UserId> people);
  Change close(chat::ChatId chat);
  Change close_all();

  /// Keeps it to be told, unless nobody wants to know any more.
  void note(const protocol::PresenceState& state);
  /// Calls tell(state) for what waits, up to kMostTold; the rest waits for the next round.
  template <class Tell>
  void tell_waiting(Tell&& tell) {
    std::size_t told = 0;
    auto at = waiting_.begin();
    for (; at != waiting_.end() && told < kMostTold; ++at, ++told) tell(at->second);
    waiting_.erase(waiting_.begin(), at);
  }
  bool has_waiting() const { return !waiting_.empty(); }

 private:
  struct Window {
    chat::ChatId chat;
    std::vector<chat::UserId> people;
  };

  void show(const Window& window, Change& change);
  void hide(const Window& window, Change& change);

  std::vector<Window> open_;                                         ///< in order of opening
  boost::container::flat_map<chat::UserId, std::uint32_t> watched_;  ///< by how many windows
  boost::container::flat_map<chat::UserId, protocol::PresenceState> waiting_;
};

}  // namespace throng::gateway
