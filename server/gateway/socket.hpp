#pragma once

#include <boost/system/error_code.hpp>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include "tls/channel.hpp"

namespace throng::gateway {

/// A connected stream socket, plain or with TLS, closed when it goes. No call of it ever waits: one
/// that would have to sets `error` to would_block. Nobody is told when it is ready; that is
/// SocketSet's part.
class Socket {
 public:
  Socket() = default;
  /// Owns the descriptor from now on.
  explicit Socket(int descriptor, std::unique_ptr<tls::Channel> channel = nullptr)
      : descriptor_(descriptor), channel_(std::move(channel)) {}
  Socket(Socket&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, -1)), channel_(std::move(other.channel_)) {}
  Socket& operator=(Socket&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    std::swap(channel_, other.channel_);
    return *this;
  }
  ~Socket();

  int descriptor() const { return descriptor_; }

  /// How many bytes came. Requires: room for kLeastRoom bytes at least.
  /// Errors: `boost::asio::error::eof` when the peer said that no more will come.
  std::size_t receive(std::span<char> into, boost::system::error_code& error);
  /// Sends one behind the other and returns how many bytes of both are on their way. Requires: what
  /// isn't comes again first, as it was.
  std::size_t send(std::string_view first, std::string_view second,
                   boost::system::error_code& error);
  /// Nothing more will be sent.
  void shut_down();
  /// What was to be received can only be once something is sent.
  bool wants_write() const { return channel_ && channel_->wants_write(); }

  static constexpr std::size_t kLeastRoom = 2 * tls::Channel::kMostHeldBytes;

 private:
  int descriptor_ = -1;
  std::unique_ptr<tls::Channel> channel_;  ///< null: plain
};

}  // namespace throng::gateway
