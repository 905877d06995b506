#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <cstdint>
#include <string>

#include "loadgen/play/crew_channel.hpp"

namespace throng::play {

/// The line to a crew in a process of this machine.
class PipeChannel final : public CrewChannel {
 public:
  /// `descriptor` is one end of a connected pair of local stream sockets, which the channel then
  /// owns. Invariant: `io` doesn't run once this is gone.
  PipeChannel(boost::asio::io_context& io, int descriptor);

  void listen(OnMessage on_message, OnClosed on_closed) override;
  /// Blocks until the system has taken all of it.
  bool send(CrewMessage message,
            const std::function<void(std::ostream&)>& write_body = nullptr) override;

 private:
  struct Header {
    std::uint64_t body_bytes = 0;
    CrewMessage message{};
  };

  void read_header();
  void read_body();

  OnMessage on_message_;
  OnClosed on_closed_;
  boost::asio::local::stream_protocol::socket socket_;
  Header header_;
  std::string body_;
};

}  // namespace throng::play
