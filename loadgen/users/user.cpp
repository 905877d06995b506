#include "loadgen/users/user.hpp"

#include <algorithm>

#include "loadgen/users/user_ask.hpp"

namespace throng::users {
namespace {

/// The lane of a user's random stream that the device draws from.
constexpr std::uint8_t kDeviceLane = 0xF2;

}  // namespace

using measure::Operation;

User::User(UserNumber number, LocalUser local, const SocialGraph& graph)
    : number_(number),
      local_(local),
      chat_count_(static_cast<std::uint32_t>(graph.roster().chats_of(number).size())),
      chats_(std::make_unique<ChatView[]>(chat_count_)) {}

User::~User() = default;

void User::on_timer(UserWorld& world, pacing::TimePoint now) {
  if (state_ == State::kBackoff && step_due_ <= now) connect(world, now);
  if (linked() && step_due_ <= now) {
    lose_session(world, "timeout", now);
    state_ = State::kClosing;
    world.transport.drop(local_);
  }
  if (login_awaited_ && login_patience_ <= now) {
    report_login(world, session_error_.empty() ? "timeout" : session_error_, 0);
  }
  if (ask_ && ask_->began + world.settings.ask_timeout <= now) fail_ask(world, "timeout", now);
  if (next_read_ <= now) read_due_chats(world, now);
  if (cursors_again_ <= now) say_cursors_again(world, now);
  check_sends(world, now);
  if (welcomed() && heartbeat_due() <= now) say(world, protocol::Ping{}, now);
  rearm(world);
}

void User::finish(UserWorld& world, pacing::TimePoint now) {
  if (state_ == State::kFinished) return;
  if (wanted_ && login_open_) world.recorder.unresolved(Operation::kLogin, login_due_, now);
  if (wanted_ && catch_up_open_) world.recorder.unresolved(Operation::kCatchUp, login_due_, now);
  if (ask_) world.recorder.unresolved(ask_->operation, ask_->due, now);
  if (outbox_) {
    for (const PendingSend& send : outbox_->pending()) {
      // What waits because its user is offline on purpose has no latency.
      if (wanted_) {
        world.recorder.unresolved(Operation::kSend, send.due, now);
      } else {
        world.recorder.unresolved_unmeasured(Operation::kSend, send.due);
      }
    }
  }
  for (std::uint32_t slot = 0; slot < chat_count_; ++slot) {
    if (!chats_[slot].watch) continue;
    for (const auto& watched : chats_[slot].watch->watched()) {
      record_missing_ticks(world, slot, watched, now);
    }
  }
  world.board.set_offline(number_);
  world.wheel.cancel(*this);
  wanted_ = false;
  state_ = State::kFinished;
}

bool User::settled() const { return (!wanted_ || online()) && unanswered_sends() == 0; }

std::uint64_t User::unread(const SocialGraph& graph, ChatIndex chat) const {
  const auto slot = slot_of(graph, chat);
  return slot ? chats_[*slot].unread : 0;
}

std::size_t User::memory_bytes() const {
  std::size_t bytes = sizeof(*this) + chat_count_ * sizeof(ChatView);
  for (std::uint32_t slot = 0; slot < chat_count_; ++slot) {
    if (!chats_[slot].watch) continue;
    bytes += sizeof(ReceiptWatch) +
             chats_[slot].watch->watched().capacity() * sizeof(ReceiptWatch::Watched);
  }
  if (outbox_) {
    bytes += sizeof(Outbox) + outbox_->pending().capacity() * sizeof(PendingSend);
    for (const PendingSend& send : outbox_->pending()) bytes += send.body.capacity();
  }
  if (ask_) bytes += sizeof(Ask) + ask_->unanswered.capacity() * sizeof(protocol::UserId);
  return bytes;
}

// ---- The timer ----

pacing::TimePoint User::heartbeat_due() const {
  if (heartbeat_s_ == 0) return pacing::TimePoint::max();
  // A little early: what is said at the last moment arrives after it.
  return last_said_ + std::chrono::milliseconds(900) * heartbeat_s_;
}

pacing::TimePoint User::next_deadline(const UserWorld& world) const {
  auto deadline = std::min(next_read_, cursors_again_);
  if (linked() || state_ == State::kBackoff) deadline = std::min(deadline, step_due_);
  if (login_awaited_) deadline = std::min(deadline, login_patience_);
  if (welcomed()) deadline = std::min(deadline, heartbeat_due());
  if (ask_) deadline = std::min(deadline, ask_->began + world.settings.ask_timeout);
  if (outbox_ && wanted_) {
    deadline = std::min(deadline, outbox_->next_deadline(world.settings.send_timeout, welcomed()));
  }
  return deadline;
}

// A timer that is armed for too early a time is left: it finds nothing to do and arms itself again.
void User::rearm(UserWorld& world) {
  if (state_ == State::kFinished) return;
  const pacing::TimePoint deadline = next_deadline(world);
  if (armed() && due() <= deadline) return;
  if (deadline != pacing::TimePoint::max()) world.wheel.arm(*this, deadline);
}

// ---- Small things ----

measure::Seat User::seat(const UserWorld& world, std::uint32_t slot) const {
  return {number_, world.graph.roster().user_begin[number_ - 1] + slot};
}

std::optional<std::uint32_t> User::slot_of(const SocialGraph& graph, ChatIndex chat) const {
  const measure::Roster& roster = graph.roster();
  const auto found = roster.seat(number_, chat);
  if (!found) return std::nullopt;
  return static_cast<std::uint32_t>(found->index - roster.user_begin[number_ - 1]);
}

std::optional<std::uint32_t> User::slot_of(const SocialGraph& graph, protocol::ChatId chat) const {
  const auto index = graph.chat_of(chat);
  return index ? slot_of(graph, *index) : std::nullopt;
}

// A stream for each event, so that one's number of draws doesn't move the next one's.
pacing::Random User::next_random(const UserWorld& world) {
  return {world.settings.seed, std::uint64_t{++draws_} << 32 | number_, kDeviceLane};
}

}  // namespace throng::users
