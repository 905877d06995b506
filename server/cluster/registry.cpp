#include "server/cluster/registry.hpp"

#include <algorithm>

namespace throng::cluster {
namespace {

template <class Map, class Key>
void add(Map& map, Key key, Slot slot) {
  auto& slots = map[key];
  if (slots.empty()) slots.reserve(2);
  slots.push_back(slot);
}

template <class Map, class Key>
void remove(Map& map, Key key, Slot slot) {
  const auto at = map.find(key);
  if (at == map.end()) return;
  auto& slots = at->second;
  const auto place = std::find(slots.begin(), slots.end(), slot);
  if (place == slots.end()) return;
  *place = slots.back();
  slots.pop_back();
  if (slots.empty()) map.erase(at);
}

template <class Map, class Key>
std::span<const Slot> look_up(const Map& map, Key key) {
  const auto at = map.find(key);
  if (at == map.end()) return {};
  return at->second;
}

}  // namespace

void Registry::add_session(protocol::UserId user, Slot slot) { add(by_user_, user, slot); }

void Registry::remove_session(protocol::UserId user, Slot slot) { remove(by_user_, user, slot); }

std::span<const Slot> Registry::sessions_of(protocol::UserId user) const {
  return look_up(by_user_, user);
}

void Registry::go_live(protocol::ChatId chat, Slot slot) { add(by_chat_, chat, slot); }

void Registry::leave(protocol::ChatId chat, Slot slot) { remove(by_chat_, chat, slot); }

std::span<const Slot> Registry::live_in(protocol::ChatId chat) const {
  return look_up(by_chat_, chat);
}

}  // namespace throng::cluster
