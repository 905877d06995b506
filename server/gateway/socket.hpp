#pragma once

#include <boost/system/error_code.hpp>
#include <span>
#include <string_view>
#include <utility>

namespace throng::gateway {

/// A connected stream socket, closed when it goes. No call of it ever waits: one that would have to
/// sets `error` to would_block. Nobody is told when it is ready; that is SocketSet's part.
class Socket {
 public:
  Socket() = default;
  /// Owns the descriptor from now on.
  explicit Socket(int descriptor) : descriptor_(descriptor) {}
  Socket(Socket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  Socket& operator=(Socket&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~Socket();

  int descriptor() const { return descriptor_; }

  /// How many bytes came.
  /// Errors: `boost::asio::error::eof` when the peer said that no more will come.
  std::size_t receive(std::span<char> into, boost::system::error_code& error);
  /// Sends one behind the other and returns how many bytes of both the kernel took.
  std::size_t send(std::string_view first, std::string_view second,
                   boost::system::error_code& error);
  /// Nothing more will be sent.
  void shut_down();

 private:
  int descriptor_ = -1;
};

}  // namespace throng::gateway
