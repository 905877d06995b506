#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "server/gateway/services.hpp"
#include "server/gateway/socket.hpp"
#include "tls/channel.hpp"

namespace throng::gateway {

using AcceptedSocket =
    boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

/// An accepted connection until it becomes a session, plain or with TLS, as a coroutine reads and
/// writes it. What waits when its time is up is cancelled, and the connection stays open: so a
/// client can still be told why. Owned by the shard's thread.
class ClientStream {
 public:
  /// Requires: `services` outlives it. `channel`: over that socket; null: plain.
  ClientStream(Services& services, AcceptedSocket socket, std::unique_ptr<tls::Channel> channel);
  ~ClientStream();
  ClientStream(const ClientStream&) = delete;
  ClientStream& operator=(const ClientStream&) = delete;

  /// What waits is cancelled then, until this is called again.
  void expires_after(std::chrono::nanoseconds time);
  bool is_expired() const { return expired_; }
  /// False while the TLS handshake goes on.
  bool is_established() const { return !channel_ || channel_->is_established(); }

  /// How many bytes came. Errors: eof; operation_aborted when the time is up; the socket's.
  boost::asio::awaitable<std::size_t> read_some(std::span<char> into,
                                                boost::system::error_code& error);
  boost::asio::awaitable<boost::system::error_code> write(std::string_view bytes);
  /// Nothing more will be written.
  void shut_down();

  /// The socket, to be read without coroutines from now on, and what was received but not read.
  struct Released {
    int descriptor = -1;  ///< the caller owns it; -1: it can't be had
    std::unique_ptr<tls::Channel> channel;
    std::string received;
  };
  Released release();

 private:
  void start_timer();
  void on_timer();
  bool is_over(boost::system::error_code& error) const;
  boost::asio::awaitable<std::size_t> write_some(std::string_view bytes,
                                                 boost::system::error_code& error);
  /// Until the channel can go on.
  boost::asio::awaitable<void> wait(boost::system::error_code& error);

  // Constant after construction
  Services& services_;

  // Owned by the shard thread
  AcceptedSocket socket_;
  std::unique_ptr<tls::Channel> channel_;
  boost::asio::steady_timer timer_;
  SteadyTime deadline_ = SteadyTime::max();
  SteadyTime timer_due_ = SteadyTime::max();  ///< max: it doesn't run
  bool expired_ = false;
  std::shared_ptr<ClientStream*> self_;  ///< of the timer; points to null once this is gone
};

}  // namespace throng::gateway
