#include <algorithm>
#include <variant>

#include "loadgen/users/cmid.hpp"
#include "loadgen/users/retry.hpp"
#include "loadgen/users/user.hpp"

// What reaches a user, and what the user does about it.
namespace throng::users {

using measure::Operation;
using pacing::TimePoint;
using protocol::Error;

namespace {

bool bears_no_stamp(const protocol::Message& event) {
  return event.deleted || event.kind == protocol::MessageKind::kDelete;
}

// A stamp that can't be read is no stamp of ours, unless the cmid beside it says whose it was. What
// has no body is known by its cmid alone, and what was edited bears the stamp of the edit.
measure::StampCheck check_body(const UserWorld& world, ChatIndex chat, UserNumber from,
                               const protocol::Message& event) {
  using measure::StampVerdict;
  const bool bare = bears_no_stamp(event);
  auto check = measure::read_stamp(world.stamp_key, chat, from, event.body);
  const bool is_plain = !bare && event.version == 0;
  if (is_plain && check.verdict != StampVerdict::kNotOurs) return check;

  const auto origin = read_cmid(world.stamp_key, event.cmid);
  if (!origin || origin->chat != chat || origin->sender != from) return {};
  if (bare && event.body.empty()) {
    check = {StampVerdict::kOurs, {origin->k, {}, bare_fingerprint(world.stamp_key, *origin)}};
  } else if (bare || check.verdict != StampVerdict::kOurs) {
    check.verdict = StampVerdict::kCorrupted;
  }
  check.stamp.k = origin->k;
  return check;
}

}  // namespace

void User::on_text(UserWorld& world, std::string_view text, TimePoint now) {
  world.touched.clear();
  protocol::for_each_line(text, [&](std::string_view line) {
    if (state_ != State::kGreeting && !welcomed()) return;  // the user left in between
    const auto event = world.decoder.server_event(line);
    if (event) {
      on_event(world, *event, now);
    } else if (event.error() != Error::kUnknownOp) {
      world.recorder.failed(Operation::kConnect, protocol::error_name(event.error()), now, now);
    }
  });
  if (state_ == State::kGreeting || state_ == State::kCatchingUp) {
    step_due_ = now + world.settings.login_timeout;
  }
  answer_delivered(world, now);
  rearm(world);
}

void User::on_event(UserWorld& world, const protocol::ServerEvent& event, TimePoint now) {
  struct Visitor {
    User& user;
    UserWorld& world;
    TimePoint now;

    void operator()(const protocol::Welcome& e) const { user.on_welcome(world, e, now); }
    void operator()(const protocol::Sent& e) const { user.on_sent(world, e, now); }
    void operator()(const protocol::Message& e) const { user.on_message(world, e, now); }
    void operator()(const protocol::Receipt& e) const { user.on_receipt(world, e, now); }
    void operator()(const protocol::ReceiptCounts& e) const {
      user.on_receipt_counts(world, e, now);
    }
    void operator()(const protocol::History& e) const { user.on_history(world, e, now); }
    void operator()(const protocol::CaughtUp& e) const { user.on_caught_up(world, e, now); }
    void operator()(const protocol::PresenceState& e) const { user.on_presence(world, e, now); }
    void operator()(const protocol::Failure& e) const { user.on_failure(world, e, now); }
    void operator()(const protocol::Bye& e) const { user.on_bye(world, e, now); }
    void operator()(const protocol::Membership& e) const { user.on_membership(world, e); }
    void operator()(const protocol::ChatChanged& e) const { user.on_chat_changed(world, e); }
    void operator()(const protocol::Trimmed& e) const { user.on_trimmed(world, e); }
    // These ask for nothing.
    void operator()(const protocol::Typing&) const {}
    void operator()(const protocol::Pong&) const {}
  };
  std::visit(Visitor{*this, world, now}, event);
}

void User::on_message(UserWorld& world, const protocol::Message& event, TimePoint now) {
  const auto chat = world.graph.chat_of(event.chat);
  const auto slot = chat ? slot_of(world.graph, *chat) : std::nullopt;
  if (!slot) return world.ledger.on_stray_message(number_, event.chat.value, event.seq);
  const UserNumber from = world.graph.user_of(event.from).value_or(0);
  const auto check = check_body(world, *chat, from, event);
  const bool ours = check.verdict == measure::StampVerdict::kOurs;
  const bool awaited = ours && from != number_ && event.version == 0 && !bears_no_stamp(event) &&
                       wanted_since_ <= check.stamp.due;

  const auto result =
      world.ledger.on_message({.seat = seat(world, *slot),
                               .seq = event.seq,
                               .from = from,
                               .check = check,
                               .late = awaited && now - check.stamp.due > world.settings.late_after,
                               .revised = event.version != 0});
  if (from == number_) {
    const bool unanswered = ours && outbox_ && outbox_->find(*slot, check.stamp.k) != nullptr;
    if (unanswered) resolve(world, *slot, check.stamp.k, event.seq, now);
  }
  world.touched.push_back(*slot);
  if (!result.fresh || from == number_) return;

  ChatView& view = chats_[*slot];
  ++view.unread;
  if (!result.intact) {
    view.unread_known = 0;  // the server may count it or not
    return;
  }
  if (awaited) world.recorder.completed(Operation::kDeliver, check.stamp.due, now);
  if (world.settings.wants_messages) {
    const std::size_t stamp_bytes = std::min(event.body.size(), measure::kStampBytes);
    world.listener.message(local_, {.chat = *chat,
                                    .from_number = from,
                                    .seq = event.seq,
                                    .text = event.body.substr(stamp_bytes),
                                    .kind = event.kind,
                                    .asset = event.asset});
  }
}

void User::on_failure(UserWorld& world, const protocol::Failure& event, TimePoint now) {
  if (!event.cmid.empty()) return on_send_refused(world, event, now);
  if (refuse_ask(world, event, now)) return;
  const std::string_view kind = protocol::error_name(event.code);
  const auto slot = welcomed() ? slot_of(world.graph, event.chat) : std::nullopt;
  if (slot) {
    on_cursor_refused(world, *slot, event, now);
  } else if (state_ != State::kGreeting) {
    world.recorder.failed(Operation::kConnect, kind, now, now);
  } else if (worth_repeating(event.code)) {
    session_error_ = kind;  // the connection's end follows and is counted
  } else {
    give_up(world, kind, now);
  }
}

// Once for all that came together: the cursor says it.
void User::answer_delivered(UserWorld& world, TimePoint now) {
  for (const std::uint32_t slot : world.touched) {
    if (!welcomed()) break;
    ChatView& view = chats_[slot];
    if (view.out) continue;
    const measure::Seat own = seat(world, slot);
    const auto position = static_cast<std::uint32_t>(world.ledger.position(own));
    if (position > view.delivered_said) {
      view.delivered_said = position;
      const ChatIndex chat = world.graph.roster().chat_of(own);
      say(world, protocol::Delivered{world.graph.chat_id(chat), position}, now);
    }
    plan_reading(world, view, now);
  }
  world.touched.clear();
}

// ---- Reading ----

void User::plan_reading(UserWorld& world, ChatView& view, TimePoint now) {
  if (view.unread == 0 || view.read_due != TimePoint::max() || !wanted_) return;
  pacing::Random random = next_random(world);
  const scenario::ReadingPlan& plan = world.settings.reading;
  if (!random.chance(plan.chance)) return;
  view.read_due = now + pacing::from_seconds(std::max(0.0, plan.after.sample(random)));
  next_read_ = std::min(next_read_, view.read_due);
}

void User::read_due_chats(UserWorld& world, TimePoint now) {
  next_read_ = TimePoint::max();
  for (std::uint32_t slot = 0; slot < chat_count_; ++slot) {
    if (chats_[slot].read_due <= now) mark_read(world, slot, now);
    next_read_ = std::min(next_read_, chats_[slot].read_due);
  }
}

// People can read without a connection; the server hears of it at the next caught_up.
void User::mark_read(UserWorld& world, std::uint32_t slot, TimePoint now) {
  ChatView& view = chats_[slot];
  view.read_due = TimePoint::max();
  const measure::Seat own = seat(world, slot);
  const auto position = static_cast<std::uint32_t>(world.ledger.position(own));
  if (position <= view.read) return;
  view.read = position;
  view.unread = 0;
  view.unread_known = !world.ledger.has_gaps(own);
  if (!welcomed() || view.out) return;
  view.delivered_said = std::max(view.delivered_said, position);
  const ChatIndex chat = world.graph.roster().chat_of(own);
  say(world, protocol::Read{world.graph.chat_id(chat), position}, now);
}

// What else is said of a chat asks for no answer, and is shed without one. The newest of the
// cursors was refused, or an older one that it covers.
void User::on_cursor_refused(UserWorld& world, std::uint32_t slot, const protocol::Failure& event,
                             TimePoint now) {
  ChatView& view = chats_[slot];
  const bool read = view.read > 0 && view.read >= view.delivered_said;
  world.recorder.failed(read ? Operation::kReceiptRead : Operation::kReceiptDelivered,
                        protocol::error_name(event.code), now, now);
  if (!worth_repeating(event.code)) return;
  view.cursors_unsaid = 1;
  const auto wait = std::max<pacing::Duration>(world.settings.backoff_first,
                                               std::chrono::milliseconds(event.retry_ms));
  const double jitter = next_random(world).uniform01();
  const TimePoint again = now + pacing::from_seconds(pacing::to_seconds(wait) * (1 + jitter));
  cursors_again_ = cursors_again_ == TimePoint::max() ? again : std::max(cursors_again_, again);
}

void User::say_cursors_again(UserWorld& world, TimePoint now) {
  cursors_again_ = TimePoint::max();
  for (std::uint32_t slot = 0; slot < chat_count_; ++slot) {
    ChatView& view = chats_[slot];
    if (!view.cursors_unsaid) continue;
    view.cursors_unsaid = 0;
    if (!welcomed() || view.out) continue;
    const protocol::ChatId chat =
        world.graph.chat_id(world.graph.roster().chat_of(seat(world, slot)));
    if (view.delivered_said > view.read) {
      say(world, protocol::Delivered{chat, view.delivered_said}, now);
    }
    if (view.read > 0) say(world, protocol::Read{chat, view.read}, now);
  }
}

void User::read(UserWorld& world, ChatIndex chat, TimePoint now) {
  if (const auto slot = slot_of(world.graph, chat)) mark_read(world, *slot, now);
  rearm(world);
}

// ---- Small talk ----

void User::typing(UserWorld& world, ChatIndex chat, TimePoint now) {
  if (!online() || !joined(world.graph, chat)) return;
  say(world, protocol::TypingIn{world.graph.chat_id(chat)}, now);
}

void User::activity(UserWorld& world, protocol::ActivityKind kind, std::optional<ChatIndex> chat,
                    TimePoint now) {
  if (!online() || (chat && !joined(world.graph, *chat))) return;
  say(world, protocol::Activity{kind, chat ? world.graph.chat_id(*chat) : protocol::ChatId{}}, now);
}

}  // namespace throng::users
