#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/system/result.hpp>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "loadgen/transport/transport.hpp"

namespace throng::transport {

/// A non-blocking TCP connection as four bytes: what Asio's socket keeps for each (its own state,
/// a lock, an operation that waits) costs more than all else that a simulated user has here.
class ClientSocket {
 public:
  ClientSocket() = default;
  ClientSocket(ClientSocket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  ClientSocket& operator=(ClientSocket&& other) noexcept;
  ~ClientSocket() { close(); }

  /// Starts to connect, from `source` if there is one; writable once that is decided.
  /// Errors: why it can't even begin.
  static boost::system::result<ClientSocket, CloseReason> connect(
      const boost::asio::ip::tcp::endpoint& target,
      const std::optional<boost::asio::ip::address>& source);
  /// After it became writable: why it didn't connect, or nothing.
  std::optional<CloseReason> connect_failure() const;

  /// How many bytes came or went; 0 if the kernel has none or takes none now.
  /// Errors: kByPeer, also for the end of the stream; for others see connect().
  boost::system::result<std::size_t, CloseReason> receive(std::span<char> into) const;
  boost::system::result<std::size_t, CloseReason> send(std::string_view bytes) const;

  void close();
  /// Closes without a goodbye: the peer sees a reset, and the local port is free at once.
  void reset();

  bool is_open() const { return fd_ >= 0; }
  int native() const { return fd_; }

 private:
  explicit ClientSocket(int fd) : fd_(fd) {}

  int fd_ = -1;
};

}  // namespace throng::transport
