#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <cstdint>
#include <functional>
#include <istream>
#include <ostream>
#include <string>

namespace throng::play {

/// What the coordinator and a crew in another process say to each other.
enum class CrewMessage : std::uint8_t {
  // From the crew
  kReady,
  kSecond,    ///< the worker's number, its WorkerSecond
  kStanding,  ///< a Standing
  kHarvest,   ///< what is in a Harvest; nothing follows
  kFailed,    ///< whether it was the script, and a sentence; nothing follows
  // From the coordinator
  kStart,  ///< run_start in nanoseconds
  kDrain,
  kFinish,
};

/// One end of the line between a coordinator and a crew. Thread-confined.
class CrewChannel {
 public:
  using OnMessage = std::function<void(CrewMessage, std::istream& body)>;
  using OnClosed = std::function<void()>;

  /// `descriptor` is one end of a connected pair of local stream sockets, which the channel then
  /// owns. The callbacks come from `io`, from listen() on; what on_message throws comes out there.
  CrewChannel(boost::asio::io_context& io, int descriptor, OnMessage on_message,
              OnClosed on_closed);

  void listen();

  /// Blocks until the system has taken all of it. Errors: false when the other end is gone.
  bool send(CrewMessage message, const std::function<void(std::ostream&)>& write_body = nullptr);

 private:
  struct Header {
    std::uint64_t body_bytes = 0;
    CrewMessage message{};
  };

  void read_body();

  const OnMessage on_message_;
  const OnClosed on_closed_;
  boost::asio::local::stream_protocol::socket socket_;
  Header header_;
  std::string body_;
};

}  // namespace throng::play
