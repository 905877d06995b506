#include "loadgen/transport/websocket_transport.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include "loadgen/transport/upgrade.hpp"
#include "protocol/codec.hpp"
#include "protocol/events.hpp"
#include "protocol/ids.hpp"

namespace throng::transport {
namespace {

constexpr std::size_t kReceiveBytes = 64 * 1024;
static_assert(kReceiveBytes >= ClientSocket::kLeastRoom);
/// The token of a socket that has left its link: this in the low half, its descriptor in the high.
constexpr std::uint32_t kLingeringToken = 0xffffffff;
constexpr std::uint64_t kTicksPerTimeout = 10;
constexpr std::uint16_t kCloseNormal = 1000;
constexpr std::uint16_t kCloseProtocolError = 1002;
constexpr std::uint16_t kCloseNoCode = 1005;

std::uint64_t lingering_token(int fd) {
  return static_cast<std::uint64_t>(fd) << 32 | kLingeringToken;
}

/// After one read there is more to read: bytes, or the end of the stream.
bool leaves_more(std::size_t received, bool ends) { return ends || received == kReceiveBytes; }

bool lies_in(std::string_view text, std::span<const char> input) {
  return std::greater_equal<>()(text.data(), input.data()) &&
         std::less_equal<>()(text.data(), input.data() + input.size());
}

}  // namespace

WebSocketTransport::WebSocketTransport(EventLoop& loop, WebSocketOptions options,
                                       TransportListener& listener, std::size_t links)
    : loop_(loop),
      options_(std::move(options)),
      listener_(listener),
      readiness_(loop.sockets()),
      received_(kReceiveBytes + protocol::kDecodePadding, '\0'),
      mask_state_(static_cast<std::uint32_t>(protocol::mix(options_.first_user + 1)) | 1) {
  if (options_.target.secure) tls_.emplace(options_.target.trust);
  links_.reserve(links);
  for (std::size_t i = 0; i < links; ++i) links_.emplace_back(options_.max_message_bytes);
  loop_.connect([this](const Readiness::Event& event) { on_ready(event); },
                [this] { finish_turn(); });
}

void WebSocketTransport::open(LinkId id) {
  Link& link = links_[id];
  ++link.generation;
  link.frozen = false;
  link.reader = protocol::FrameReader(protocol::FrameRole::kClient, options_.max_message_bytes);
  auto socket = connect(id);
  if (!socket) return end(id, socket.error());
  link.socket = std::move(*socket);
  link.state = State::kConnecting;
  if (!readiness_.add(link.socket.native(), token(id), true)) {
    return end(id, CloseReason::kNoDescriptor);
  }
  deadlines_.push_back({id, link.generation, ticks_ + kTicksPerTimeout});
  schedule_sweep();
}

void WebSocketTransport::send(LinkId id, std::string_view json) {
  Link& link = links_[id];
  if (link.state != State::kOpen) return;
  if (link.gathered.size() + 1 + json.size() > protocol::kMaxClientMessageBytes) {
    write_gathered(id);
    if (link.state != State::kOpen) return;
  }
  if (link.gathered.empty()) {
    link.gathered = buffers_.take();
    dirty_.push_back(id);
    loop_.want_turn_end();
  } else {
    link.gathered += '\n';
  }
  link.gathered += json;
}

void WebSocketTransport::close(LinkId id) {
  Link& link = links_[id];
  if (link.state == State::kIdle || link.state == State::kEnded) return;
  if (link.state == State::kOpen) {
    write_gathered(id);
    if (link.state != State::kOpen) return;
    say_goodbye(id, kCloseNormal);
  }
  end(id, CloseReason::kByUs);
}

void WebSocketTransport::drop(LinkId id) {
  Link& link = links_[id];
  if (link.state == State::kIdle || link.state == State::kEnded) return;
  link.socket.reset();
  end(id, CloseReason::kByUs);
}

void WebSocketTransport::freeze(LinkId id, bool frozen) {
  Link& link = links_[id];
  if (link.state != State::kOpen) return;
  link.frozen = frozen;
  // What came meanwhile was told already: it is told again.
  if (!frozen) readiness_.change(link.socket.native(), token(id), !link.unsent.empty());
}

void WebSocketTransport::on_ready(const Readiness::Event& event) {
  const auto id = static_cast<LinkId>(event.token);
  if (id == kLingeringToken) {
    return on_lingering(static_cast<int>(event.token >> 32), event.ends);
  }
  if (event.writable && event.token == token(id)) on_writable(id);
  if (event.readable && event.token == token(id)) on_readable(id, event.ends);
}

void WebSocketTransport::on_lingering(int fd, bool ends) {
  const auto found = lingering_.find(fd);
  if (found == lingering_.end()) return;
  const auto count = found->second.socket.receive(std::span(received_).first(kReceiveBytes));
  if (!count) {
    lingering_.erase(found);
  } else if (leaves_more(*count, ends)) {
    readiness_.change(fd, lingering_token(fd), false);
  }
}

void WebSocketTransport::on_writable(LinkId id) {
  Link& link = links_[id];
  if (link.state == State::kConnecting) return request_upgrade(id);
  if (!link.unsent.empty()) write_unsent(id);
}

void WebSocketTransport::write_unsent(LinkId id) {
  Link& link = links_[id];
  const auto sent = link.socket.send(link.unsent);
  if (!sent) return end(id, sent.error());
  link.unsent.erase(0, *sent);
  if (!link.unsent.empty()) return;
  buffers_.give(link.unsent);
  readiness_.change(link.socket.native(), token(id), false);
}

void WebSocketTransport::on_readable(LinkId id, bool ends) {
  Link& link = links_[id];
  if (link.state != State::kUpgrading && link.state != State::kOpen) return;
  if (link.frozen) return;
  const auto count = link.socket.receive(std::span(received_).first(kReceiveBytes));
  if (!count) return end(id, count.error());
  if (leaves_more(*count, ends) || link.socket.leaves_more()) {
    readiness_.change(link.socket.native(), token(id), !link.unsent.empty());
  }
  if (link.socket.is_secure() && !link.unsent.empty()) {  // it may have waited for what came
    write_unsent(id);
    if (link.state == State::kEnded) return;
  }

  // The link gets its buffer back afterwards, if it still has a use for one: what the listener
  // does meanwhile can end the link, but not move the bytes that it looks at.
  std::string whole;
  std::span<char> input = std::span(received_).first(*count);
  if (!link.rest.empty()) {
    whole.swap(link.rest);
    whole.append(input.data(), input.size());
    whole.reserve(whole.size() + protocol::kDecodePadding);
    input = whole;
  }
  const std::size_t taken = consume(id, input);
  if ((link.state == State::kOpen || link.state == State::kUpgrading) && taken < input.size()) {
    if (whole.empty()) {
      link.rest = buffers_.take();
      link.rest.append(input.data() + taken, input.size() - taken);
    } else {
      whole.erase(0, taken);
      link.rest.swap(whole);
    }
  }
  buffers_.give(whole);
}

boost::system::result<ClientSocket, CloseReason> WebSocketTransport::connect(LinkId id) {
  std::optional<boost::asio::ip::address> source;
  if (!options_.sources.empty()) {
    source = options_.sources[(options_.first_user + id) % options_.sources.size()];
  }
  auto socket = ClientSocket::connect(options_.endpoint, source);
  if (!socket && socket.error() == CloseReason::kNoDescriptor && !lingering_.empty()) {
    lingering_.clear();
    socket = ClientSocket::connect(options_.endpoint, source);
  }
  return socket;
}

void WebSocketTransport::request_upgrade(LinkId id) {
  Link& link = links_[id];
  if (const auto failure = link.socket.connect_failure()) return end(id, *failure);
  if (tls_) link.socket.secure(*tls_, options_.target.host);
  link.state = State::kUpgrading;
  readiness_.change(link.socket.native(), token(id), false);
  transmit(id, upgrade_request(options_.target, upgrade_key(nonce(id))));
}

std::size_t WebSocketTransport::consume(LinkId id, std::span<char> input) {
  Link& link = links_[id];
  std::size_t taken = link.state == State::kUpgrading ? finish_upgrade(id, input) : 0;
  while (link.state == State::kOpen) {
    std::size_t used = 0;
    const protocol::FrameReader::Item item = link.reader.next(input.subspan(taken), used);
    taken += used;
    if (item.kind == protocol::FrameReader::Item::Kind::kNeedMore) break;
    handle(id, input, item);
  }
  return taken;
}

std::size_t WebSocketTransport::finish_upgrade(LinkId id, std::span<char> input) {
  const UpgradeAnswer answer = check_upgrade({input.data(), input.size()}, upgrade_key(nonce(id)));
  if (answer.state == UpgradeState::kRejected) end(id, CloseReason::kRejected);
  if (answer.state == UpgradeState::kAccepted) {
    links_[id].state = State::kOpen;
    listener_.on_open(id);
  }
  return answer.head_bytes;
}

void WebSocketTransport::handle(LinkId id, std::span<const char> input,
                                const protocol::FrameReader::Item& item) {
  using Kind = protocol::FrameReader::Item::Kind;
  switch (item.kind) {
    case Kind::kText:
      return deliver(id, input, item.payload);
    case Kind::kPing:
      return write_frame(id, protocol::Opcode::kPong, item.payload);
    case Kind::kClose:
      say_goodbye(id, item.close_code == kCloseNoCode ? kCloseNormal : item.close_code);
      return end(id, CloseReason::kByPeer, item.close_code);
    case Kind::kFailed:
      say_goodbye(id, kCloseProtocolError);
      return end(id, CloseReason::kProtocol);
    case Kind::kNeedMore:
    case Kind::kBinary:
    case Kind::kPong:
      return;
  }
}

void WebSocketTransport::deliver(LinkId id, std::span<const char> input, std::string_view text) {
  if (!lies_in(text, input)) {  // put together from fragments, with nothing behind it
    padded_.assign(text);
    padded_.append(protocol::kDecodePadding, '\0');
    text = std::string_view(padded_).substr(0, text.size());
  }
  listener_.on_text(id, text);
}

void WebSocketTransport::write_gathered(LinkId id) {
  Link& link = links_[id];
  if (link.gathered.empty()) return;
  write_frame(id, protocol::Opcode::kText, link.gathered);
  buffers_.give(link.gathered);
}

void WebSocketTransport::write_frame(LinkId id, protocol::Opcode opcode, std::string_view payload) {
  frame_.clear();
  protocol::append_masked_frame(frame_, opcode, payload, next_mask());
  transmit(id, frame_);
}

void WebSocketTransport::transmit(LinkId id, std::string_view bytes) {
  Link& link = links_[id];
  if (link.unsent.empty()) {
    const auto sent = link.socket.send(bytes);
    if (!sent) return end(id, sent.error());
    bytes.remove_prefix(*sent);
  }
  if (!bytes.empty()) keep_unsent(id, bytes);
}

void WebSocketTransport::keep_unsent(LinkId id, std::string_view bytes) {
  Link& link = links_[id];
  if (link.unsent.size() + bytes.size() > options_.max_unsent_bytes) {
    link.socket.reset();
    return end(id, CloseReason::kSlowPeer);
  }
  if (link.unsent.empty()) {
    link.unsent = buffers_.take();
    readiness_.change(link.socket.native(), token(id), true);
  }
  link.unsent += bytes;
}

void WebSocketTransport::end(LinkId id, CloseReason reason, std::uint16_t close_code) {
  Link& link = links_[id];
  link.state = State::kEnded;
  link.socket.close();
  buffers_.give(link.gathered);
  buffers_.give(link.unsent);
  buffers_.give(link.rest);
  ended_.push_back({id, reason, close_code});
  loop_.want_turn_end();
}

void WebSocketTransport::say_goodbye(LinkId id, std::uint16_t close_code) {
  Link& link = links_[id];
  if (!link.unsent.empty()) return;
  frame_.clear();
  protocol::append_masked_frame(frame_, protocol::Opcode::kClose,
                                protocol::close_payload(close_code, ""), next_mask());
  const auto sent = link.socket.send(frame_);
  if (sent && *sent == frame_.size()) linger(std::move(link.socket));
}

void WebSocketTransport::linger(ClientSocket socket) {
  const int fd = socket.native();
  readiness_.change(fd, lingering_token(fd), false);
  lingering_.insert_or_assign(fd, Lingering{std::move(socket), ticks_ + kTicksPerTimeout});
  schedule_sweep();
}

void WebSocketTransport::finish_turn() {
  flushing_.clear();
  flushing_.swap(dirty_);
  for (const LinkId id : flushing_) {
    if (links_[id].state == State::kOpen) write_gathered(id);
  }
  telling_.clear();
  telling_.swap(ended_);
  for (const Ended& ended : telling_) links_[ended.link].state = State::kIdle;
  for (const Ended& ended : telling_) {
    listener_.on_closed(ended.link, ended.reason, ended.close_code);
  }
}

void WebSocketTransport::schedule_sweep() {
  if (std::exchange(sweep_scheduled_, true)) return;
  loop_.call_after(options_.handshake_timeout / static_cast<int>(kTicksPerTimeout),
                   [this] { sweep(); });
}

void WebSocketTransport::sweep() {
  ++ticks_;
  sweep_scheduled_ = false;
  for (; !deadlines_.empty() && deadlines_.front().tick <= ticks_; deadlines_.pop_front()) {
    const Deadline& due = deadlines_.front();
    Link& link = links_[due.link];
    const bool waits = link.state == State::kConnecting || link.state == State::kUpgrading;
    if (!waits || link.generation != due.generation) continue;
    link.socket.reset();
    end(due.link, CloseReason::kTimeout);
  }
  std::erase_if(lingering_, [this](const auto& each) { return each.second.tick <= ticks_; });
  if (!deadlines_.empty() || !lingering_.empty()) schedule_sweep();
}

std::uint64_t WebSocketTransport::token(LinkId id) const {
  return static_cast<std::uint64_t>(links_[id].generation) << 32 | id;
}

std::uint64_t WebSocketTransport::nonce(LinkId id) const {
  return protocol::mix(options_.first_user + id + 1) + links_[id].generation;
}

/// xorshift32 (Marsaglia, 2003). RFC 6455 wants masks that a script in a browser can't foresee; a
/// load generator has no such script.
std::uint32_t WebSocketTransport::next_mask() {
  mask_state_ ^= mask_state_ << 13;
  mask_state_ ^= mask_state_ >> 17;
  mask_state_ ^= mask_state_ << 5;
  return mask_state_;
}

}  // namespace throng::transport
