#include "tests/server/chat/simulated_device.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace throng::chat {

SimulatedDevice::SimulatedDevice(SimulatedCluster& cluster, std::uint32_t slot, UserId user,
                                 bool keeps_messages)
    : cluster_(cluster),
      user_(user),
      keeps_messages_(keeps_messages),
      self_{.kind = ClientRef::Kind::kSession,
            .shard = cluster.placement().of(user),
            .slot = slot,
            .generation = 0} {}

// ---- The session ----

void SimulatedDevice::connect() {
  connected_ = true;
  ++self_.generation;
  for (const ChatId chat : cluster_.directory().chats_of(user_)) {
    const auto got = has_.find(chat);
    const Seq newest = got == has_.end() ? 0 : *got->second.rbegin();
    attach(chat, keeps_messages_ ? std::optional(newest) : std::nullopt);
  }
  logging_in_ = !chats_.empty();
}

void SimulatedDevice::disconnect() {
  for (const auto& [chat, held] : chats_) {
    cluster_.send(home(), Detach{.shard = home(), .chat = chat});
  }
  lose_connection();
}

void SimulatedDevice::lose_connection() {
  connected_ = logging_in_ = false;
  chats_.clear();
  answered_.clear();
}

void SimulatedDevice::attach(ChatId chat, std::optional<Seq> have) {
  chats_[chat] = Held{.attempt = ++attempts_};
  cluster_.send(
      home(),
      Attach{.from = self_, .user = user_, .chat = chat, .have = have, .attempt = attempts_});
}

void SimulatedDevice::forget(ChatId chat) {
  chats_.erase(chat);
  cluster_.send(home(), Detach{.shard = home(), .chat = chat});
}

void SimulatedDevice::ask_pages() {
  for (auto& [chat, held] : chats_) {
    if (!held.deferred_after) continue;
    cluster_.send(home(), NextPage{.from = self_,
                                   .user = user_,
                                   .chat = chat,
                                   .after = *std::exchange(held.deferred_after, {}),
                                   .attempt = held.attempt});
  }
}

void SimulatedDevice::on_page(const Page& page) {
  const auto at = chats_.find(page.state.chat);
  if (at == chats_.end() || at->second.attempt != page.attempt) return;
  on_events(page.events);
  if (!page.complete) {
    at->second.deferred_after = page.through;
    return;
  }
  if (page.member) {
    at->second.live = true;
    at->second.last = page.through;
    EXPECT_EQ(page.through, page.state.last) << "S7: the last page doesn't reach the last message";
    cluster_.judge().told_state(user_, page.state);
    on(protocol::Receipt{.chat = page.state.chat,
                         .user = user_,
                         .delivered = page.state.delivered,
                         .read = page.state.read});
  } else {
    forget(page.state.chat);
  }
  logging_in_ = logging_in_ &&
                std::ranges::any_of(chats_, [](const auto& entry) { return !entry.second.live; });
}

void SimulatedDevice::on_membership(const MembershipChanged& change) {
  if (change.member == chats_.contains(change.chat)) return;
  if (change.member) {
    attach(change.chat, change.last);
  } else {
    forget(change.chat);
  }
}

// ---- What a user does ----

