#include "server/gateway/socket.hpp"

#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <boost/asio/error.hpp>
#include <cerrno>

namespace throng::gateway {
namespace {

iovec as_iovec(std::string_view bytes) {
  return {.iov_base = const_cast<char*>(bytes.data()), .iov_len = bytes.size()};
}

/// A call that a signal interrupted is made again later, like one that would have waited.
std::size_t outcome(ssize_t result, boost::system::error_code& error) {
  error.clear();
  if (result >= 0) return static_cast<std::size_t>(result);
  error.assign(errno == EINTR ? EAGAIN : errno, boost::system::system_category());
  return 0;
}

}  // namespace

Socket::~Socket() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

std::size_t Socket::receive(std::span<char> into, boost::system::error_code& error) {
  if (channel_) return channel_->read(into, into.size() - tls::Channel::kMostHeldBytes, error);
  const std::size_t count =
      outcome(::recv(descriptor_, into.data(), into.size(), MSG_DONTWAIT), error);
  if (!error && count == 0) error = boost::asio::error::eof;
  return count;
}

std::size_t Socket::send(std::string_view first, std::string_view second,
                         boost::system::error_code& error) {
  if (channel_) return channel_->write(first, second, error);
  std::array<iovec, 2> parts{as_iovec(first), as_iovec(second)};
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = parts.size();
  return outcome(::sendmsg(descriptor_, &message, MSG_DONTWAIT | MSG_NOSIGNAL), error);
}

void Socket::shut_down() {
  if (channel_) channel_->shut_down();
  ::shutdown(descriptor_, SHUT_WR);
}

}  // namespace throng::gateway
