#include <algorithm>
#include <utility>

#include "loadgen/users/retry.hpp"
#include "loadgen/users/user.hpp"

// How a user comes, stays and goes.
namespace throng::users {

using measure::Operation;
using pacing::Duration;
using pacing::TimePoint;

// ---- What scripts want ----

void User::login(UserWorld& world, TimePoint due, TimePoint now) {
  if (state_ == State::kFinished) return;
  login_awaited_ = true;
  login_patience_ = now + world.settings.login_patience;
  if (!wanted_) {
    wanted_ = true;
    wanted_since_ = login_due_ = due;
    login_open_ = catch_up_open_ = true;
    attempts_ = 0;
    step_due_ = now;
    session_error_ = {};
    world.board.set_online(number_, due);
    world.recorder.started(Operation::kLogin, now);
    stamp_again(world, due);
    // What was left unread the last time.
    for (std::uint32_t slot = 0; slot < chat_count_; ++slot) plan_reading(world, chats_[slot], now);
    if (state_ == State::kOffline) connect(world, now);
  }
  if (online()) report_login(world, {}, 0);
  rearm(world);
}

void User::logout(UserWorld& world, TimePoint now) { leave(world, true, now); }

void User::drop(UserWorld& world, TimePoint now) { leave(world, false, now); }

void User::leave(UserWorld& world, bool orderly, TimePoint now) {
  if (!wanted_) return;
  if (login_open_) world.recorder.unresolved(Operation::kLogin, login_due_, now);
  if (catch_up_open_) world.recorder.unresolved(Operation::kCatchUp, login_due_, now);
  login_open_ = catch_up_open_ = wanted_ = false;
  world.board.set_offline(number_);
  for (std::uint32_t slot = 0; slot < chat_count_; ++slot) {
    chats_[slot].read_due = TimePoint::max();
  }
  next_read_ = TimePoint::max();
  step_due_ = TimePoint::max();
  bye_retry_ms_ = 0;
  if (linked()) {
    state_ = State::kClosing;
    orderly ? world.transport.close(local_) : world.transport.drop(local_);
  } else if (state_ == State::kBackoff) {
    state_ = State::kOffline;
  }
  fail_ask(world, "offline", now);
  if (login_awaited_) report_login(world, "offline", 0);
  if (sends_awaited_) {
    sends_awaited_ = false;
    world.listener.sends_done(local_, {.error = "offline"});
  }
}

// ---- Connecting ----

void User::connect(UserWorld& world, TimePoint now) {
  state_ = State::kConnecting;
  attempt_began_ = now;
  step_due_ = now + world.settings.login_timeout;
  world.recorder.started(Operation::kConnect, now);
  world.transport.open(local_);
}

void User::on_open(UserWorld& world, TimePoint now) {
  if (state_ != State::kConnecting) return;
  world.recorder.completed(Operation::kConnect, attempt_began_, now, now - attempt_began_);
  session_error_ = {};
  state_ = State::kGreeting;
  say_hello(world, now);
  rearm(world);
}

void User::say_hello(UserWorld& world, TimePoint now) {
  const std::string token = world.mint_token(world.graph.user_id(number_));
  protocol::Hello hello{.token = token, .device = {}, .have = {}, .epoch = epoch_};
  const auto own_chats = world.graph.chats_of(number_);
  for (std::uint32_t slot = 0; slot < chat_count_; ++slot) {
    const measure::Seat own = seat(world, slot);
    const protocol::Seq position = world.ledger.position(own);
    const bool said = position == 0 || hello.have.size() < protocol::kMaxResumeChats;
    world.ledger.on_session_start(own, said);
    if (said && position > 0) {
      hello.have.push_back({world.graph.chat_id(own_chats[slot].chat), position});
    }
  }
  say(world, hello, now);
}

void User::on_welcome(UserWorld& world, const protocol::Welcome& event, TimePoint now) {
  if (state_ != State::kGreeting) return;
  state_ = State::kCatchingUp;
  heartbeat_s_ = event.heartbeat_s;
  next_epoch_ = event.epoch;
  event.rewound ? forget_positions(world) : take_epoch();
  if (login_open_) {
    login_open_ = false;
    world.recorder.completed(Operation::kLogin, login_due_, now, now - attempt_began_);
  }
  write_all(world, now);
}

// All may come again, and what doesn't is lost.
void User::forget_positions(UserWorld& world) {
  for (std::uint32_t slot = 0; slot < chat_count_; ++slot) {
    world.ledger.on_session_start(seat(world, slot), false);
  }
}

void User::on_caught_up(UserWorld& world, const protocol::CaughtUp& event, TimePoint now) {
  if (state_ != State::kCatchingUp) return;
  state_ = State::kOnline;
  step_due_ = TimePoint::max();
  attempts_ = 0;
  take_epoch();
  if (catch_up_open_) {
    catch_up_open_ = false;
    world.recorder.completed(Operation::kCatchUp, login_due_, now, now - attempt_began_);
  }
  for (const protocol::ChatState& told : event.chats) check_chat_state(world, told, now);
  check_memberships(world, event);
  if (login_awaited_) report_login(world, {}, event.messages);
}

// What the server holds of the user's own cursors, against what this device said and counted
// (S9, S10, S11), and what it has lost of them is said again.
void User::check_chat_state(UserWorld& world, const protocol::ChatState& told, TimePoint now) {
  const auto slot = slot_of(world.graph, told.chat);
  if (!slot) return world.ledger.on_stray_cursor(number_, told.chat.value);
  ChatView& view = chats_[*slot];
  const measure::Seat own = seat(world, *slot);
  const protocol::Seq position = world.ledger.position(own);
  if (view.out) join(world, *slot, position);  // and nothing was said meanwhile
  if (told.read > told.delivered || told.delivered > told.last) {
    world.ledger.on_cursor_violation(own, "caught_up without read <= delivered <= last");
  } else if (told.read > view.read || told.delivered > std::max(view.delivered_said, view.read)) {
    world.ledger.on_cursor_violation(own, "caught_up with a cursor above what the device said");
  } else if (view.unread_known && told.read == view.read && told.last == position &&
             !world.ledger.has_gaps(own) &&
             told.unread != std::min<std::uint32_t>(view.unread, protocol::kMaxUnread)) {
    world.ledger.on_cursor_violation(own, "caught_up with another unread count than the device");
  }
  if (told.delivered < view.delivered_said) {
    say(world, protocol::Delivered{told.chat, view.delivered_said}, now);
  }
  if (told.read < view.read) say(world, protocol::Read{told.chat, view.read}, now);
}

// ---- Losing the connection ----

void User::on_bye(UserWorld& world, const protocol::Bye& event, TimePoint now) {
  session_error_ = protocol::error_name(event.code);
  bye_retry_ms_ = event.retry_ms;
  if (!event.resume) return give_up(world, session_error_, now);
  if (!linked()) return;
  // A connection that others share goes on, so nobody else would tell that this session has ended.
  lose_session(world, session_error_, now);
  state_ = State::kClosing;
  world.transport.close(local_);
}

void User::on_closed(UserWorld& world, transport::CloseReason reason, std::uint16_t,
                     TimePoint now) {
  switch (state_) {
    case State::kClosing:
      state_ = wanted_ ? State::kBackoff : State::kOffline;
      if (wanted_ && step_due_ <= now) connect(world, now);
      break;
    case State::kConnecting:
      lose_session(world, transport::close_reason_name(reason), now);
      break;
    case State::kGreeting:
    case State::kCatchingUp:
    case State::kOnline:
      lose_session(world,
                   session_error_.empty() ? transport::close_reason_name(reason) : session_error_,
                   now);
      break;
    case State::kOffline:
    case State::kBackoff:
    case State::kFinished:
      return;
  }
  rearm(world);
}

void User::lose_session(UserWorld& world, std::string_view kind, TimePoint now) {
  const State lost = state_;
  session_error_ = kind;
  const Operation operation = lost == State::kGreeting     ? Operation::kLogin
                              : lost == State::kCatchingUp ? Operation::kCatchUp
                                                           : Operation::kConnect;
  world.recorder.failed(operation, kind, lost == State::kOnline ? now : attempt_began_, now);
  fail_ask(world, "closed", now);
  step_due_ = now + next_backoff(world);
  if (lost == State::kOnline) {
    login_due_ = step_due_;
    login_open_ = catch_up_open_ = true;
  }
  state_ = State::kBackoff;
}

// Exponential with full jitter (Brooker, "Exponential Backoff and Jitter", 2015), unless the server
// said how long to wait: then that, and as much again at random.
Duration User::next_backoff(UserWorld& world) {
  const double jitter = next_random(world).uniform01();
  if (bye_retry_ms_ > 0) {
    const double retry_s = std::exchange(bye_retry_ms_, 0) / 1e3;
    return pacing::from_seconds(retry_s * (1 + jitter));
  }
  const UserSettings& settings = world.settings;
  const Duration ceiling = backoff_ceiling(settings.backoff_first, settings.backoff_cap, attempts_);
  if (attempts_ < UINT8_MAX) ++attempts_;
  return pacing::from_seconds(pacing::to_seconds(ceiling) * jitter);
}

void User::give_up(UserWorld& world, std::string_view kind, TimePoint now) {
  if (login_open_) world.recorder.failed(Operation::kLogin, kind, login_due_, now);
  login_open_ = catch_up_open_ = false;
  if (login_awaited_) report_login(world, kind, 0);
  leave(world, true, now);
}

void User::report_login(UserWorld& world, std::string_view error, std::uint64_t caught_up) {
  login_awaited_ = false;
  login_patience_ = TimePoint::max();
  world.listener.login_done(local_, {.error = error, .caught_up = caught_up});
}

}  // namespace throng::users
