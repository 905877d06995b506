#pragma once

#include <boost/asio/io_context.hpp>
#include <string>
#include <vector>

#include "server/gateway/session_services.hpp"
#include "server/gateway/socket_set.hpp"
#include "server/workers/workers.hpp"

namespace throng::notify {
class PushService;
}

namespace throng::gateway {

class Accounts;
struct AssetService;
class ChatKeys;
class HttpExchange;
class SharedConnection;

/// What the whole server offers to every shard. Any thread.
struct ServerServices {
  const protocol::TokenKey& tokens;
  chat::Directory& directory;
  const chat::Epochs& epochs;
  Accounts& accounts;
  ChatKeys& chat_keys;
  AssetService& assets;
  workers::Workers& workers;  ///< for HTTP calls that read the directory or files
  const Limits& limits;
  bool page;                    ///< `/` is the page to look at
  notify::PushService* pushes;  ///< null when there is no channel
  journal::Journal* journal;    ///< null when nobody wants the events
};

/// Node-wide answers for the HTTP pages; implemented by the node.
class NodeStatus {
 public:
  virtual bool ready() const = 0;
  virtual std::string metrics_page() const = 0;

 protected:
  ~NodeStatus() = default;
};

/// The shard's loop, as seen by what runs in it.
class Turn {
 public:
  /// To be called first by every handler: reads the clocks and sees to it that what the handler
  /// leaves behind (events to flush, mail, batches) is taken care of when the turn ends.
  virtual void begin() = 0;

 protected:
  ~Turn() = default;
};

/// What a shard offers to the connections that live on it: to sessions, and beside that to HTTP and
/// to those who share a connection. Owned by the shard; used by its thread only.
struct Services : SessionServices {
  Services(boost::asio::io_context& io_context, chat::ShardIndex shard_index,
           chat::Placement shard_placement, const ServerServices& server_services,
           const NodeStatus& node_status, Turn& shard_turn, cluster::PostOffice& post_office,
           chat::Rules& chat_rules, chat::Presence& chat_presence,
           metrics::ShardMetrics& shard_metrics);
  ~Services();

  // Constant after construction
  boost::asio::io_context& io;
  const ServerServices server;
  const NodeStatus& node;
  Turn& turn;

  // Owned by the shard thread
  /// Everybody reads into this one; what is incomplete is kept by its session.
  std::vector<char> receive_buffer;
  SocketSet sockets;  ///< of the sessions
  SlotTable<SharedConnection> shared;
  SlotTable<HttpExchange> exchanges;
  std::vector<std::uint32_t> unflushed_shared;  ///< shared connections with something to send
  std::vector<std::uint32_t> ended_shared;      ///< the same as `ended`
  std::uint64_t cmids_made = 0;                 ///< for HTTP sends that brought none
  Budgets<Origin> logins;
  std::size_t awaited_elsewhere = 0;  ///< HTTP calls that wait for other threads
  bool stopping = false;
};

}  // namespace throng::gateway
