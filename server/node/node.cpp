#include "server/node/node.hpp"

#include <fmt/format.h>
#include <sodium.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <utility>

#include "server/assets/directory_asset_store.hpp"
#include "server/cluster/load_bounds.hpp"
#include "server/gateway/connection.hpp"
#include "server/metrics/page.hpp"
#include "server/node/descriptors.hpp"
#include "server/notify/memory_push_store.hpp"
#include "server/notify/rocks_push_store.hpp"
#include "server/storage/epochs.hpp"
#include "server/storage/memory_directory.hpp"
#include "server/storage/memory_message_log.hpp"
#include "server/storage/rocks_directory.hpp"
#include "server/storage/rocks_message_log.hpp"
#include "server/storage/store_size.hpp"
#include "server/version.hpp"

namespace throng::node {

namespace asio = boost::asio;
using boost::system::error_code;
using tcp = asio::ip::tcp;

namespace {

constexpr auto kAcceptPause = std::chrono::milliseconds(100);
/// While a shard has too much to do, one connection is accepted in that time.
constexpr auto kTrickle = std::chrono::milliseconds(20);
constexpr auto kLeaveStep = std::chrono::milliseconds(20);

/// Those that are open, whatever is on them. While a session comes or goes it can be one too few.
std::int64_t connections_of(const metrics::ShardMetrics& figures) {
  using metrics::Metric;
  const auto get = [&](Metric metric) { return static_cast<std::int64_t>(figures.get(metric)); };
  return get(Metric::kConnections) + get(Metric::kSharedConnections) + get(Metric::kSessions) -
         get(Metric::kSharedSessions);
}

std::string text_of(const tcp::endpoint& endpoint) {
  std::ostringstream text;
  text << endpoint;
  return text.str();
}

std::string_view durability_name(const NodeOptions& options) {
  if (!options.data) return "memory";
  switch (options.durability) {
    case storage::Durability::kFsync:
      return "fsync";
    case storage::Durability::kOs:
      return "os";
    case storage::Durability::kNone:
      return "none";
  }
  return "";
}

std::unique_ptr<tls::ServerContext> read_certificate(const TlsFiles& files) {
  if (files.certificate.empty()) return nullptr;
  return std::make_unique<tls::ServerContext>(files.certificate, files.key);
}

/// Null: none are kept.
std::unique_ptr<assets::AssetStore> open_asset_store(const NodeOptions& options,
                                                     workers::Workers& workers) {
  if (!options.assets && !options.data) return nullptr;
  return std::make_unique<assets::DirectoryAssetStore>(
      assets::DirectoryOptions{
          .directory = options.assets ? *options.assets : *options.data / "assets",
          .sync = options.durability == storage::Durability::kFsync,
          .quota_bytes = options.asset_quota},
      workers);
}

std::unique_ptr<notify::PushService> make_pushes(const NodeOptions& options, Stores& stores,
                                                 notify::Homes& homes) {
  if (!options.pushes.any()) return nullptr;
  std::unique_ptr<notify::PushStore> store;
  if (stores.rocks) {
    store = std::make_unique<notify::RocksPushStore>(*stores.rocks);
  } else {
    store = std::make_unique<notify::MemoryPushStore>();
  }
  return std::make_unique<notify::PushService>(options.pushes, std::move(store), *stores.log,
                                               *stores.directory, homes);
}

metrics::PushFigures figures_of(const notify::PushService* pushes) {
  metrics::PushFigures figures;
  if (!pushes) return figures;
  const notify::NotifierCounts& counts = pushes->counts();
  for (const notify::Channel channel : notify::kAllChannels) {
    const std::size_t i = notify::index_of(channel);
    figures.channels.push_back({.name = notify::name_of(channel),
                                .sent = counts.sent[i],
                                .failures = counts.failures[i],
                                .dead = counts.dead[i]});
  }
  figures.collapsed = counts.collapsed;
  figures.taken = counts.taken;
  figures.expired = counts.expired;
  figures.rate_limited = counts.rate_limited;
  figures.queue_full = counts.queue_full;
  figures.waiting = counts.waiting;
  return figures;
}

std::unique_ptr<storage::Sweeper> make_sweeper(const NodeOptions& options, Stores& stores) {
  if (options.retention.kind == storage::Retention::Kind::kForever) return nullptr;
  const auto kept = [rocks = stores.rocks.get()]() -> std::uint64_t {
    return rocks ? rocks->entries(storage::Family::kMessages) : 0;
  };
  return std::make_unique<storage::Sweeper>(*stores.log, *stores.directory, options.retention,
                                            kept);
}

std::unique_ptr<journal::Journal> make_journal(const NodeOptions& options) {
  return options.events.is_on() ? journal::make_journal(options.events) : nullptr;
}

std::uint64_t random_epoch() {
  std::uint64_t number = 0;
  randombytes_buf(&number, sizeof number);
  return number % protocol::kMaxId + 1;
}

std::vector<storage::CommitListener*> listeners_of(notify::PushService* pushes,
                                                   journal::Journal* journal) {
  std::vector<storage::CommitListener*> listeners;
  if (journal) listeners.push_back(journal);
  if (pushes) listeners.push_back(pushes);
  return listeners;
}

}  // namespace

Stores open_stores(const NodeOptions& options) {
  Stores stores;
  if (!options.data) {
    stores.log = std::make_unique<storage::MemoryMessageLog>();
    stores.directory = std::make_unique<storage::MemoryDirectory>();
    return stores;
  }
  stores.rocks = std::make_unique<storage::RocksStore>(
      storage::RocksOptions{.directory = *options.data,
                            .durability = options.durability,
                            .open_files = options.store_files});
  stores.log = std::make_unique<storage::RocksMessageLog>(*stores.rocks, options.pushes.any());
  stores.directory = std::make_unique<storage::RocksDirectory>(*stores.rocks);
  stores.cache =
      std::make_unique<storage::CachedDirectory>(*stores.directory, options.directory_cache_bytes);
  return stores;
}

Node::Node(NodeOptions options)
    : options_(std::move(options)),
      tokens_(options_.secret),
      pagination_(options_.secret),
      stores_(open_stores(options_)),
      sweeper_(make_sweeper(options_, stores_)),
      journal_(make_journal(options_)),
      pushes_(make_pushes(options_, stores_, *this)),
      committer_(*stores_.log, stores_.fastest_directory(), options_.shards,
                 listeners_of(pushes_.get(), journal_.get())),
      workers_(options_.limits.http_workers, options_.limits.http_jobs),
      asset_store_(open_asset_store(options_, workers_)),
      assets_{.store = asset_store_.get(),
              .uploads = gateway::Gate(options_.limits.uploads),
              .downloads = gateway::Gate(options_.limits.downloads)},
      accounts_(stores_.fastest_directory(), options_.limits.password_jobs),
      chat_keys_(stores_.fastest_directory()),
      limits_(options_.limits),
      acceptor_(io_),
      pause_(io_),
      tls_(read_certificate(options_.tls)),
      most_connections_(options_.limits.connections) {
  const chat::Placement placement(options_.shards);
  const SharedParts parts{.log = *stores_.log,
                          .directory = stores_.fastest_directory(),
                          .pagination = pagination_,
                          .committer = committer_,
                          .services = {.tokens = tokens_,
                                       .directory = stores_.fastest_directory(),
                                       .epochs = stores_.epochs,
                                       .accounts = accounts_,
                                       .chat_keys = chat_keys_,
                                       .assets = assets_,
                                       .workers = workers_,
                                       .limits = options_.limits,
                                       .page = options_.page,
                                       .pushes = pushes_.get(),
                                       .journal = journal_.get()},
                          .status = *this,
                          .pace = options_.pace,
                          .shards = shards_};
  for (chat::ShardIndex i = 0; i < options_.shards; ++i) {
    shards_.push_back(std::make_unique<Shard>(i, placement, parts));
  }
  listen();
  begin_epoch();
}

// The last thing that may fail: a server that can't start, again and again, fills no list of
// epochs.
void Node::begin_epoch() {
  stores_.epochs = stores_.rocks ? storage::begin_epoch(*stores_.rocks, random_epoch())
                                 : chat::Epochs{{random_epoch()}};
}

Node::~Node() { shut_down(); }

std::string Node::address() const { return text_of(acceptor_.local_endpoint()); }

void Node::run(ReadOptions read_options) {
  serving_ = true;
  read_options_ = std::move(read_options);
  for (auto& shard : shards_) shard->start();
  if (pushes_) pushes_->start();
  if (sweeper_) sweeper_->start();
  await_stop();
  await_reload();
  accept_next();
  io_.run();
  spdlog::info("stopping: sessions are told to come back later");
  shut_down();
}

void Node::await_stop() {
  signals_.async_wait([this](error_code error, int) {
    if (error) return;
    in_a_hurry_ = std::exchange(stopping_, true);
    io_.stop();
    await_stop();
  });
}

// ---- Reloading ----

void Node::await_reload() {
  hangups_.async_wait([this](error_code error, int) {
    if (error) return;
    reload();
    await_reload();
  });
}

void Node::reload() {
  try {
    const NodeOptions read = read_options_();
    if (read.tls.certificate.empty() == (tls_ != nullptr)) {
      throw std::runtime_error("TLS can't be switched on or off without a restart");
    }
    tls_ = read_certificate(read.tls);
    limits_ = read.limits;
    most_connections_ = limits_.connections;
  } catch (const std::exception& e) {
    ++failed_reloads_;
    spdlog::error("reload: everything stays as it was: {}", e.what());
    return;
  }
  for (auto& shard : shards_) shard->set_limits(limits_);
  ++reloads_;
  spdlog::info("reload: limits and certificates are read again; all else needs a restart");
}

// ---- Listening ----

void Node::listen() {
  try {
    acceptor_.open(options_.listen.protocol());
    acceptor_.set_option(asio::socket_base::reuse_address(true));
    acceptor_.bind(options_.listen);
    acceptor_.listen(asio::socket_base::max_listen_connections);
  } catch (const boost::system::system_error& e) {
    throw std::runtime_error(
        fmt::format("can't listen on {}: {}", text_of(options_.listen), e.code().message()));
  }
}

void Node::accept_next() {
  Shard& shard = *shards_[next_shard_];
  acceptor_.async_accept(shard.io().get_executor(), from_,
                         [this, &shard](error_code error, gateway::AcceptedSocket socket) {
                           if (error == asio::error::operation_aborted) return;
                           if (error) return pause_accepting();
                           take_in(shard, std::move(socket));
                           next_shard_ = (next_shard_ + 1) % shards_.size();
                           accept_when_fit();
                         });
}

// What isn't taken in is closed unread, as if the kernel had.
void Node::take_in(Shard& shard, gateway::AcceptedSocket socket) {
  std::int64_t open = 0;
  for (const auto& s : shards_) open += connections_of(s->metrics());
  if (open >= static_cast<std::int64_t>(limits_.connections)) {
    ++refused_above_most_;
    return;
  }
  const auto now = std::chrono::steady_clock::now();
  const asio::ip::address address = from_.address();
  if (!limits_.trusted.hold(address) &&
      by_address_.take(gateway::Origin::of(address), limits_.address_connections, now).count() >
          0) {
    ++refused_by_address_;
    return;
  }
  by_address_.sweep(now);
  auto channel = tls_ ? tls_->accept(socket.native_handle()) : nullptr;
  shard.adopt(std::move(socket), std::move(channel), address);
}

void Node::accept_when_fit() {
  const auto now = std::chrono::steady_clock::now();
  const auto wait = accepts_.take(limits_.connections_in_all, now);
  if (wait.count() > 0) return go_on_after(wait, &Node::accept_when_fit);
  const auto is_busy = [](const auto& shard) { return shard->load() >= cluster::Load::kHigh; };
  if (std::ranges::any_of(shards_, is_busy)) return go_on_after(kTrickle, &Node::accept_next);
  accept_next();
}

void Node::go_on_after(std::chrono::nanoseconds wait, void (Node::*next)()) {
  ++accepts_delayed_;
  pause_.expires_after(wait);
  pause_.async_wait([this, next](error_code error) {
    if (!error && !stopping_) (this->*next)();
  });
}

void Node::pause_accepting() {
  ++accept_errors_;
  pause_.expires_after(kAcceptPause);
  pause_.async_wait([this](error_code error) {
    if (!error && !stopping_) accept_next();
  });
}

// ---- Stopping ----

void Node::shut_down() {
  error_code ignored;
  acceptor_.close(ignored);
  if (std::exchange(serving_, false)) wait_until_empty();
  accounts_.stop();
  workers_.stop();
  committer_.stop();
  if (pushes_) pushes_->stop();
  if (sweeper_) sweeper_->stop();
  for (auto& shard : shards_) shard->stop();
  if (journal_) journal_->stop();
}

void Node::wait_until_empty() {
  for (auto& shard : shards_) shard->leave();
  const auto deadline = std::chrono::steady_clock::now() + limits_.drain;
  while (!all_empty() && !in_a_hurry_ && std::chrono::steady_clock::now() < deadline) {
    io_.restart();
    io_.run_for(kLeaveStep);
  }
}

bool Node::all_empty() const {
  return std::ranges::all_of(shards_, [](const auto& shard) { return shard->is_empty(); });
}

void Node::ask_away(std::vector<chat::UserId> users, Answer answer) {
  const chat::Placement placement(options_.shards);
  std::vector<cluster::AskAway> by_home(options_.shards);
  for (const chat::UserId user : users) by_home[placement.of(user)].users.push_back(user);
  for (chat::ShardIndex home = 0; home < options_.shards; ++home) {
    if (by_home[home].users.empty()) continue;
    by_home[home].answer = answer;
    std::vector<cluster::Mail> mail;
    mail.emplace_back(std::move(by_home[home]));
    shards_[home]->deliver(mail);
  }
}

// ---- Pages ----

bool Node::ready() const { return acceptor_.is_open(); }

std::vector<metrics::CacheFigures> Node::cache_figures() const {
  std::vector<metrics::CacheFigures> figures;
  if (!stores_.cache) return figures;
  for (const auto& [kind, counts] : stores_.cache->counters()) {
    figures.push_back({.kind = kind, .hits = counts.hits, .misses = counts.misses});
  }
  return figures;
}

metrics::Bounds Node::bounds() const {
  const cluster::LoadSigns full = cluster::signs_of_full();
  return {.mailbox = full.mail,
          .commit_pending = full.uncommitted,
          .worker_jobs = options_.limits.http_jobs,
          .connections = most_connections_.load(),
          .descriptors = descriptor_limit(),
          .cores = share_.cores,
          .memory_bytes = share_.memory_bytes};
}

std::string Node::metrics_page() const {
  std::vector<metrics::ShardFigures> figures;
  for (const auto& shard : shards_) figures.push_back(shard->figures());
  const storage::Committer::Counters commits = committer_.counters();
  const ProcessUsage used = process_usage();
  const auto size = options_.data ? storage::store_size(*options_.data) : storage::StoreSize();
  return metrics::metrics_page(
      figures,
      {.version = kVersion,
       .durability = durability_name(options_),
       .commit_groups = commits.groups,
       .commit_batches = commits.batches,
       .commit_messages = commits.messages,
       .commit_seconds = std::chrono::duration<double>(commits.commit_total).count(),
       .commit_failures = commits.failures,
       .accept_errors = accept_errors_.load(),
       .worker_jobs = workers_.waiting(),
       .caches = cache_figures(),
       .started_s = std::chrono::duration<double>(started_.time_since_epoch()).count(),
       .cpu_seconds = used.cpu_s,
       .resident_bytes = used.resident_bytes,
       .asset_bytes = asset_store_ ? asset_store_->stored_bytes() : 0,
       .table_bytes = size.table_bytes,
       .log_bytes = size.log_bytes,
       .table_messages =
           stores_.rocks ? stores_.rocks->entries_in_tables(storage::Family::kMessages) : 0,
       .refused_by_address = refused_by_address_.load(),
       .refused_above_most = refused_above_most_.load(),
       .accepts_delayed = accepts_delayed_.load(),
       .reloads = reloads_.load(),
       .failed_reloads = failed_reloads_.load(),
       .commit_group_seconds = commits.seconds,
       .commit_group_messages = commits.of_group,
       .store = stores_.rocks ? stores_.rocks->figures() : metrics::StoreFigures{},
       .removed_messages = sweeper_ ? sweeper_->removed() : 0,
       .events_written = journal_ ? journal_->written() : 0,
       .events_dropped = journal_ ? journal_->dropped() : 0,
       .pushes = figures_of(pushes_.get()),
       .bounds = bounds(),
       .disk = options_.data ? disk_figures(*options_.data) : metrics::DiskFigures{},
       .open_descriptors = used.open_descriptors});
}

}  // namespace throng::node
