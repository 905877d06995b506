#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "protocol/token.hpp"
#include "server/chat/pagination.hpp"
#include "server/gateway/accounts.hpp"
#include "server/gateway/chat_keys.hpp"
#include "server/gateway/limits.hpp"
#include "server/node/shard.hpp"
#include "server/storage/committer.hpp"
#include "server/storage/rocks_store.hpp"
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
  chat::ShardIndex shards = 1;
  std::string secret;  ///< signs tokens
  TlsFiles tls;
  /// How often, at most, a shard under load looks at its sockets and hands over a batch.
  std::chrono::microseconds pace{1000};
  gateway::Limits limits;
};

/// The message log and the directory that a node works on.
struct Stores {
  std::unique_ptr<storage::RocksStore> rocks;  ///< null in memory; outlives the two
  std::unique_ptr<chat::MessageLog> log;
  std::unique_ptr<chat::Directory> directory;
};

/// Errors: std::runtime_error naming the directory and what is wrong with it.
Stores open_stores(const NodeOptions& options);

/// A whole server in one process: storage, committer, shards and the listener.
class Node final : private gateway::NodeStatus {
 public:
  /// Opens the store and listens; serves nobody yet.
  /// Errors: std::runtime_error saying what can't be opened and why.
  explicit Node(NodeOptions options);
  ~Node();

  /// Serves until the process gets SIGINT or SIGTERM, then lets sessions leave and stops.
  void run();

  /// Where it listens, e.g. "127.0.0.1:9400" or "[::1]:9400"; with port 0 asked for, the port it
  /// got.
  std::string address() const;

 private:
  bool ready() const override;
  std::string metrics_page() const override;

  void listen();
  void accept_next();
  void pause_accepting();
  void adopt(Shard& shard, gateway::AcceptedSocket socket);
  void shut_down();
  /// Tells sessions to leave and waits until they have, for a bounded time.
  void wait_until_empty();

  // Constant after construction
  const NodeOptions options_;
  const std::chrono::system_clock::time_point started_ = std::chrono::system_clock::now();
  const protocol::TokenKey tokens_;
  const chat::Pagination pagination_;
  Stores stores_;
  storage::Committer committer_;
  gateway::Accounts accounts_;
  gateway::ChatKeys chat_keys_;
  std::vector<std::unique_ptr<Shard>> shards_;

  // Owned by the thread that runs run()
  boost::asio::io_context io_{1};
  /// Caught before anybody can be told that the server is there, and could want to stop it.
  boost::asio::signal_set signals_{io_, SIGINT, SIGTERM};
  boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, boost::asio::io_context::executor_type>
      acceptor_;
  boost::asio::steady_timer pause_;
  std::unique_ptr<tls::ServerContext> tls_;  ///< null: plain
  std::size_t next_shard_ = 0;
  bool serving_ = false;
  std::atomic<std::uint64_t> accept_errors_ = 0;  ///< read by any thread
};

}  // namespace throng::node
