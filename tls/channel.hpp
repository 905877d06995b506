#pragma once

#include <boost/system/error_code.hpp>
#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

struct ssl_st;

namespace throng::tls {

/// One side of a TLS connection, over a non-blocking socket that somebody else owns and watches.
/// Nothing waits: what can't go on says would_block. The handshake happens in the first reads and
/// writes. It may go from one thread to another between two calls.
///
/// How much one call takes from the socket is bounded, so that for a reader who is told again and
/// again while the socket has bytes (level-triggered epoll) nothing stays hidden in here: with
/// room for kMostHeldBytes more than may be taken, all that came whole is read.
class Channel {
 public:
  struct Free {
    void operator()(ssl_st* ssl) const;
  };
  using Handle = std::unique_ptr<ssl_st, Free>;

  /// A record that isn't whole yet, and may count for what is read once it is.
  static constexpr std::size_t kMostHeldBytes = 17 * 1024;

  Channel(Handle ssl, int descriptor);
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;
  ~Channel();

  /// Fills `into` as far as it can; takes `most_taken` bytes from the socket at most.
  /// Errors: would_block; boost::asio::error::eof; those of the socket; OpenSSL's.
  std::size_t read(std::span<char> into, std::size_t most_taken, boost::system::error_code& error);
  /// Sends one behind the other and returns how many bytes of both it took.
  /// Requires: what wasn't taken comes again first, as it was.
  /// Errors: as of read().
  std::size_t write(std::string_view first, std::string_view second,
                    boost::system::error_code& error);
  /// Says that nothing more will be sent, if that can be said now.
  void shut_down();

  /// The last read took all that it was allowed, so the socket may have more.
  bool took_all_it_may() const { return may_take_ == 0; }
  bool is_established() const;
  /// The last call would go on once the socket takes bytes, whatever it was.
  bool wants_write() const;

 private:
  friend class SocketEnd;

  bool write_some(std::string_view bytes, std::size_t& taken, boost::system::error_code& error);

  const int descriptor_;
  std::size_t may_take_ = 0;
  Handle ssl_;
};

}  // namespace throng::tls
