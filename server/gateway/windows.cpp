#include "server/gateway/windows.hpp"

#include <algorithm>
#include <utility>

namespace throng::gateway {

Windows::Change Windows::open(chat::ChatId chat, std::vector<chat::UserId> people) {
  Change change;
  Window window{.chat = chat, .people = std::move(people)};
  // Shown before the old one is hidden, so that who is in both goes on being watched.
  show(window, change);
  const auto same = std::ranges::find(open_, chat, &Window::chat);
  if (same != open_.end() || open_.size() == kMostOpen) {
    const auto gone = same != open_.end() ? same : open_.begin();
    hide(*gone, change);
    open_.erase(gone);
  }
  open_.push_back(std::move(window));
  return change;
}

Windows::Change Windows::close(chat::ChatId chat) {
  Change change;
  const auto at = std::ranges::find(open_, chat, &Window::chat);
  if (at == open_.end()) return change;
  hide(*at, change);
  open_.erase(at);
  return change;
}

Windows::Change Windows::close_all() {
  Change change;
  for (const Window& window : open_) hide(window, change);
  open_.clear();
  return change;
}

void Windows::note(const protocol::PresenceState& state) {
  if (watched_.contains(state.user)) waiting_.insert_or_assign(state.user, state);
}

void Windows::show(const Window& window, Change& change) {
  for (const chat::UserId user : window.people) {
    if (++watched_[user] == 1) change.watch.push_back(user);
  }
}

void Windows::hide(const Window& window, Change& change) {
  for (const chat::UserId user : window.people) {
    const auto at = watched_.find(user);
    if (--at->second > 0) continue;
    watched_.erase(at);
    waiting_.erase(user);
    change.unwatch.push_back(user);
  }
}

}  // namespace throng::gateway
