#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "protocol/token.hpp"
#include "server/assets/asset_store.hpp"
#include "server/chat/pagination.hpp"
#include "server/gateway/accounts.hpp"
#include "server/gateway/asset_api.hpp"
#include "server/gateway/budgets.hpp"
#include "server/gateway/chat_keys.hpp"
#include "server/gateway/limits.hpp"
#include "server/journal/journal.hpp"
#include "server/metrics/page.hpp"
#include "server/node/resources.hpp"
#include "server/node/shard.hpp"
#include "server/notify/push_service.hpp"
#include "server/storage/cached_directory.hpp"
#include "server/storage/committer.hpp"
#include "server/storage/retention.hpp"
#include "server/storage/rocks_store.hpp"
#include "server/workers/workers.hpp"
#include "tls/context.hpp"

namespace throng::node {

/// PEM files; without a certificate the server speaks plain HTTP and WebSocket.
struct TlsFiles {
  std::string certificate;
  std::string key;
};

struct NodeOptions {
  boost::asio::ip::tcp::endpoint listen;
  /// Where the store is; nullopt: in memory, gone with the process.
  std::optional<std::filesystem::path> data;
  storage::Durability durability = storage::Durability::kFsync;
  std::size_t store_files = storage::RocksOptions{}.open_files;
  std::size_t directory_cache_bytes = 32 << 20;
  /// Where assets are; nullopt: in the store's directory, nowhere if that is in memory.
  std::optional<std::filesystem::path> assets;
  std::uint64_t asset_quota = 0;  ///< bytes of all assets; 0: as much as the disk has
  chat::ShardIndex shards = 1;
  std::string secret;  ///< signs tokens
  TlsFiles tls;
  bool page = true;  ///< `/` is a page to look at
  /// How often, at most, a shard under load looks at its sockets and hands over a batch.
  std::chrono::microseconds pace{1000};
  gateway::Limits limits;
  notify::PushOptions pushes;
  journal::JournalOptions events;
  storage::Retention retention;
};

/// Reads the options anew, for a reload. Errors: std::runtime_error saying what is wrong.
using ReadOptions = std::function<NodeOptions()>;

/// The message log and the directory that a node works on.
struct Stores {
  std::unique_ptr<storage::RocksStore> rocks;  ///< null in memory; outlives the two
  std::unique_ptr<chat::MessageLog> log;
  std::unique_ptr<chat::Directory> directory;
  std::unique_ptr<storage::CachedDirectory> cache;  ///< in front of it; null in memory
  chat::Epochs epochs;                              ///< empty until the node is about to serve

  chat::Directory& fastest_directory() { return cache ? *cache : *directory; }
};

/// Errors: std::runtime_error naming the directory and what is wrong with it.
Stores open_stores(const NodeOptions& options);

/// A whole server in one process: storage, committer, shards and the listener.
class Node final : private gateway::NodeStatus, private notify::Homes {
 public:
  /// Opens the store and listens; serves nobody yet.
  /// Errors: std::runtime_error saying what can't be opened and why.
  explicit Node(NodeOptions options);
  ~Node();

  /// Serves until the process gets SIGINT or SIGTERM, then lets sessions leave and stops; at once
  /// when it gets another. With SIGHUP the limits and certificates are those that `read_options`
  /// gives, or stay if something is wrong.
  void run(ReadOptions read_options);

  /// Where it listens, e.g. "127.0.0.1:9400" or "[::1]:9400"; with port 0 asked for, the port it
  /// got.
  std::string address() const;

 private:
  bool ready() const override;
  std::string metrics_page() const override;
  std::vector<metrics::CacheFigures> cache_figures() const;
  metrics::Bounds bounds() const;
  void ask_away(std::vector<chat::UserId> users, Answer answer) override;

  void listen();
  void begin_epoch();
  void await_stop();
  void await_reload();
  void reload();
  void accept_next();
  void take_in(Shard& shard, gateway::AcceptedSocket socket);
  /// Another connection is accepted when it may be, and no shard has too much to do.
  void accept_when_fit();
  void go_on_after(std::chrono::nanoseconds wait, void (Node::*next)());
  void pause_accepting();
  void shut_down();
  /// Tells sessions to leave and waits until they have, for a bounded time or until another signal.
  void wait_until_empty();
  bool all_empty() const;

  // Constant after construction
  const NodeOptions options_;
  const std::chrono::system_clock::time_point started_ = std::chrono::system_clock::now();
  const MachineShare share_ = machine_share();
  const protocol::TokenKey tokens_;
  const chat::Pagination pagination_;
  Stores stores_;
  const std::unique_ptr<storage::Sweeper> sweeper_;    ///< null when all is kept for ever
  const std::unique_ptr<journal::Journal> journal_;    ///< null when nobody wants the events
  const std::unique_ptr<notify::PushService> pushes_;  ///< null when there is no channel
  storage::Committer committer_;
  workers::Workers workers_;
  std::unique_ptr<assets::AssetStore> asset_store_;  ///< null: none are kept
  gateway::AssetService assets_;
  gateway::Accounts accounts_;
  gateway::ChatKeys chat_keys_;
  std::vector<std::unique_ptr<Shard>> shards_;

  // Owned by the thread that runs run()
  boost::asio::io_context io_{1};
  /// Caught before anybody can be told that the server is there, and could want to stop it.
  boost::asio::signal_set signals_{io_, SIGINT, SIGTERM};
  boost::asio::signal_set hangups_{io_, SIGHUP};
  ReadOptions read_options_;
  gateway::Limits limits_;
  boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, boost::asio::io_context::executor_type>
      acceptor_;
  boost::asio::steady_timer pause_;
  std::unique_ptr<tls::ServerContext> tls_;  ///< null: plain
  boost::asio::ip::tcp::endpoint from_;      ///< of the connection that is being accepted
  gateway::TokenBucket accepts_;
  gateway::Budgets<gateway::Origin> by_address_;
  std::size_t next_shard_ = 0;
  bool serving_ = false;
  bool stopping_ = false;
  bool in_a_hurry_ = false;  ///< a second signal came

  // Written by that thread, read by any
  std::atomic<std::uint64_t> accept_errors_ = 0;
  std::atomic<std::uint64_t> accepts_delayed_ = 0;
  std::atomic<std::uint64_t> refused_by_address_ = 0;
  std::atomic<std::uint64_t> refused_above_most_ = 0;
  std::atomic<std::uint64_t> reloads_ = 0;
  std::atomic<std::uint64_t> failed_reloads_ = 0;
  std::atomic<std::uint64_t> most_connections_;
};

}  // namespace throng::node
