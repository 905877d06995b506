#include "server/gateway/wire.hpp"

#include <algorithm>
#include <boost/asio/error.hpp>
#include <cstring>
#include <utility>

#include "protocol/codec.hpp"

namespace throng::gateway {

using boost::system::error_code;

namespace {

/// What an incomplete frame leaves behind isn't kept when it was larger than this.
constexpr std::size_t kKeptBytes = 64;
/// The close code of a close frame that had none, and what answers it.
constexpr std::uint16_t kNoCode = 1005;
constexpr std::uint16_t kNormal = 1000;

}  // namespace

Wire::Wire(Services& services, WireOwner& owner, SocketSet::Owner name, Socket socket)
    : services_(services),
      owner_(owner),
      name_(name),
      socket_(std::move(socket)),
      reader_(protocol::FrameRole::kServer, protocol::kMaxClientMessageBytes) {}

void Wire::watch(SocketSet::Interest interest) {
  if (watched_ && interest == interest_) return;
  interest_ = interest;
  if (watched_) return services_.sockets.change(socket_, name_, interest);
  watched_ = services_.sockets.add(socket_, name_, interest);
  if (!watched_) owner_.on_broken();
}

void Wire::on_ready(const SocketSet::Ready& ready) {
  if (owner_.is_over()) return;
  const bool read_waited = ready.writable && socket_.wants_write();
  if (ready.writable && interest_.write) {
    watch({.read = interest_.read, .write = false});
    write_rest();
  }
  if (owner_.is_over()) return;
  if (interest_.read && (ready.readable || ready.over || read_waited)) return read();
  if (ready.over) owner_.on_broken();
}

void Wire::read() {
  auto& buffer = services_.receive_buffer;
  const std::size_t kept = unread_.size();
  std::memcpy(buffer.data(), unread_.data(), kept);
  error_code error;
  const std::size_t received = socket_.receive(
      std::span(buffer).subspan(kept, buffer.size() - kept - protocol::kDecodePadding), error);
  if (error == boost::asio::error::would_block) {
    if (socket_.wants_write()) watch({.read = interest_.read, .write = true});
    return;
  }
  if (error) return owner_.on_broken();
  services_.metrics.add(metrics::Metric::kBytesIn, received);
  if (closing_) return;
  owner_.on_heard();
  take_frames(std::span(buffer.data(), kept + received));
}

void Wire::take_early(std::string bytes) {
  const std::size_t size = bytes.size();
  bytes.resize(size + protocol::kDecodePadding);
  take_frames(std::span(bytes).first(size));
}

void Wire::take_frames(std::span<char> input) {
  while (!owner_.is_over() && !closing_) {
    std::size_t used = 0;
    const auto item = reader_.next(input, used);
    if (item.kind == protocol::FrameReader::Item::Kind::kNeedMore) {
      input = input.subspan(used);
      unread_.assign(input.data(), input.size());
      if (input.empty() && unread_.capacity() > kKeptBytes) unread_ = {};
      return;
    }
    if (!take(item)) return;
    input = input.subspan(used);
  }
}

bool Wire::take(const protocol::FrameReader::Item& item) {
  using Kind = protocol::FrameReader::Item::Kind;
  switch (item.kind) {
    case Kind::kText:
      owner_.on_text(item.payload);
      return true;
    case Kind::kBinary:
      owner_.on_binary();
      return true;
    case Kind::kPing:
      protocol::append_frame(unsent_, protocol::Opcode::kPong, item.payload);
      if (unsent_bytes() > services_.server.limits.outbound_bytes) owner_.on_broken();
      owner_.will_flush();
      return true;
    case Kind::kClose:
      answer_close(item.close_code == kNoCode ? kNormal : item.close_code);
      return false;
    case Kind::kFailed:
      services_.metrics.add(metrics::Metric::kClosedBadFrame);
      owner_.on_bad_frame(item.error);
      return false;
    default:
      return true;
  }
}

void Wire::answer_close(std::uint16_t code) {
  if (unsent_.empty()) owner_.flush();
  peer_closed_ = closing_ = true;
  protocol::append_frame(unsent_, protocol::Opcode::kClose, protocol::close_payload(code, {}));
  if (!interest_.write) write_rest();
  owner_.on_broken();
}

void Wire::hang_up(std::string& text, std::uint16_t code, std::string_view reason) {
  closing_ = true;
  if (!text.empty()) protocol::append_frame(unsent_, protocol::Opcode::kText, text);
  text.clear();
  protocol::append_frame(unsent_, protocol::Opcode::kClose, protocol::close_payload(code, reason));
  owner_.will_flush();
  read_from_now_on();
}

void Wire::write(std::string& text) {
  if (interest_.write) return;
  if (!unsent_.empty()) return write_rest();
  if (text.empty()) return;
  std::string header;
  protocol::append_text_header(header, text.size());
  std::size_t sent = 0;
  if (!send(header, text, sent)) return;
  if (sent < header.size() + text.size()) {
    const std::size_t of_header = std::min(sent, header.size());
    unsent_.append(header, of_header).append(text, sent - of_header);
  }
  services_.buffers.give_back(std::exchange(text, {}));
  if (!unsent_.empty()) return write_rest();
  owner_.on_drained();
}

void Wire::write_rest() {
  std::size_t sent = 0;
  if (!send(std::string_view(unsent_).substr(sent_), {}, sent)) return;
  sent_ += sent;
  if (sent_ < unsent_.size()) {
    // Seldom enough that what is long isn't moved for each piece of it.
    if (sent_ > unsent_.size() / 2) unsent_.erase(0, std::exchange(sent_, 0));
    return watch({.read = interest_.read, .write = true});
  }
  unsent_ = {};
  sent_ = 0;
  if (!closing_) return owner_.on_drained();
  socket_.shut_down();
  if (peer_closed_) owner_.on_broken();
}

bool Wire::send(std::string_view first, std::string_view second, std::size_t& sent) {
  error_code error;
  sent = socket_.send(first, second, error);
  if (error && error != boost::asio::error::would_block) {
    owner_.on_broken();
    return false;
  }
  services_.metrics.add(metrics::Metric::kWrites);
  services_.metrics.add(metrics::Metric::kBytesOut, sent);
  return true;
}

}  // namespace throng::gateway
