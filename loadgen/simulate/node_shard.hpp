#pragma once

#include <deque>
#include <optional>
#include <vector>

#include "loadgen/pacing/random.hpp"
#include "loadgen/simulate/letter.hpp"
#include "loadgen/simulate/simulated_session.hpp"
#include "loadgen/simulate/station.hpp"
#include "loadgen/simulate/world.hpp"
#include "server/chat/presence.hpp"
#include "server/chat/rules.hpp"
#include "server/gateway/session_services.hpp"

namespace throng::simulate {

/// What the home of a link's user knows of it. A connection is known from its acceptance on.
struct Attached {
  std::uint32_t generation = 0;
  bool accepted = false;
  std::optional<chat::ClientRef> session;
};

/// Which stream the costs of a shard are drawn from: another one in each life, and no user's.
/// Requires: a life below 2^30.
std::uint64_t cost_stream(chat::ShardIndex shard, std::uint32_t life);

class Disk;
class Fleet;
class Inside;

/// What the shards of all nodes have in common. All of it outlives them.
struct FleetParts {
  unsigned cores;  ///< of each node
  chat::Placement placement;
  protocol::UserId first_user;  ///< at link 0
  const CostProfile& costs;
  const protocol::TokenKey& tokens;
  const chat::Pagination& pagination;
  const gateway::Limits& limits;
  Agenda& agenda;
  Links& links;
  Inside& inside;
  Fleet& fleet;
  std::vector<Attached>& attached;  ///< by link
  std::uint64_t seed;
};

/// What the shards of one node have in common, in one life. All of it outlives them.
struct NodeParts {
  NodeIndex node;
  std::uint32_t life;
  chat::Directory& directory;
  const chat::MessageLog& log;
  Disk& disk;
  const pacing::Duration& clock_off;  ///< what its wall clock is ahead
};

/// One shard of a simulated node: the server's own rules, sessions, registry and presence, before
/// one core that spends on each letter what the profile says. A letter is carried out when the core
/// is done with it, and what it brings about leaves then, as at the end of a turn of the server's
/// shard; turns of several letters, which the server makes of a busy time, aren't modelled.
///
/// Owned by the simulation's thread. Letters that wait are bounded as in the server: a full shard
/// takes no new work.
///
/// It is the way to all other shards, too: to those of its node directly, and to those of others
/// over the network between nodes, as long as it knows of nothing that is against it.
class NodeShard final : private chat::Outbox, private cluster::PostOffice {
 public:
  /// `lives`: of all nodes, as far as this one knows; 0: dead. Sessions get no slots below
  /// `first_slot`.
  NodeShard(chat::ShardIndex index, const FleetParts& parts, const NodeParts& node,
            const std::vector<std::uint32_t>& lives, cluster::Slot first_slot);

  /// Puts it at the end of the queue.
  void take(Letter letter);
  /// The core is done with the letter that came first.
  void on_done();
  /// What may wait has waited.
  void on_tick();
  /// Each second: presence is told, sessions are looked after, the load is assessed.
  void on_second();
  /// Tells a client something, through the shard with its connection.
  void answer(chat::ShardIndex door, ToClient said);

  std::size_t depth() const { return letters_.size(); }
  /// All slots of sessions so far lie below it.
  cluster::Slot slots() const { return slots_; }
  cluster::Load load() const { return load_; }
  const chat::RuleCounts& counts() const { return rules_.counts(); }
  const Station& core() const { return core_; }

 private:
  // Outbox
  void mail(chat::ShardIndex to, chat::Effect effect) override;
  // PostOffice
  void send(chat::ShardIndex to, cluster::Mail mail) override;
  cluster::Load load(chat::ShardIndex to) const override;

  // Other nodes
  NodeIndex node_of(chat::ShardIndex shard) const { return shard / parts_.cores; }
  bool is_gone(NodeIndex node) const { return lives_[node] == 0; }
  void post(chat::ShardIndex to, Letter letter);
  void pass_on(FromClient& said);
  void serve(ToClient& said);
  void serve(const PeerNews& news);
  void lose(NodeIndex node);
  void meet(const PeerNews& news);
  bool has_chats_on(NodeIndex node, protocol::UserId user) const;
  template <class Each>
  void for_each_session(Each&& each);

  double cost_s(const Letter& letter);
  double cost_s(const cluster::Mail& mail);
  double cost_s(const chat::Command& command);
  double cost_s(const chat::Effect& effect);
  double cost_s(const FromClient& said);
  double cost_s(const ToClient& said);
  double cost_s(const PeerNews&) { return 0; }

  void begin_turn();
  void end_turn();
  void submit_batch();
  void tick_at(pacing::TimePoint due);

  void serve(FromClient& said);
  void accept(Attached& client, const FromClient& said);
  void greet(Attached& client, const FromClient& said);
  SimulatedSession* session_of(const Attached& client);
  /// Whether it comes over a connection that the node, in this life, has accepted and not closed.
  bool is_attached(const FromClient& said) const;
  void serve(cluster::Mail& mail);
  void on(chat::Command& command);
  void on(chat::Effect& effect);
  void on(cluster::Committed& mail);
  void on(cluster::AskPresence& mail);
  void on(cluster::Unwatch& mail);
  void on(cluster::PresenceChanged& mail);
  /// Of connections that several share, and of pushes, which no simulated node has.
  template <class Other>
  void on(Other&) {}

  // Constant after construction
  const chat::ShardIndex index_;
  const FleetParts& parts_;
  const NodeParts node_;
  const chat::Epochs epochs_{{1}};  ///< the store outlives the node, and is never an older one

  std::vector<std::uint32_t> lives_;  ///< of each node, as far as it is known; 0: gone
  metrics::ShardMetrics metrics_;
  chat::Rules rules_;
  chat::Presence presence_;
  gateway::SessionServices services_;
  pacing::Random random_;
  Station core_{1};
  std::deque<Letter> letters_;
  cluster::Load load_ = cluster::Load::kNormal;
  cluster::Slot slots_;
  pacing::TimePoint gathering_since_{};  ///< when the batch got its first record
  pacing::TimePoint next_tick_ = pacing::TimePoint::max();
};

}  // namespace throng::simulate
