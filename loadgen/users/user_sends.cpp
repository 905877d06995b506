#include <algorithm>
#include <cassert>

#include "loadgen/users/cmid.hpp"
#include "loadgen/users/retry.hpp"
#include "loadgen/users/user.hpp"

// What a user sends, and the ticks that come back.
namespace throng::users {

using measure::Operation;
using pacing::TimePoint;
using protocol::MessageKind;

namespace {

constexpr std::string_view kFiller = "the quick brown fox jumps over the lazy dog; ";

std::size_t most_bytes(MessageKind kind) {
  return kind == MessageKind::kReaction ? protocol::kMaxReactionBytes : protocol::kMaxBodyBytes;
}

std::string make_body(std::size_t bytes, std::string_view text) {
  std::string body;
  if (bytes == 0) return body;
  body.reserve(bytes);
  body.append(measure::kStampBytes, ' ');
  body.append(text);
  while (body.size() < bytes) body.append(kFiller.substr(0, bytes - body.size()));
  return body;
}

}  // namespace

std::string_view User::send(UserWorld& world, ChatIndex chat, const scenario::Draft& draft,
                            TimePoint due, TimePoint now) {
  if (state_ == State::kFinished) return "offline";
  const auto slot = slot_of(world.graph, chat);
  if (!slot || chats_[*slot].out) return "not_a_member";
  const bool is_delete = draft.kind == MessageKind::kDelete;
  const std::size_t bytes =
      is_delete ? 0 : std::max(draft.bytes, measure::kMinBodyBytes + draft.text.size());
  if (bytes > most_bytes(draft.kind)) return "too_large";
  const bool changes_own = is_delete || draft.kind == MessageKind::kEdit;
  const protocol::Seq re = changes_own ? chats_[*slot].last_own : draft.re;
  if (changes_own && re == 0) return "no_message";
  if (!outbox_) outbox_ = std::make_unique<Outbox>();
  if (outbox_->full()) {
    world.recorder.dropped(Operation::kSend, due);
    return "queue_full";
  }
  const std::uint32_t k = ++chats_[*slot].sends;
  PendingSend& send = outbox_->add({.chat_slot = *slot,
                                    .k = k,
                                    .due = due,
                                    .retry_at = now,
                                    .body = make_body(bytes, draft.text),
                                    .kind = draft.kind,
                                    .re = re,
                                    .asset = std::string(draft.asset)});
  if (is_delete) chats_[*slot].last_own = 0;
  stamp(world, send);
  world.ledger.on_send(seat(world, *slot), k);
  world.recorder.started(Operation::kSend, now);
  if (welcomed()) write(world, send, now);
  rearm(world);
  return {};
}

void User::await_sends(UserWorld& world) {
  sends_awaited_ = true;
  if (unanswered_sends() == 0) return report_sends(world);
  if (wanted_) return;
  sends_awaited_ = false;
  world.listener.sends_done(local_, {.error = "offline"});
}

void User::report_sends(UserWorld& world) {
  sends_awaited_ = false;
  world.listener.sends_done(local_, {.error = std::exchange(send_error_, {})});
}

// ---- On their way ----

void User::stamp(UserWorld& world, PendingSend& send) {
  const ChatIndex chat = world.graph.roster().chat_of(seat(world, send.chat_slot));
  const measure::MessageOrigin origin{chat, number_, send.k};
  send.fingerprint = send.body.empty()
                         ? measure::bare_fingerprint(world.stamp_key, origin)
                         : measure::write_stamp(world.stamp_key, origin, send.due, send.body);
}

// What waited while its user was offline on purpose is due when the user comes back.
void User::stamp_again(UserWorld& world, TimePoint due) {
  if (!outbox_) return;
  for (PendingSend& send : outbox_->pending()) {
    send.due = std::max(send.due, due);
    send.timed_out = false;
    stamp(world, send);
  }
}

void User::write(UserWorld& world, PendingSend& send, TimePoint now) {
  const ChatIndex chat = world.graph.roster().chat_of(seat(world, send.chat_slot));
  const Cmid cmid(world.stamp_key, {chat, number_, send.k});
  say(world,
      protocol::Send{.chat = world.graph.chat_id(chat),
                     .cmid = cmid.text(),
                     .body = send.body,
                     .kind = send.kind,
                     .re = send.re,
                     .asset = send.asset},
      now);
  if (send.writes == 0) send.first_written = now;
  if (send.writes < UINT16_MAX) ++send.writes;
  send.retry_at = now + world.settings.send_timeout;
}

void User::write_all(UserWorld& world, TimePoint now) {
  if (!outbox_) return;
  for (PendingSend& send : outbox_->pending()) write(world, send, now);
}

void User::check_sends(UserWorld& world, TimePoint now) {
  if (!outbox_ || !wanted_) return;
  for (PendingSend& send : outbox_->pending()) {
    if (!send.timed_out && send.due + world.settings.send_timeout <= now) {
      send.timed_out = true;
      world.recorder.failed(Operation::kSend, "timeout", send.due, now);
    }
    if (welcomed() && send.retry_at <= now) write(world, send, now);
  }
}

// ---- The first tick ----

void User::on_sent(UserWorld& world, const protocol::Sent& event, TimePoint now) {
  const auto origin = read_cmid(world.stamp_key, event.cmid);
  const auto slot = slot_of(world.graph, event.chat);
  if (!slot || !origin || origin->sender != number_ || origin->k > chats_[*slot].sends ||
      world.graph.chat_of(event.chat) != origin->chat) {
    return world.ledger.on_stray_message(number_, event.chat.value, event.seq);
  }
  resolve(world, *slot, origin->k, event.seq, now);
}

void User::resolve(UserWorld& world, std::uint32_t slot, std::uint32_t k, protocol::Seq seq,
                   TimePoint now) {
  PendingSend* const send = outbox_ ? outbox_->find(slot, k) : nullptr;
  world.ledger.on_ack(seat(world, slot), k, seq, send != nullptr ? send->fingerprint : 0);
  if (send == nullptr) return;
  const TimePoint due = send->due;
  if (send->kind == MessageKind::kText) chats_[slot].last_own = static_cast<std::uint32_t>(seq);
  world.recorder.completed(Operation::kSend, due, now, now - send->first_written);
  outbox_->remove(send);
  watch_receipts(world, slot, seq, due, now);
  if (sends_awaited_ && outbox_->empty()) report_sends(world);
}

void User::on_send_refused(UserWorld& world, const protocol::Failure& event, TimePoint now) {
  const auto origin = read_cmid(world.stamp_key, event.cmid);
  const auto slot = slot_of(world.graph, event.chat);
  PendingSend* const send = slot && origin && outbox_ ? outbox_->find(*slot, origin->k) : nullptr;
  if (send == nullptr) return;
  const std::string_view kind = protocol::error_name(event.code);
  world.recorder.failed(Operation::kSend, kind, send->due, now);
  if (worth_repeating(event.code)) {
    const auto& settings = world.settings;
    const pacing::Duration wait =
        backoff_ceiling(settings.backoff_first, settings.backoff_cap, send->refusals);
    send->retry_at =
        now + std::max<pacing::Duration>(wait, std::chrono::milliseconds(event.retry_ms));
    if (send->refusals < UINT8_MAX) ++send->refusals;
    return;
  }
  if (send_error_.empty()) send_error_ = kind;
  // Of a send that was written before, the first copy may have got through.
  if (send->writes == 1) {
    world.ledger.on_send_failed(seat(world, *slot), send->k);
  } else {
    world.ledger.on_send_abandoned(seat(world, *slot), send->k);
  }
  outbox_->remove(send);
  if (sends_awaited_ && outbox_->empty()) report_sends(world);
}

// ---- The second and the third ----

void User::watch_receipts(UserWorld& world, std::uint32_t slot, protocol::Seq seq, TimePoint due,
                          TimePoint now) {
  const measure::Seat own = seat(world, slot);
  const auto members = world.graph.members_of(world.graph.roster().chat_of(own));
  ChatView& view = chats_[slot];
  if (view.members_moved) return;
  if (!view.watch) view.watch = std::make_unique<ReceiptWatch>();
  const auto others = static_cast<std::uint32_t>(members.size() - 1);
  const auto forgotten =
      view.watch->watch({.seq = seq, .due = due, .undelivered = others, .unread = others});
  if (forgotten.seq != 0) record_missing_ticks(world, slot, forgotten, now);
  watch_known_receipts(world, slot, seq, now);
}

// Some may have overtaken the first tick.
void User::watch_known_receipts(UserWorld& world, std::uint32_t slot, protocol::Seq seq,
                                TimePoint now) {
  const measure::Seat own = seat(world, slot);
  const auto members = world.graph.members_of(world.graph.roster().chat_of(own));
  const auto cursors = world.ledger.cursors(own);
  for (std::size_t i = 0; i < cursors.size(); ++i) {
    if (members[i] == number_ || cursors[i].delivered < seq) continue;
    const protocol::Seq read_to = cursors[i].read < seq ? seq - 1 : seq;
    record_ticks(world, slot, members[i], {seq - 1, seq, seq - 1, read_to}, now);
  }
}

void User::on_receipt(UserWorld& world, const protocol::Receipt& event, TimePoint now) {
  const auto slot = slot_of(world.graph, event.chat);
  if (!slot) return world.ledger.on_stray_cursor(number_, event.chat.value);
  const UserNumber member = world.graph.user_of(event.user).value_or(0);
  const auto advance =
      world.ledger.on_receipt(seat(world, *slot), member, event.delivered, event.read, !online());
  if (member == number_ || !chats_[*slot].watch) return;
  record_ticks(world, *slot, member, advance, now);
}

// It isn't told who they are, so their time counts only if everybody was there for it.
void User::on_receipt_counts(UserWorld& world, const protocol::ReceiptCounts& event,
                             TimePoint now) {
  const auto slot = slot_of(world.graph, event.chat);
  if (!slot) return world.ledger.on_stray_cursor(number_, event.chat.value);
  const measure::Seat own = seat(world, *slot);
  const auto members = world.graph.members_of(world.graph.roster().chat_of(own));
  if (event.read > event.delivered || event.delivered >= members.size()) {
    return world.ledger.on_cursor_violation(own, "receipts of more than can be");
  }
  if (!chats_[*slot].watch) return;
  const auto others = static_cast<std::uint32_t>(members.size() - 1);
  const auto change =
      chats_[*slot].watch->count(event.seq, others - event.delivered, others - event.read);
  if (change.delivered + change.read == 0 || !awaited_by_all(world, *slot, change.due)) return;
  for (std::uint32_t i = 0; i < change.delivered; ++i) {
    world.recorder.completed(Operation::kReceiptDelivered, change.due, now);
  }
  for (std::uint32_t i = 0; i < change.read; ++i) {
    world.recorder.completed(Operation::kReceiptRead, change.due, now);
  }
  if (change.delivered > 0 && event.delivered == others) {
    world.recorder.completed(Operation::kFanOut, change.due, now);
  }
}

void User::record_ticks(UserWorld& world, std::uint32_t slot, UserNumber member,
                        const measure::ReceiptAdvance& advance, TimePoint now) {
  ReceiptWatch& watch = *chats_[slot].watch;
  const auto awaited = [&](TimePoint due) {
    return wanted_since_ <= due && world.board.online_since(member, due);
  };
  watch.delivered(advance.delivered_from, advance.delivered_to, [&](TimePoint due, bool last) {
    if (awaited(due)) world.recorder.completed(Operation::kReceiptDelivered, due, now);
    if (last && awaited_by_all(world, slot, due)) {
      world.recorder.completed(Operation::kFanOut, due, now);
    }
  });
  watch.read(advance.read_from, advance.read_to, [&](TimePoint due) {
    if (awaited(due)) world.recorder.completed(Operation::kReceiptRead, due, now);
  });
}

// Of two, the one is the last.
bool User::awaited_by_all(const UserWorld& world, std::uint32_t slot, TimePoint due) const {
  const auto members = world.graph.members_of(world.graph.roster().chat_of(seat(world, slot)));
  return members.size() > 2 && std::ranges::all_of(members, [&](UserNumber member) {
           return world.board.online_since(member, due);
         });
}

// Third ticks are up to people: one that is missing says nothing about the server.
void User::record_missing_ticks(UserWorld& world, std::uint32_t slot,
                                const ReceiptWatch::Watched& watched, TimePoint now) {
  if (watched.undelivered == 0 || !wanted_ || wanted_since_ > watched.due) return;
  const measure::Seat own = seat(world, slot);
  const auto members = world.graph.members_of(world.graph.roster().chat_of(own));
  const auto cursors = world.ledger.cursors(own);
  const bool by_all = awaited_by_all(world, slot, watched.due);
  if (by_all) world.recorder.unresolved(Operation::kFanOut, watched.due, now);
  if (members.size() > protocol::kMaxReceiptMembers) {
    for (std::uint32_t i = 0; by_all && i < watched.undelivered; ++i) {
      world.recorder.unresolved(Operation::kReceiptDelivered, watched.due, now);
    }
    return;
  }
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (members[i] == number_ || !world.board.online_since(members[i], watched.due)) continue;
    if (!cursors.empty() && cursors[i].delivered >= watched.seq) continue;
    world.recorder.unresolved(Operation::kReceiptDelivered, watched.due, now);
  }
}

}  // namespace throng::users
