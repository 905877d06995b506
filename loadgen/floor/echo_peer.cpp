#include "loadgen/floor/echo_peer.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/system/system_error.hpp>
#include <cerrno>
#include <cstring>
#include <utility>

#include "loadgen/floor/echo_http.hpp"
#include "protocol/codec.hpp"

namespace throng::floor {
namespace {

constexpr std::string_view kOk = "200 OK";
/// A request or a message with its head; larger uploads than this are refused.
constexpr std::size_t kMaxRestBytes = 4 << 20;
/// Of every asset.
constexpr std::size_t kAssetBytes = 64 * 1024;

/// Nothing was taken or given now, but may be later.
bool would_block() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

/// What a close frame is answered with; 1005 stands for one without a code.
std::uint16_t answer_code(std::uint16_t code) {
  constexpr std::uint16_t kNormal = 1000;
  constexpr std::uint16_t kNone = 1005;
  return code == kNone ? kNormal : code;
}

}  // namespace

EchoPeer::EchoPeer(int listener, const protocol::TokenKey& key, TimeMs wall_time)
    : listener_(listener),
      poll_(epoll_create1(EPOLL_CLOEXEC)),
      began_(clock_.now()),
      wall_began_(wall_time),
      chats_(key, [this](SessionId session,
                         std::string_view json) { tell(static_cast<int>(session), json); }),
      received_(kMaxRestBytes + kReadBytes + protocol::kDecodePadding, '\0') {
  if (poll_ < 0) {
    throw boost::system::system_error(errno, boost::system::system_category(), "epoll");
  }
  watch(listener_, EPOLL_CTL_ADD, EPOLLIN);
}

EchoPeer::~EchoPeer() {
  for (const auto& [fd, connection] : connections_) close(fd);
  close(poll_);
  close(listener_);
}

void EchoPeer::run() {
  for (;;) turn();
}

void EchoPeer::turn() {
  const int ready = epoll_wait(poll_, events_.data(), kMaxEvents, -1);
  for (int i = 0; i < ready; ++i) {
    const epoll_event& event = events_[static_cast<std::size_t>(i)];
    if (event.data.fd == listener_) {
      accept_all();
    } else if ((event.events & ~static_cast<std::uint32_t>(EPOLLOUT)) != 0) {
      receive(event.data.fd);
    } else {
      dirty_.push_back(event.data.fd);
    }
  }
  for (const int fd : dirty_) flush(fd);
  dirty_.clear();
}

void EchoPeer::accept_all() {
  for (;;) {
    const int fd = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0 && !would_block()) pause_accepting();
    if (fd < 0) return;
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    connections_[fd];
    watch(fd, EPOLL_CTL_ADD, EPOLLIN);
  }
}

// There is no descriptor left, and the listener would say so at once again.
void EchoPeer::pause_accepting() {
  watch(listener_, EPOLL_CTL_DEL, 0);
  accepts_ = false;
}

void EchoPeer::receive(int fd) {
  const auto found = connections_.find(fd);
  if (found == connections_.end()) return;
  Connection& connection = found->second;
  const std::size_t before = connection.rest.size();
  std::memcpy(received_.data(), connection.rest.data(), before);
  const ssize_t count = recv(fd, received_.data() + before, kReadBytes, 0);
  if (count < 0 && would_block()) return;
  if (count <= 0) return close_connection(fd);
  const std::span<char> input =
      std::span(received_).first(before + static_cast<std::size_t>(count));
  bool alive = true;
  const std::size_t taken = serve(fd, connection, input, alive);
  const std::span<char> rest = input.subspan(taken);
  connection.rest.assign(rest.data(), rest.size());
  if (!alive || rest.size() > kMaxRestBytes) {
    flush(fd);
    close_connection(fd);
  }
}

std::size_t EchoPeer::serve(int fd, Connection& connection, std::span<char> input, bool& alive) {
  using Kind = protocol::FrameReader::Item::Kind;
  std::size_t taken = 0;
  while (alive) {
    if (!connection.is_websocket) {
      const std::size_t used =
          serve_http(fd, connection, {input.data() + taken, input.size() - taken}, alive);
      if (used == 0) return taken;
      taken += used;
      continue;
    }
    std::size_t used = 0;
    const auto item = connection.reader.next(input.subspan(taken), used);
    taken += used;
    if (item.kind == Kind::kNeedMore) return taken;
    alive = handle(fd, connection, item);
  }
  return taken;
}

