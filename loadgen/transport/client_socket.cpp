#include "loadgen/transport/client_socket.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/error.hpp>
#include <cerrno>

namespace throng::transport {
namespace {

CloseReason reason_of(int error) {
  switch (error) {
    case ECONNREFUSED:
      return CloseReason::kRefused;
    case ETIMEDOUT:
      return CloseReason::kTimeout;
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
      return CloseReason::kNoDescriptor;
    case EADDRNOTAVAIL:
    case EADDRINUSE:
      return CloseReason::kNoPort;
    case ECONNRESET:
    case EPIPE:
      return CloseReason::kByPeer;
    default:
      return CloseReason::kUnreachable;
  }
}

void set_flag(int fd, int level, int option) {
  const int on = 1;
  setsockopt(fd, level, option, &on, sizeof on);
}

/// The port is chosen at connect, when the whole four-tuple is known, and not here, where it would
/// have to be free towards every target.
bool bind_source(int fd, const boost::asio::ip::address& source) {
  set_flag(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT);
  const boost::asio::ip::tcp::endpoint from(source, 0);
  return bind(fd, from.data(), static_cast<socklen_t>(from.size())) == 0;
}

boost::system::result<std::size_t, CloseReason> transferred(ssize_t bytes) {
  if (bytes >= 0) return static_cast<std::size_t>(bytes);
  if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return std::size_t{0};
  return reason_of(errno);
}

/// Of the TLS channel's.
boost::system::result<std::size_t, CloseReason> transferred(
    std::size_t bytes, const boost::system::error_code& error) {
  if (!error || error == boost::asio::error::would_block) return bytes;
  if (error == boost::asio::error::eof) return CloseReason::kByPeer;
  if (error.category() == boost::system::system_category()) return reason_of(error.value());
  return CloseReason::kTls;
}

}  // namespace

ClientSocket& ClientSocket::operator=(ClientSocket&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(channel_, other.channel_);
  return *this;
}

boost::system::result<ClientSocket, CloseReason> ClientSocket::connect(
    const boost::asio::ip::tcp::endpoint& target,
    const std::optional<boost::asio::ip::address>& source) {
  ClientSocket made(
      socket(target.data()->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP));
  if (!made.is_open()) return reason_of(errno);
  set_flag(made.fd_, IPPROTO_TCP, TCP_NODELAY);
  if (source && !bind_source(made.fd_, *source)) return reason_of(errno);
  if (::connect(made.fd_, target.data(), static_cast<socklen_t>(target.size())) != 0 &&
      errno != EINPROGRESS) {
    return reason_of(errno);
  }
  return made;
}

std::optional<CloseReason> ClientSocket::connect_failure() const {
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error == 0) return std::nullopt;
  return reason_of(error);
}

void ClientSocket::secure(const tls::ClientContext& context, const std::string& host) {
  channel_ = context.connect(fd_, host);
}

boost::system::result<std::size_t, CloseReason> ClientSocket::receive(std::span<char> into) const {
  if (channel_) {
    boost::system::error_code error;
    const std::size_t most_taken = into.size() - tls::Channel::kMostHeldBytes;
    const std::size_t count = channel_->read(into, most_taken, error);
    return transferred(count, error);
  }
  const ssize_t bytes = recv(fd_, into.data(), into.size(), 0);
  if (bytes == 0) return CloseReason::kByPeer;
  return transferred(bytes);
}

boost::system::result<std::size_t, CloseReason> ClientSocket::send(std::string_view bytes) const {
  if (channel_) {
    boost::system::error_code error;
    const std::size_t count = channel_->write(bytes, {}, error);
    return transferred(count, error);
  }
  return transferred(::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL));
}

void ClientSocket::close() {
  if (is_open()) ::close(std::exchange(fd_, -1));
}

void ClientSocket::reset() {
  if (!is_open()) return;
  const linger at_once{1, 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close();
}

}  // namespace throng::transport
