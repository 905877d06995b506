#include "server/chat/presence.hpp"

#include <algorithm>

namespace throng::chat {

Presence::Person& Presence::person(UserId user) {
  if (const auto at = people_.find(user); at != people_.end()) return at->second;
  const TimeMs last_seen = directory_.last_seen(user);
  return people_.emplace(user, Person{.last_seen = last_seen, .requested = last_seen})
      .first->second;
}

void Presence::connected(UserId user) {
  if (++person(user).sessions == 1) note_change(user);
}

void Presence::disconnected(UserId user) {
  const auto at = people_.find(user);
  if (at == people_.end() || at->second.sessions == 0) return;
  if (at->second.sessions == 1) note_change(user);
  // Who is away is read from the directory when asked for, unless a write is still under way.
  if (--at->second.sessions == 0 && at->second.requested == at->second.last_seen) {
    people_.erase(at);
  }
}

void Presence::active(UserId user, TimeMs now, Batch& batch) {
  Person& p = person(user);
  if (p.requested != 0 && now - p.requested < kLastSeenStep) return;
  p.requested = now;
  batch.last_seen.push_back({.user = user, .time = now});
}

void Presence::committed(const std::vector<LastSeenRecord>& records) {
  for (const LastSeenRecord& record : records) {
    const auto at = people_.find(record.user);
    if (at == people_.end()) continue;
    note_change(record.user);
    at->second.last_seen = std::max(at->second.last_seen, record.time);
    if (at->second.sessions == 0 && at->second.requested == at->second.last_seen) {
      people_.erase(at);
    }
  }
}

void Presence::failed() {
  for (auto& [user, person] : people_) person.requested = person.last_seen;
  erase_if(people_, [](const auto& entry) { return entry.second.sessions == 0; });
}

protocol::PresenceState Presence::state(UserId user) const {
  const auto at = people_.find(user);
  if (at == people_.end()) {
    return {.user = user, .online = false, .last_seen = directory_.last_seen(user)};
  }
  return {.user = user, .online = at->second.sessions > 0, .last_seen = at->second.last_seen};
}

bool Presence::is_online(UserId user) const {
  const auto at = people_.find(user);
  return at != people_.end() && at->second.sessions > 0;
}

void Presence::watch(UserId user, const ClientRef& watcher) {
  auto& clients = watchers_[user].clients;
  if (std::ranges::find(clients, watcher) == clients.end()) clients.push_back(watcher);
}

void Presence::unwatch(UserId user, const ClientRef& watcher) {
  const auto at = watchers_.find(user);
  if (at == watchers_.end()) return;
  std::erase(at->second.clients, watcher);
  if (at->second.clients.empty()) watchers_.erase(at);
}

void Presence::note_change(UserId user) {
  if (watchers_.empty()) return;
  const auto at = watchers_.find(user);
  if (at == watchers_.end() || at->second.changed) return;
  at->second.changed = true;
  changed_.push_back(user);
}

}  // namespace throng::chat
