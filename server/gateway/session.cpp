#include "server/gateway/session.hpp"

#include <algorithm>

#include "server/gateway/farewell.hpp"
#include "server/gateway/session_catch_up.hpp"
#include "server/gateway/windows.hpp"

namespace throng::gateway {

using protocol::Error;

Session::Session(SessionServices& services, chat::ClientRef self, cluster::Newcomer&& newcomer)
    : services_(services),
      self_(self),
      user_(newcomer.user),
      budget_(services.users.open(newcomer.user)),
      last_heard_(services.now),
      catch_up_(std::make_unique<CatchUp>()) {
  catch_up_->early_events = std::move(newcomer.early_events);
  catch_up_->early_bytes = std::move(newcomer.early_bytes);
  catch_up_->rewound = newcomer.rewound;
  for (const auto& position : newcomer.have) {
    catch_up_->have.emplace(position.chat, position.seq);
  }
}

Session::~Session() { services_.users.close(user_); }

void Session::start() {
  // What reads the disk comes first, so that a failure leaves nothing behind.
  catch_up_->unasked = services_.directory.chats_of(user_);
  std::ranges::reverse(catch_up_->unasked);
  services_.presence.connected(user_);
  services_.registry.add_session(user_, self_.slot);
  services_.metrics.add(metrics::Metric::kSessions);
  services_.metrics.add(metrics::Metric::kSessionsTotal);
  add(protocol::Welcome{
      .user = user_,
      .time = services_.wall_ms,
      .heartbeat_s = static_cast<std::uint32_t>(services_.limits.heartbeat.count()),
      .chats = static_cast<std::uint32_t>(catch_up_->unasked.size()),
      .epoch = services_.epochs.current(),
      .rewound = catch_up_->rewound});
  note("session_begun");
  attach_more();
}

void Session::handle_message(std::string_view text) {
  protocol::for_each_line(text, [this](std::string_view line) {
    if (ended_ || state_ == State::kClosing) return;
    handle_event(line);
    close_if_behind();
  });
}

bool Session::keep_for_later(std::string_view text) {
  std::string& early = catch_up_->early_events;
  if (early.size() + text.size() > protocol::kMaxClientMessageBytes) return false;
  if (!early.empty() && !early.ends_with('\n')) early += '\n';
  early += text;
  return true;
}

void Session::close(Error reason) {
  if (state_ == State::kClosing || ended_) return;
  // A reader that is behind gets nothing more but the reason; what it misses comes by catch-up.
  if (reason == Error::kSlowReader) gathered_.clear();
  const bool resume =
      reason == Error::kSlowReader || reason == Error::kGoingAway || reason == Error::kIdle;
  add(protocol::Bye{.code = reason, .resume = resume, .retry_ms = resume ? time_away(reason) : 0U});
  begin_closing(protocol::close_code(reason), protocol::error_name(reason));
}

std::uint32_t Session::time_away(Error reason) {
  const bool all_leave = reason == Error::kGoingAway;
  const auto time = all_leave ? services_.next_time_away() : kLeastTimeAway;
  return static_cast<std::uint32_t>(time.count());
}

void Session::begin_closing(std::uint16_t code, std::string_view reason) {
  state_ = State::kClosing;
  services_.presence.disconnected(user_);  // its client may be gone already, and never answer
  catch_up_.reset();
  last_heard_ = services_.now;
  hang_up(gathered_, code, reason);
}

void Session::sweep() {
  if (ended_) return;
  tell_presence();
  const Limits& limits = services_.limits;
  const auto silent = services_.now - last_heard_;
  if (state_ == State::kClosing) {
    if (silent > limits.close_timeout) end();
  } else if (state_ == State::kLive && silent > 2 * limits.heartbeat) {
    services_.metrics.add(metrics::Metric::kClosedIdle);
    close(Error::kIdle);
  } else if (state_ == State::kCatchingUp && silent > 4 * limits.heartbeat) {
    services_.metrics.add(metrics::Metric::kClosedSlowReader);
    close(Error::kSlowReader);
  }
}

void Session::end() {
  if (ended_) return;
  ended_ = true;
  services_.ended.push_back(self_.slot);
}

void Session::depart() {
  services_.metrics.subtract(metrics::Metric::kSessions);
  services_.registry.remove_session(user_, self_.slot);
  if (state_ != State::kClosing) services_.presence.disconnected(user_);
  if (windows_) unwatch(windows_->close_all().unwatch);
  for (const chat::ChatId chat : chats_) {
    services_.registry.leave(chat, self_.slot);
    to_chat(chat, chat::Detach{.shard = self_.shard, .chat = chat});
  }
  services_.buffers.give_back(std::move(gathered_));
  note("session_ended");
}

}  // namespace throng::gateway
