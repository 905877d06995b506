#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "protocol/codec.hpp"
#include "protocol/token.hpp"
#include "server/chat/directory.hpp"
#include "server/chat/presence.hpp"
#include "server/chat/rules.hpp"
#include "server/cluster/mail.hpp"
#include "server/cluster/registry.hpp"
#include "server/gateway/budgets.hpp"
#include "server/gateway/limits.hpp"
#include "server/gateway/slot_table.hpp"
#include "server/gateway/socket_set.hpp"
#include "server/metrics/metrics.hpp"
#include "server/workers/workers.hpp"

namespace throng::journal {
class Journal;
}
namespace throng::notify {
class PushService;
}

namespace throng::gateway {

class Accounts;
struct AssetService;
class ChatKeys;
class HttpExchange;
class Session;
class SharedConnection;

using SteadyTime = std::chrono::steady_clock::time_point;

/// Buffers that sessions borrow while they have something to send and give back when it is sent,
/// so that an idle session holds none.
class BufferPool {
 public:
  std::string borrow();
  void give_back(std::string&& buffer);

 private:
  static constexpr std::size_t kMaxBuffers = 256;
  static constexpr std::size_t kMaxKeptBytes = 64 * 1024;
  std::vector<std::string> free_;
};

/// What the whole server offers to every shard. Any thread.
struct ServerServices {
  const protocol::TokenKey& tokens;
  chat::Directory& directory;
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

/// What a shard offers to the sessions and HTTP connections that live on it. Owned by the shard;
/// used by its thread only.
struct Services {
  Services(boost::asio::io_context& io_context, chat::ShardIndex shard_index,
           chat::Placement shard_placement, const ServerServices& server_services,
           const NodeStatus& node_status, Turn& shard_turn, cluster::PostOffice& post_office,
           chat::Rules& chat_rules, chat::Presence& chat_presence,
           metrics::ShardMetrics& shard_metrics);
  ~Services();

  /// Has the session flushed when Limits::receipt_delay is over.
  void flush_later(const chat::ClientRef& session);
  /// Puts the sessions whose time has come among the unflushed.
  void plan_due_flushes();
  /// How long receipts gather now.
  std::chrono::milliseconds receipt_delay() const {
    return receipt_patience * server.limits.receipt_delay;
  }
  /// How long the next client that is told to leave is to stay away.
  std::chrono::milliseconds next_time_away();

  // Constant after construction
  boost::asio::io_context& io;
  const chat::ShardIndex shard;
  const chat::Placement placement;
  const ServerServices server;
  const NodeStatus& node;
  Turn& turn;
  cluster::PostOffice& office;
  chat::Rules& rules;
  chat::Presence& presence;
  metrics::ShardMetrics& metrics;

  // Owned by the shard thread
  protocol::Decoder decoder;
  /// Everybody reads into this one; what is incomplete is kept by its session.
  std::vector<char> receive_buffer;
  BufferPool buffers;
  SocketSet sockets;  ///< of the sessions
  UserBudgets users;  ///< sessions give theirs back when they go
  SlotTable<Session> sessions;
  SlotTable<SharedConnection> shared;
  SlotTable<HttpExchange> exchanges;
  cluster::Registry registry;
  std::vector<cluster::Slot> unflushed;  ///< sessions with something to send
  struct LaterFlush {
    SteadyTime due;
    std::uint32_t slot;
    std::uint32_t generation;
  };
  std::deque<LaterFlush> later;                 ///< in the order in which they are due
  std::vector<cluster::Slot> ended;             ///< sessions that depart when the turn ends
  std::vector<std::uint32_t> unflushed_shared;  ///< the same of shared connections
  std::vector<std::uint32_t> ended_shared;
  std::uint64_t cmids_made = 0;  ///< for HTTP sends that brought none
  std::uint64_t told_to_leave = 0;
  int receipt_patience = 1;  ///< of cluster::receipt_patience() under the shard's load
  Budgets<Origin> logins;
  std::size_t awaited_elsewhere = 0;  ///< HTTP calls that wait for other threads
  bool stopping = false;

  /// When this turn of the loop began.
  SteadyTime now{};
  chat::TimeMs wall_ms = 0;
};

}  // namespace throng::gateway