bool EchoPeer::handle(int fd, Connection& connection, const protocol::FrameReader::Item& item) {
  using Kind = protocol::FrameReader::Item::Kind;
  if (item.kind == Kind::kText) {
    chats_.on_text(static_cast<SessionId>(fd), item.payload, now());
  } else if (item.kind == Kind::kPing) {
    protocol::append_frame(connection.unsent, protocol::Opcode::kPong, item.payload);
    dirty_.push_back(fd);
  } else if (item.kind == Kind::kClose || item.kind == Kind::kFailed) {
    protocol::append_frame(connection.unsent, protocol::Opcode::kClose,
                           protocol::close_payload(answer_code(item.close_code), ""));
    return false;
  }
  return true;
}

std::size_t EchoPeer::serve_http(int fd, Connection& connection, std::string_view input,
                                 bool& alive) {
  const HttpRequest request = read_request(input);
  if (request.state == HttpRequest::State::kNeedMore) return 0;
  alive = request.state == HttpRequest::State::kWhole;
  switch (request.call) {
    case HttpCall::kUpgrade:
      connection.is_websocket = true;
      connection.unsent += upgrade_answer(request.websocket_key);
      break;
    case HttpCall::kHealth:
      connection.unsent += http_answer(kOk, "ok\n");
      break;
    case HttpCall::kMakeChats:
      connection.unsent += http_answer(kOk, chats_.make_chats(request.body));
      break;
    case HttpCall::kAddMembers:
      connection.unsent += http_answer(kOk, chats_.add_members(request.chat, request.body));
      break;
    case HttpCall::kPutAsset:
      connection.unsent += http_answer("201 Created", "{}");
      break;
    case HttpCall::kGetAsset:
      connection.unsent += http_answer(kOk, std::string(kAssetBytes, 'x'));
      break;
    case HttpCall::kUnknown:
      connection.unsent += http_answer(alive ? "404 Not Found" : "400 Bad Request", "");
      break;
  }
  dirty_.push_back(fd);
  return request.bytes;
}

void EchoPeer::tell(int fd, std::string_view json) {
  std::string& gathered = connections_.at(fd).gathered;
  if (gathered.empty()) {
    dirty_.push_back(fd);
  } else {
    gathered += '\n';
  }
  gathered += json;
}

void EchoPeer::flush(int fd) {
  const auto found = connections_.find(fd);
  if (found == connections_.end()) return;
  Connection& connection = found->second;
  if (!connection.gathered.empty()) {
    protocol::append_frame(connection.unsent, protocol::Opcode::kText, connection.gathered);
    connection.gathered.clear();
  }
  transmit(fd, connection);
}

void EchoPeer::transmit(int fd, Connection& connection) {
  if (connection.unsent.empty()) return;
  const ssize_t sent = send(fd, connection.unsent.data(), connection.unsent.size(), MSG_NOSIGNAL);
  if (sent < 0 && !would_block()) return close_connection(fd);
  connection.unsent.erase(0, sent < 0 ? 0 : static_cast<std::size_t>(sent));
  if (connection.unsent.size() > kMaxUnsentBytes) return close_connection(fd);
  const bool waits = !connection.unsent.empty();
  if (waits != connection.waits) {
    watch(fd, EPOLL_CTL_MOD, waits ? EPOLLIN | EPOLLOUT : EPOLLIN);
  }
  connection.waits = waits;
}

void EchoPeer::watch(int fd, int operation, std::uint32_t events) const {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  epoll_ctl(poll_, operation, fd, &event);
}

void EchoPeer::close_connection(int fd) {
  if (connections_.erase(fd) == 0) return;
  chats_.on_gone(static_cast<SessionId>(fd));
  close(fd);
  if (!std::exchange(accepts_, true)) watch(listener_, EPOLL_CTL_ADD, EPOLLIN);
}

TimeMs EchoPeer::now() const {
  return wall_began_ +
         std::chrono::duration_cast<std::chrono::milliseconds>(clock_.now() - began_).count();
}

}  // namespace throng::floor
