#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string_view>

#include "loadgen/play/crew_channel.hpp"
#include "loadgen/play/crew_seal.hpp"

namespace throng::play {

/// The line to a crew or a coordinator on another machine: TCP, sealed. Thread-confined; it may be
/// destroyed at any time, from inside its callbacks too.
///
/// Nobody without the key makes it hold more than a record. What waits to be sent is limited: past
/// the limit the line is closed.
class SealedChannel final : public CrewChannel {
 public:
  /// Both ends are there, and know the keys.
  SealedChannel(boost::asio::ip::tcp::socket socket, const Sealer& sealer, const Opener& opener);
  /// Closes the line.
  ~SealedChannel() override;

  void listen(OnMessage on_message, OnClosed on_closed) override;
  /// Never blocks.
  bool send(CrewMessage message,
            const std::function<void(std::ostream&)>& write_body = nullptr) override;

  /// The system has taken all that was sent.
  bool all_sent() const;
  /// Neither end has closed it, as far as this one has read.
  bool is_open() const;

 private:
  class Line;
  const std::shared_ptr<Line> line_;
};

/// There is no line: what() is a sentence's end. Not worth repeating.
class NoLine : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Who is there didn't say in time what a line begins with: what() is a sentence's end.
class SilentLine : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Exchanges greetings over a connection that was just made.
/// Errors: NoLine; SilentLine; boost::system::system_error when it breaks.
boost::asio::awaitable<std::unique_ptr<SealedChannel>> open_line(
    boost::asio::ip::tcp::socket socket, const CrewKey& key, Handshake::Side side,
    std::string_view version);

}  // namespace throng::play