void SimulatedDevice::send_new(ChatId chat) {
  std::string cmid = std::to_string(self_.slot) + '-' + std::to_string(++cmids_made_);
  // Bodies are long enough for a catch-up to take several pages.
  std::string body = cmid + std::string(cluster_.chance(6'000), 'x');
  messages_.push_back({.chat = chat, .cmid = std::move(cmid), .body = std::move(body)});
  post(messages_.back());
}

void SimulatedDevice::send_again() {
  if (!messages_.empty()) post(messages_[cluster_.chance(messages_.size())]);
}

void SimulatedDevice::post(const Message& message) {
  cluster_.judge().sends(message.chat, user_, message.cmid, message.body);
  cluster_.send(home(), PostMessage{.from = self_,
                                    .user = user_,
                                    .chat = message.chat,
                                    .cmid = message.cmid,
                                    .body = message.body});
}

void SimulatedDevice::mark(ChatId chat) {
  const auto got = has_.find(chat);
  if (got == has_.end()) return;
  const Seq newest = *got->second.rbegin();
  const Seq delivered = newest - cluster_.chance(std::min<Seq>(newest, 3));
  const Seq read = cluster_.chance(2) ? 1 + cluster_.chance(delivered) : 0;
  cluster_.judge().marks(chat, user_, delivered, read);
  cluster_.send(
      home(),
      MarkCursor{.from = self_, .user = user_, .chat = chat, .delivered = delivered, .read = read});
}

void SimulatedDevice::change_members(ChatId chat, UserId other, bool add) {
  ChangeMembers change{
      .from = self_, .by = user_, .operates = true, .chat = chat, .add = {}, .remove = {}};
  (add ? change.add : change.remove).push_back(other);
  cluster_.send(home(), std::move(change));
}

// ---- What the device is told ----

void SimulatedDevice::on_events(const std::string& events) {
  protocol::for_each_line(events, [this](std::string_view line) {
    const auto event = decoder_.server_event(decoder_.padded(line));
    if (event.has_value()) std::visit([this](const auto& e) { on(e); }, *event);
  });
}

void SimulatedDevice::on(const protocol::Sent& sent) {
  cluster_.judge().told_sent(user_, sent);
  answered_.emplace(sent.chat, sent.seq);
  const auto at = chats_.find(sent.chat);
  if (at == chats_.end() || !at->second.live) return;  // it will come as a message
  if (at->second.last && sent.seq <= *at->second.last) return;
  check_first(sent.chat, sent.seq);
  at->second.last = sent.seq;
  has(sent.chat, sent.seq);
}

void SimulatedDevice::on(const protocol::Message& m) {
  cluster_.judge().told_message(user_, m);
  const auto at = chats_.find(m.chat);
  ASSERT_NE(at, chats_.end());
  // Another session sent it first and this one again: it gets the answer and the message.
  const bool is_answered = m.from == user_ && answered_.contains({m.chat, m.seq});
  if (at->second.last && m.seq <= *at->second.last && is_answered) return;
  check_first(m.chat, m.seq);
  at->second.last = m.seq;
  has(m.chat, m.seq);
}

void SimulatedDevice::check_first(ChatId chat, Seq seq) const {
  const Held& held = chats_.at(chat);
  if (held.last) {
    EXPECT_EQ(seq, *held.last + 1) << "S6: chat " << chat.value << " of device " << self_.slot;
    return;
  }
  const auto got = has_.find(chat);
  const bool follows = got != has_.end() && got->second.contains(seq - 1);
  EXPECT_TRUE(seq == 1 || follows || cluster_.judge().may_begin_behind(chat, user_, seq - 1))
      << "S7: catch-up of chat " << chat.value << " begins at " << seq;
}

void SimulatedDevice::has(ChatId chat, Seq seq) { has_[chat].insert(seq); }

void SimulatedDevice::on(const protocol::Receipt& r) {
  cluster_.judge().told_receipt(r);
  CursorRecord& known = cursors_[{r.chat, r.user}];
  EXPECT_GE(r.delivered, known.delivered) << "S9: a cursor moved back";
  EXPECT_GE(r.read, known.read) << "S9: a cursor moved back";
  known.delivered = r.delivered;
  known.read = r.read;
}

void SimulatedDevice::check_has_all(ChatId chat, Seq after) const {
  const auto got = has_.find(chat);
  for (Seq seq = after + 1; seq <= cluster_.log().last_seq(chat); ++seq) {
    ASSERT_TRUE(got != has_.end() && got->second.contains(seq))
        << "S1, S8: device " << self_.slot << " lacks message " << seq << " of chat " << chat.value;
  }
}

}  // namespace throng::chat
