#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <thread>
#include <vector>

#include "server/chat/presence.hpp"
#include "server/chat/rules.hpp"
#include "server/cluster/mail.hpp"
#include "server/cluster/mailbox.hpp"
#include "server/gateway/connection.hpp"
#include "server/gateway/lane_session.hpp"
#include "server/gateway/services.hpp"
#include "server/gateway/session.hpp"
#include "server/metrics/page.hpp"
#include "server/storage/committer.hpp"

namespace throng::node {

class Shard;

/// What the shards of a node have in common.
struct SharedParts {
  const chat::MessageLog& log;
  chat::Directory& directory;
  const chat::Pagination& pagination;
  storage::Committer& committer;
  gateway::ServerServices services;
  const gateway::NodeStatus& status;
  std::chrono::microseconds pace;
  /// All shards by index; complete before the first of them runs.
  const std::vector<std::unique_ptr<Shard>>& shards;
};

/// One thread of the server with its event loop and its part of the state: the sessions of the
/// users who are at home here, and the chats that are owned here.
///
/// Work is done in turns. A turn begins with a handler (a session became readable, mail came) and
/// ends once everything that was ready has run: then mail goes out, sessions write what gathered,
/// and the batch goes to the committer. So frames are gathered, mailboxes are locked once for many
/// letters, and commits form groups.
///
/// Under load turns keep a beat: sockets and mail are looked at once a beat, and a batch goes to
/// the committer at most once a beat, so that each wake-up, each write and each sync of the disk is
/// for many. The more there is to do, the longer the beat. What comes alone after a quiet time is
/// served at once.
class Shard final : private gateway::Turn, private cluster::PostOffice, private chat::Outbox {
 public:
  Shard(chat::ShardIndex index, chat::Placement placement, const SharedParts& parts);
  ~Shard();

  void start();
  /// Any thread. Tells sessions to leave; the shard goes on until stop().
  void leave();
  /// Any thread. True once leave() is through: no session, no HTTP answer and no commit is left.
  bool is_empty() const { return empty_.load(std::memory_order_acquire); }
  /// Ends the loop and joins the thread; twice is harmless.
  void stop();

  /// Any thread.
  void deliver(std::vector<cluster::Mail>& mail);
  std::size_t mailbox_depth() const { return mailbox_.size(); }
  cluster::Load load() const { return load_.load(std::memory_order_relaxed); }
  boost::asio::io_context& io() { return io_; }
  const metrics::ShardMetrics& metrics() const { return metrics_; }
  /// Any thread.
  metrics::ShardFigures figures() const;
  /// Serves an accepted connection, whose socket belongs to io().
  void adopt(gateway::AcceptedSocket socket, std::unique_ptr<tls::Channel> channel,
             const boost::asio::ip::address& from);
  /// Any thread. Other limits hold from now on.
  void set_limits(const gateway::Limits& limits);

 private:
  // Turn
  void begin() override;
  // PostOffice
  void send(chat::ShardIndex to, cluster::Mail mail) override;
  cluster::Load load(chat::ShardIndex to) const override;
  std::size_t letters_for(chat::ShardIndex to) const;
  // Outbox
  void mail(chat::ShardIndex to, chat::Effect effect) override;

  void end_turn();
  void count_turn(std::chrono::nanoseconds turn);
  void assess_load();
  void read_mail();
  void read_mail(std::vector<cluster::Mail>& letters);
  void flush_shared_connections();
  void let_shared_connections_depart();
  void send_outgoing();
  void submit_batch();
  /// Sets the beat to what was to do since the last.
  bool has_much_to_do();
  /// When the batch should be on its way, if there is one.
  std::optional<gateway::SteadyTime> batch_due() const;
  bool is_busy() const { return busy_.load(std::memory_order_relaxed); }
  void wake();
  void await_sockets();
  void serve_sockets();
  void serve(const gateway::SocketSet::Ready& ready);
  /// Sees to the next turn that no mail and no socket will bring about.
  void plan_tick();
  void tick_at(gateway::SteadyTime time);
  void sweep_each_second();
  void tell_presence();
  void publish_figures();
  void log_load();

  void on(chat::Command& command);
  void on(chat::Effect& effect);
  template <class Command>
  void say_unavailable(const Command& command);
  void on(cluster::Committed& mail);
  void on(cluster::Newcomer& mail);
  void on(cluster::AskPresence& mail);
  void on(cluster::Unwatch& mail);
  void on(cluster::PresenceChanged& mail);
  void on(cluster::AskAway& mail);
  void on(cluster::Leave& mail);
  void on(cluster::LaneOpened& mail);
  void on(cluster::LaneOutput& mail);
  void on(cluster::LaneEnded& mail);
  void on(cluster::LaneTaken& mail);
  void on(cluster::LaneInput& mail);
  void on(cluster::LaneDrained& mail);
  void on(cluster::LaneCut& mail);
  std::unique_ptr<gateway::Session> make_session(const chat::ClientRef& self,
                                                 cluster::Newcomer&& mail);
  /// Null if it has ended. Requires: `ref` came from a session that shares its connection.
  gateway::LaneSession* lane_session(const chat::ClientRef& ref);

  // Constant after construction
  const chat::ShardIndex index_;
  const SharedParts parts_;

  // Any thread
  cluster::Mailbox<cluster::Mail> mailbox_;
  metrics::ShardMetrics metrics_;
  std::atomic<bool> empty_ = false;
  /// Since the steady clock's epoch; 0: not yet. Written by the shard.
  std::atomic<std::chrono::nanoseconds> published_at_{std::chrono::nanoseconds(0)};
  std::atomic<cluster::Load> load_ = cluster::Load::kNormal;  ///< written by the shard
  /// Sockets and mail are looked at each beat instead of being waited for. Written by the shard,
  /// and cleared before it reads its mail, so that none is left lying.
  std::atomic<bool> busy_ = false;

  // Owned by the shard thread
  gateway::Limits limits_;
  boost::asio::io_context io_{1};
  chat::Rules rules_;
  chat::Presence presence_;
  gateway::Services services_;
  bool in_turn_ = false;
  bool leaving_ = false;
  std::chrono::nanoseconds beat_;             ///< from the pace to kLongestBeat times that
  std::chrono::nanoseconds worked_{0};        ///< in turns since the sockets were looked at
  unsigned turns_ = 0;                        ///< since the load was assessed
  std::chrono::nanoseconds recent_turn_{0};   ///< the longest of these
  std::chrono::nanoseconds usual_turn_{0};    ///< of the last few assessments
  std::chrono::nanoseconds longest_turn_{0};  ///< of this second
  cluster::Load logged_load_ = cluster::Load::kNormal;
  gateway::SteadyTime served_at_{};
  gateway::SteadyTime submitted_at_{};
  gateway::SteadyTime gathering_since_{};  ///< when the batch got its first record
  gateway::SteadyTime next_tick_ = gateway::SteadyTime::max();
  std::vector<cluster::Mail> local_;  ///< mail to this very shard
  std::vector<cluster::Mail> reading_;
  std::vector<std::vector<cluster::Mail>> outgoing_;  ///< by shard
  boost::asio::posix::basic_stream_descriptor<boost::asio::io_context::executor_type> sockets_;
  boost::asio::steady_timer tick_;
  boost::asio::steady_timer second_;
  std::thread thread_;
};

}  // namespace throng::node
