#include <algorithm>

#include "loadgen/users/user.hpp"

// How a user comes into chats of the plan and leaves them, and what it misses by that.
namespace throng::users {

void User::on_membership(UserWorld& world, const protocol::Membership& event) {
  const auto slot = slot_of(world.graph, event.chat);
  if (!slot || !world.settings.members_move) return;
  if (event.member) return join(world, *slot, event.last);
  world.ledger.on_left(seat(world, *slot), event.last);
  world.somebody_is_out = true;
  step_out(chats_[*slot]);
}

// Its members are told of nothing but that it has changed; with all of them there it was the name.
void User::on_chat_changed(UserWorld& world, const protocol::ChatChanged& event) {
  const auto slot = slot_of(world.graph, event.chat);
  if (!slot) return;
  const ChatIndex chat = world.graph.roster().chat_of(seat(world, *slot));
  if (event.members != world.graph.members_of(chat).size()) await_no_ticks(chats_[*slot]);
}

void User::on_trimmed(UserWorld& world, const protocol::Trimmed& event) {
  const auto slot = slot_of(world.graph, event.chat);
  if (slot) world.ledger.on_trimmed(seat(world, *slot), event.first);
}

// Who was taken out while away is told of no such chat.
void User::check_memberships(UserWorld& world, const protocol::CaughtUp& event) {
  if (!world.settings.members_move || event.chats.size() >= chat_count_) return;
  const auto own_chats = world.graph.chats_of(number_);
  for (std::uint32_t slot = 0; slot < chat_count_; ++slot) {
    const protocol::ChatId chat = world.graph.chat_id(own_chats[slot].chat);
    if (chats_[slot].out ||
        std::ranges::find(event.chats, chat, &protocol::ChatState::chat) != event.chats.end()) {
      continue;
    }
    world.ledger.on_found_out(seat(world, slot));
    world.somebody_is_out = true;
    step_out(chats_[slot]);
  }
}

// The server takes what was said before for read.
void User::join(UserWorld& world, std::uint32_t slot, protocol::Seq last) {
  ChatView& view = chats_[slot];
  world.ledger.on_joined(seat(world, slot), last);
  const auto begin = static_cast<std::uint32_t>(last);
  view.delivered_said = std::max(view.delivered_said, begin);
  view.read = std::max(view.read, begin);
  view.unread = 0;
  view.unread_known = 1;
  view.out = 0;
  await_no_ticks(view);
}

void User::step_out(ChatView& view) {
  view.out = 1;
  view.cursors_unsaid = 0;
  view.read_due = pacing::TimePoint::max();
  await_no_ticks(view);
}

void User::await_no_ticks(ChatView& view) {
  view.members_moved = 1;
  view.watch.reset();
}

bool User::joined(const SocialGraph& graph, ChatIndex chat) const {
  const auto slot = slot_of(graph, chat);
  return slot && !chats_[*slot].out;
}

std::optional<ChatIndex> User::chat_missed(const SocialGraph& graph) const {
  for (std::uint32_t slot = 0; slot < chat_count_; ++slot) {
    if (chats_[slot].out) return graph.chats_of(number_)[slot].chat;
  }
  return std::nullopt;
}

}  // namespace throng::users
