#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <vector>

#include "loadgen/transport/transport.hpp"
#include "protocol/session_line.hpp"

namespace throng::transport {

/// Many links on each connection of another transport, which neither the users nor that transport
/// know of: each event goes behind a session line that names its link. A connection is made for the
/// first link that wants one, and closed behind the last.
///
/// A link that is dropped while others hold its connection leaves orderly: a lost radio link can't
/// be shown then.
///
/// Owned by the worker's thread.
class SharedConnections final : public Transport, private TransportListener {
 public:
  using MakeTransport = std::function<std::unique_ptr<Transport>(TransportListener&)>;

  /// Has the task called soon, but not from inside the call.
  using CallSoon = std::function<void(std::function<void()> task)>;

  /// `make_inner` makes a transport with a link for each connection; see connections_for().
  /// Requires: `listener` outlives it; per_connection >= 1. Links are named 0 to `links` - 1.
  SharedConnections(std::size_t links, std::uint32_t per_connection, TransportListener& listener,
                    const MakeTransport& make_inner, CallSoon call_soon);

  static std::size_t connections_for(std::size_t links, std::uint32_t per_connection) {
    return (links + per_connection - 1) / per_connection;
  }

  void open(LinkId link) override;
  void send(LinkId link, std::string_view json) override;
  void close(LinkId link) override;
  void drop(LinkId link) override { close(link); }
  void freeze(LinkId, bool) override {}

 private:
  enum class LinkState : std::uint8_t { kClosed, kOpening, kOpen };
  enum class ConnectionState : std::uint8_t { kIdle, kConnecting, kOpen, kClosing };

  struct Link {
    std::uint32_t times_opened = 0;
    LinkState state = LinkState::kClosed;
  };
  struct Connection {
    std::uint32_t in_use = 0;  ///< links that aren't closed
    ConnectionState state = ConnectionState::kIdle;
  };
  struct Change {
    LinkId link = 0;
    std::uint32_t times_opened = 0;
    bool opened = false;  ///< else closed by us
  };

  void on_open(LinkId connection) override;
  void on_text(LinkId connection, std::string_view text) override;
  void on_closed(LinkId connection, CloseReason reason, std::uint16_t close_code) override;

  void connect(LinkId connection);
  /// Tells the listener what became of the calls since the last one.
  void tell();
  void say(LinkId link, std::string_view json);
  void note(LinkId link, bool opened);
  LinkId connection_of(LinkId link) const { return link / per_connection_; }
  /// Its name on the connection: a new one each time that it is opened.
  protocol::SessionNumber session_of(LinkId link) const;
  /// The open link of that name. Nothing: it was closed, and what still comes is of no interest.
  std::optional<LinkId> open_link(LinkId connection, protocol::SessionNumber session) const;
  auto links_of(LinkId connection) const {
    const std::size_t first = std::size_t{connection} * per_connection_;
    const std::size_t end = std::min(first + per_connection_, links_.size());
    return std::views::iota(static_cast<LinkId>(first), static_cast<LinkId>(end));
  }

  // Constant after construction
  const std::uint32_t per_connection_;
  TransportListener& listener_;
  const CallSoon call_soon_;

  // Owned by the worker's thread
  std::vector<Link> links_;
  std::vector<Connection> connections_;
  std::vector<Change> changes_;
  std::vector<Change> telling_;
  std::string line_;
  std::unique_ptr<Transport> inner_;
};

}  // namespace throng::transport
