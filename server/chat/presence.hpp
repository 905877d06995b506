#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <vector>

#include "server/chat/commands.hpp"
#include "server/chat/directory.hpp"
#include "server/chat/records.hpp"

namespace throng::chat {

/// Who of the users homed on one shard is connected, and when each was last seen. Owned by that
/// shard's thread.
///
/// Invariants: a last seen time is shown only once it is durable, so it never moves back, not even
/// across a crash; it moves at most once per kLastSeenStep, so that busy people cost one write a
/// step and not one an action.
class Presence {
 public:
  explicit Presence(const Directory& directory) : directory_(directory) {}

  static constexpr TimeMs kLastSeenStep = 5'000;

  void connected(UserId user);
  void disconnected(UserId user);
  /// A person did something (not just the app); what has to be kept goes into `batch`.
  void active(UserId user, TimeMs now, Batch& batch);
  /// Requires: `records` are durable now.
  void committed(const std::vector<LastSeenRecord>& records);
  /// Nothing of what was handed to batches and isn't durable yet ever will be.
  void failed();
  protocol::PresenceState state(UserId user) const;
  bool is_online(UserId user) const;

  /// From now on changes of `user` are for `watcher`, too; twice is harmless.
  void watch(UserId user, const ClientRef& watcher);
  void unwatch(UserId user, const ClientRef& watcher);
  /// Calls tell(watcher, state) for everybody watched of whom something has changed since.
  template <class Tell>
  void tell_changes(Tell&& tell) {
    for (const UserId user : changed_) {
      const auto at = watchers_.find(user);
      if (at == watchers_.end()) continue;
      at->second.changed = false;
      const protocol::PresenceState now = state(user);
      for (const ClientRef& watcher : at->second.clients) tell(watcher, now);
    }
    changed_.clear();
  }

 private:
  struct Person {
    std::uint32_t sessions = 0;
    TimeMs last_seen = 0;
    TimeMs requested = 0;  ///< the newest time handed to a batch
  };

  struct Watchers {
    std::vector<ClientRef> clients;
    bool changed = false;
  };

  Person& person(UserId user);
  void note_change(UserId user);

  const Directory& directory_;
  boost::unordered_flat_map<UserId, Person, std::hash<UserId>> people_;
  boost::unordered_flat_map<UserId, Watchers, std::hash<UserId>> watchers_;
  std::vector<UserId> changed_;  ///< those of `watchers_` with something to tell
};

}  // namespace throng::chat
