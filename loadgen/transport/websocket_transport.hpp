#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "loadgen/transport/buffer_pool.hpp"
#include "loadgen/transport/client_socket.hpp"
#include "loadgen/transport/event_loop.hpp"
#include "loadgen/transport/target.hpp"
#include "loadgen/transport/transport.hpp"
#include "protocol/frame.hpp"

namespace throng::transport {

struct WebSocketOptions {
  Target target;
  boost::asio::ip::tcp::endpoint endpoint;  ///< of resolve(target)
  /// Links connect from these in turn (`Fit::sources`). Empty: the kernel chooses.
  std::vector<boost::asio::ip::address> sources;
  /// Sets this worker's masks, keys and turn among the sources apart from those of others.
  std::uint64_t first_user = 0;
  /// For the connection and the upgrade together; kept to a tenth of it.
  std::chrono::milliseconds handshake_timeout = std::chrono::seconds(10);
  std::size_t max_message_bytes = std::size_t{16} << 20;
  /// What may wait in this process for a peer that doesn't read; then kSlowPeer.
  std::size_t max_unsent_bytes = std::size_t{1} << 20;
};

/// One worker's WebSocket connections, over plain TCP or TLS.
///
/// What is sent to a link gathers until the turn of the loop ends, and goes out as one masked text
/// message with one write. Received bytes go through one buffer that all links share; a link keeps
/// only the beginning of a message whose end hasn't come. A link with nothing under way holds no
/// heap memory.
///
/// close() sends what was gathered and a close frame, and the link may be opened again at once;
/// the socket waits for the peer's goodbye apart from it. drop() resets the connection.
///
/// Owned by the worker's thread. Invariant: the loop doesn't run once this is gone.
class WebSocketTransport final : public Transport {
 public:
  /// Requires: `loop`, `listener` outlive it, and `loop` serves nobody else. Links are named 0 to
  /// `links` - 1.
  WebSocketTransport(EventLoop& loop, WebSocketOptions options, TransportListener& listener,
                     std::size_t links);
  WebSocketTransport(const WebSocketTransport&) = delete;
  WebSocketTransport& operator=(const WebSocketTransport&) = delete;

  void open(LinkId link) override;
  void send(LinkId link, std::string_view json) override;
  void close(LinkId link) override;
  void drop(LinkId link) override;
  void freeze(LinkId link, bool frozen) override;

 private:
  enum class State : std::uint8_t { kIdle, kConnecting, kUpgrading, kOpen, kEnded };

  struct Link {
    explicit Link(std::size_t max_message_bytes)
        : reader(protocol::FrameRole::kClient, max_message_bytes) {}

    ClientSocket socket;
    std::uint32_t generation = 0;  ///< how often it was opened: tells stale events
    State state = State::kIdle;
    bool frozen = false;
    std::string gathered;  ///< JSON lines of this turn
    std::string unsent;    ///< framed, not yet taken by the kernel
    std::string rest;      ///< received, not yet whole
    protocol::FrameReader reader;
  };

  struct Ended {
    LinkId link;
    CloseReason reason;
    std::uint16_t close_code;
  };

  struct Deadline {
    LinkId link;
    std::uint32_t generation;
    std::uint64_t tick;
  };

  struct Lingering {
    ClientSocket socket;
    std::uint64_t tick;
  };

  void on_ready(const Readiness::Event& event);
  void on_lingering(int fd, bool ends);
  void on_writable(LinkId id);
  void write_unsent(LinkId id);
  void on_readable(LinkId id, bool ends);

  boost::system::result<ClientSocket, CloseReason> connect(LinkId id);
  void request_upgrade(LinkId id);
  /// Takes all that is whole from `input`; returns how many bytes that was.
  std::size_t consume(LinkId id, std::span<char> input);
  std::size_t finish_upgrade(LinkId id, std::span<char> input);
  void handle(LinkId id, std::span<const char> input, const protocol::FrameReader::Item& item);
  void deliver(LinkId id, std::span<const char> input, std::string_view text);

  void write_gathered(LinkId id);
  void write_frame(LinkId id, protocol::Opcode opcode, std::string_view payload);
  void transmit(LinkId id, std::string_view bytes);
  void keep_unsent(LinkId id, std::string_view bytes);

  /// The link is over; its listener hears of it at the end of the turn.
  void end(LinkId id, CloseReason reason, std::uint16_t close_code = 0);
  void say_goodbye(LinkId id, std::uint16_t close_code);
  void linger(ClientSocket socket);

  void finish_turn();
  void schedule_sweep();
  void sweep();

  std::uint64_t token(LinkId id) const;
  std::uint64_t nonce(LinkId id) const;
  std::uint32_t next_mask();

  // Constant after construction
  EventLoop& loop_;
  WebSocketOptions options_;
  TransportListener& listener_;
  std::optional<tls::ClientContext> tls_;  ///< nothing: plain

  // Owned by the worker's thread
  Readiness& readiness_;
  std::vector<Link> links_;
  std::vector<LinkId> dirty_;
  std::vector<LinkId> flushing_;
  std::vector<Ended> ended_;
  std::vector<Ended> telling_;
  std::deque<Deadline> deadlines_;      ///< in the order of their ticks
  std::map<int, Lingering> lingering_;  ///< by descriptor
  BufferPool buffers_;
  std::string received_;  ///< shared by all links, padding included
  std::string frame_;     ///< the frame that is being written
  std::string padded_;
  std::uint64_t ticks_ = 0;
  std::uint32_t mask_state_;
  bool sweep_scheduled_ = false;
};

}  // namespace throng::transport
