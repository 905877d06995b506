#include "server/gateway/session.hpp"

#include <algorithm>
#include <boost/asio/error.hpp>
#include <cstring>

#include "server/gateway/session_catch_up.hpp"

namespace throng::gateway {

using boost::system::error_code;
using protocol::Error;

Session::Session(Services& services, chat::ClientRef self, Socket socket,
                 cluster::Newcomer&& newcomer)
    : services_(services),
      self_(self),
      user_(newcomer.user),
      socket_(std::move(socket)),
      reader_(protocol::FrameRole::kServer, protocol::kMaxClientMessageBytes),
      last_heard_(services.now),
      catch_up_(std::make_unique<CatchUp>()) {
  catch_up_->early_events = std::move(newcomer.early_events);
  catch_up_->early_bytes = std::move(newcomer.early_bytes);
  for (const auto& position : newcomer.have) {
    catch_up_->have.emplace(position.chat, position.seq);
  }
}

Session::~Session() = default;

void Session::start() {
  // What reads the disk comes first, so that a failure leaves nothing behind.
  catch_up_->unasked = services_.server.directory.chats_of(user_);
  std::ranges::reverse(catch_up_->unasked);
  services_.presence.connected(user_);
  services_.registry.add_session(user_, self_.slot);
  services_.metrics.add(metrics::Metric::kSessions);
  services_.metrics.add(metrics::Metric::kSessionsTotal);
  add(protocol::Welcome{
      .user = user_,
      .time = services_.wall_ms,
      .heartbeat_s = static_cast<std::uint32_t>(services_.server.limits.heartbeat.count()),
      .chats = static_cast<std::uint32_t>(catch_up_->unasked.size())});
  attach_more();
}

void Session::watch(SocketSet::Interest interest) {
  if (watched_ && interest == interest_) return;
  interest_ = interest;
  const SocketSet::Owner owner{.slot = self_.slot, .generation = self_.generation};
  if (watched_) return services_.sockets.change(socket_, owner, interest);
  watched_ = services_.sockets.add(socket_, owner, interest);
  if (!watched_) end();
}

void Session::on_ready(const SocketSet::Ready& ready) {
  if (ended_) return;
  if (ready.writable && interest_.write) {
    watch({.read = interest_.read, .write = false});
    write_rest();
  }
  if (ended_) return;
  if (interest_.read && (ready.readable || ready.over)) return read();
  if (ready.over) end();
}

void Session::read() {
  auto& buffer = services_.receive_buffer;
  const std::size_t kept = unread_.size();
  std::memcpy(buffer.data(), unread_.data(), kept);
  error_code error;
  const std::size_t received = socket_.receive(
      std::span(buffer).subspan(kept, buffer.size() - kept - protocol::kDecodePadding), error);
  if (error == boost::asio::error::would_block) return;
  if (error) {
    peer_closed_ = true;
    return end();
  }
  services_.metrics.add(metrics::Metric::kBytesIn, received);
  if (state_ == State::kClosing) return;
  last_heard_ = services_.now;
  take_frames(std::span(buffer.data(), kept + received));
}

void Session::take_frames(std::span<char> input) {
  using Kind = protocol::FrameReader::Item::Kind;
  while (true) {
    std::size_t used = 0;
    const auto item = reader_.next(input, used);
    switch (item.kind) {
      case Kind::kNeedMore:
        input = input.subspan(used);
        unread_.assign(input.data(), input.size());
        if (input.empty() && unread_.capacity() > 64) unread_ = {};
        return;
      case Kind::kText:
        handle_message(item.payload);
        break;
      case Kind::kBinary:
        fail(Error::kBadJson, "events are text messages");
        break;
      case Kind::kPing: {
        if (unsent_.empty()) flush();
        protocol::append_frame(unsent_, protocol::Opcode::kPong, item.payload);
        if (unsent_.size() > services_.server.limits.outbound_bytes) return end();
        will_flush();
        break;
      }
      case Kind::kPong:
        break;
      case Kind::kClose:
        peer_closed_ = true;
        add_close_frame(item.close_code == 1005 ? 1000 : item.close_code, {});
        flush();
        return end();
      case Kind::kFailed:
        services_.metrics.add(metrics::Metric::kClosedBadFrame);
        return close(item.error);
    }
    if (ended_ || state_ == State::kClosing) return;
    input = input.subspan(used);
  }
}

void Session::handle_message(std::string_view text) {
  protocol::for_each_line(text, [this](std::string_view line) {
    if (ended_ || state_ == State::kClosing) return;
    handle_event(line);
    close_if_behind();
  });
}

void Session::add_close_frame(std::uint16_t code, std::string_view reason) {
  if (unsent_.empty()) flush();
  protocol::append_frame(unsent_, protocol::Opcode::kClose, protocol::close_payload(code, reason));
}

void Session::close(Error reason) {
  if (state_ == State::kClosing || ended_) return;
  // A reader that is behind gets nothing more but the reason; what it misses comes by catch-up.
  if (reason == Error::kSlowReader) gathered_.clear();
  const bool resume =
      reason == Error::kSlowReader || reason == Error::kGoingAway || reason == Error::kIdle;
  add(protocol::Bye{.code = reason, .resume = resume, .retry_ms = resume ? 500U : 0U});
  if (unsent_.empty()) flush();
  if (ended_) return;
  if (!gathered_.empty()) {
    protocol::append_frame(unsent_, protocol::Opcode::kText, gathered_);
    gathered_.clear();
  }
  state_ = State::kClosing;
  catch_up_.reset();
  last_heard_ = services_.now;
  add_close_frame(protocol::close_code(reason), protocol::error_name(reason));
  will_flush();
  read_from_now_on();
}

void Session::sweep() {
  if (ended_) return;
  const Limits& limits = services_.server.limits;
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
  services_.presence.disconnected(user_);
  for (const chat::ChatId chat : chats_) {
    services_.registry.leave(chat, self_.slot);
    to_chat(chat, chat::Detach{.shard = self_.shard, .chat = chat});
  }
  services_.buffers.give_back(std::move(gathered_));
}

}  // namespace throng::gateway
