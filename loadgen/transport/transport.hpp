#pragma once

#include <cstdint>
#include <string_view>

namespace throng::transport {

/// Names one connection of a worker: the index of the user who holds it in that worker.
using LinkId = std::uint32_t;

/// Why a connection ended, or never began.
enum class CloseReason : std::uint8_t {
  kByUs,          ///< we closed it
  kByPeer,        ///< the other side closed it, orderly or not
  kRefused,       ///< nobody listens there
  kTimeout,       ///< no answer to the connect or to the upgrade in time
  kUnreachable,   ///< no route, or a name that doesn't resolve
  kRejected,      ///< the HTTP answer wasn't 101, or its accept key was wrong
  kProtocol,      ///< the peer broke RFC 6455
  kNoDescriptor,  ///< this process has no file descriptor left
  kNoPort,        ///< no local port is left for this source address
  kSlowPeer,      ///< the peer didn't read: more than the limit waits to be sent
  kTls,           ///< the TLS handshake failed, or what came wasn't TLS
};

/// The name that `errors` in run.json uses, e.g. "refused".
std::string_view close_reason_name(CloseReason reason);

/// Hears what happens on the connections. Called by the worker's thread, never from inside a call
/// to the transport.
class TransportListener {
 public:
  virtual void on_open(LinkId link) = 0;
  /// One WebSocket message. Bytes behind `text` are readable as `protocol::Decoder` wants it.
  virtual void on_text(LinkId link, std::string_view text) = 0;
  /// The last event of a connection; `close_code` is the WebSocket code, 0 if there was none.
  virtual void on_closed(LinkId link, CloseReason reason, std::uint16_t close_code) = 0;

 protected:
  ~TransportListener() = default;
};

/// Carries the events of simulated users: over WebSocket connections, or inside the process when
/// a scenario is simulated. Owned by one worker, used by its thread only.
class Transport {
 public:
  virtual ~Transport() = default;

  /// Starts to connect; on_open or on_closed follows. Requires: the link isn't open.
  virtual void open(LinkId link) = 0;
  /// Sends one JSON object. What is sent to a link in one turn of the loop goes out as one
  /// WebSocket message. Ignored for a link that isn't open.
  virtual void send(LinkId link, std::string_view json) = 0;
  /// Says goodbye orderly, then closes. on_closed(kByUs) follows.
  virtual void close(LinkId link) = 0;
  /// Drops the connection as a lost radio link would. on_closed(kByUs) follows.
  virtual void drop(LinkId link) = 0;
  /// Takes nothing more from the connection, or goes on with that, as a device that is busy or
  /// asleep would. Ignored for a link that isn't open, and where others share its connection.
  virtual void freeze(LinkId link, bool frozen) = 0;
};

}  // namespace throng::transport
