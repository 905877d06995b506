#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <thread>
#include <vector>

#include "server/chat/presence.hpp"
#include "server/chat/rules.hpp"
#include "server/cluster/mail.hpp"
#include "server/cluster/mailbox.hpp"
#include "server/gateway/services.hpp"
#include "server/gateway/session.hpp"
#include "server/metrics/metrics.hpp"
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
  boost::asio::io_context& io() { return io_; }
  const metrics::ShardMetrics& metrics() const { return metrics_; }
  /// Serves an accepted connection, whose socket belongs to io().
  void adopt(gateway::Session::Socket socket);

 private:
  // Turn
  void begin() override;
  // PostOffice
  void send(chat::ShardIndex to, cluster::Mail mail) override;
  bool congested(chat::ShardIndex to) const override;
  // Outbox
  void mail(chat::ShardIndex to, chat::Effect effect) override;

  void end_turn();
  void read_mail();
  void read_mail(std::vector<cluster::Mail>& letters);
  void flush_sessions();
  void let_sessions_depart();
  void send_outgoing();
  void submit_batch();
  void sweep_each_second();
  void publish_figures();

  void on(chat::Command& command);
  void on(chat::Effect& effect);
  template <class Command>
  void say_unavailable(const Command& command);
  void on(cluster::Committed& mail);
  void on(cluster::Newcomer& mail);
  void on(cluster::AskPresence& mail);
  void on(cluster::Leave& mail);
  void carry_out(chat::Deliver& effect);
  void carry_out(chat::Answer& effect);
  void carry_out(chat::Page& effect);
  void carry_out(chat::Notice& effect);
  void carry_out(chat::MembershipChanged& effect);

  // Constant after construction
  const chat::ShardIndex index_;
  const SharedParts parts_;

  // Any thread
  cluster::Mailbox<cluster::Mail> mailbox_;
  metrics::ShardMetrics metrics_;
  std::atomic<bool> empty_ = false;

  // Owned by the shard thread
  boost::asio::io_context io_{1};
  chat::Rules rules_;
  chat::Presence presence_;
  gateway::Services services_;
  bool in_turn_ = false;
  bool leaving_ = false;
  std::vector<cluster::Mail> local_;  ///< mail to this very shard
  std::vector<cluster::Mail> reading_;
  std::vector<std::vector<cluster::Mail>> outgoing_;  ///< by shard
  boost::asio::steady_timer second_;
  std::thread thread_;
};

}  // namespace throng::node
