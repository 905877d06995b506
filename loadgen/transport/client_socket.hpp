#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/system/result.hpp>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "loadgen/transport/transport.hpp"
#include "tls/context.hpp"

namespace throng::transport {

/// A non-blocking TCP connection, plain or with TLS, as a descriptor and a pointer: what Asio's
/// socket keeps for each (its own state, a lock, an operation that waits) costs more than all else
/// that a simulated user has here.
class ClientSocket {
 public:
  ClientSocket() = default;
  ClientSocket(ClientSocket&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)), channel_(std::move(other.channel_)) {}
  ClientSocket& operator=(ClientSocket&& other) noexcept;
  ~ClientSocket() { close(); }

  /// Starts to connect, from `source` if there is one; writable once that is decided.
  /// Errors: why it can't even begin.
  static boost::system::result<ClientSocket, CloseReason> connect(
      const boost::asio::ip::tcp::endpoint& target,
      const std::optional<boost::asio::ip::address>& source);
  /// After it became writable: why it didn't connect, or nothing.
  std::optional<CloseReason> connect_failure() const;

  /// Speaks TLS from now on, with the host of that name. Requires: it is connected.
  void secure(const tls::ClientContext& context, const std::string& host);
  /// What is to be sent may have had to wait for something to come.
  bool is_secure() const { return channel_ != nullptr; }

  /// How many bytes came or went; 0 if the kernel has none or takes none now.
  /// Requires: what didn't go comes again first, as it was; room for kLeastRoom bytes that come.
  /// Errors: kByPeer, also for the end of the stream; kTls; for others see connect().
  boost::system::result<std::size_t, CloseReason> receive(std::span<char> into) const;
  boost::system::result<std::size_t, CloseReason> send(std::string_view bytes) const;

  /// After receive(): it left bytes in the kernel, maybe.
  bool leaves_more() const { return channel_ && channel_->took_all_it_may(); }

  void close();
  /// Closes without a goodbye: the peer sees a reset, and the local port is free at once.
  void reset();

  bool is_open() const { return fd_ >= 0; }
  int native() const { return fd_; }

  static constexpr std::size_t kLeastRoom = 2 * tls::Channel::kMostHeldBytes;

 private:
  explicit ClientSocket(int fd) : fd_(fd) {}

  int fd_ = -1;
  std::unique_ptr<tls::Channel> channel_;  ///< null: plain
};

}  // namespace throng::transport
