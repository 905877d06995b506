#pragma once

#include <deque>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "loadgen/pacing/random.hpp"
#include "loadgen/simulate/simulated_session.hpp"
#include "loadgen/simulate/station.hpp"
#include "loadgen/simulate/world.hpp"
#include "server/chat/presence.hpp"
#include "server/chat/rules.hpp"
#include "server/gateway/session_services.hpp"

namespace throng::simulate {

/// What a client says, or that it comes or is gone; on its way through its home shard's queue.
struct FromClient {
  enum class Kind : std::uint8_t { kOpen, kText, kRoom, kGone };
  Kind kind = Kind::kText;
  LinkKey key;
  std::uint32_t bytes = 0;
  std::string text = {};  ///< and kDecodePadding more
};
using Letter = std::variant<cluster::Mail, FromClient>;

/// Where the sessions of a node's connections are. A connection is known from its acceptance on.
struct Attached {
  std::uint32_t generation = 0;
  bool accepted = false;
  std::optional<chat::ClientRef> session;
};

/// Which stream the costs of a shard are drawn from: another one in each life, and no user's.
/// Requires: a life below 2^30.
std::uint64_t cost_stream(chat::ShardIndex shard, std::uint32_t life);

class Disk;

/// What the shards of a node have in common. All of it outlives them.
struct NodeParts {
  const CostProfile& costs;
  const protocol::TokenKey& tokens;
  chat::Directory& directory;
  const chat::MessageLog& log;
  const chat::Pagination& pagination;
  const gateway::Limits& limits;
  Agenda& agenda;
  Links& links;
  Disk& disk;
  std::vector<Attached>& attached;  ///< by link
  std::uint64_t seed;
};

/// One shard of a simulated node: the server's own rules, sessions, registry and presence, before
/// one core that spends on each letter what the profile says. A letter is carried out when the core
/// is done with it, and what it brings about leaves then, as at the end of a turn of the server's
/// shard; turns of several letters, which the server makes of a busy time, aren't modelled.
///
/// Owned by the simulation's thread. Letters that wait are bounded as in the server: a full shard
/// takes no new work.
class NodeShard final : private chat::Outbox {
 public:
  /// `office` takes mail to all shards of the node. Requires: it outlives the shard.
  NodeShard(chat::ShardIndex index, chat::Placement placement, std::uint32_t life,
            const NodeParts& parts, cluster::PostOffice& office);

  /// Puts it at the end of the queue.
  void take(Letter letter);
  /// The core is done with the letter that came first.
  void on_done();
  /// What may wait has waited.
  void on_tick();
  /// Each second: presence is told, sessions are looked after, the load is assessed.
  void on_second();

  std::size_t depth() const { return letters_.size(); }
  cluster::Load load() const { return load_; }
  const chat::RuleCounts& counts() const { return rules_.counts(); }
  const Station& core() const { return core_; }

 private:
  // Outbox
  void mail(chat::ShardIndex to, chat::Effect effect) override;

  double cost_s(const Letter& letter);
  double cost_s(const cluster::Mail& mail);
  double cost_s(const chat::Command& command);
  double cost_s(const chat::Effect& effect);
  double cost_s(const FromClient& said);

  void begin_turn();
  void end_turn();
  void submit_batch();
  void tick_at(pacing::TimePoint due);

  void serve(FromClient& said);
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
  const std::uint32_t life_;
  const NodeParts parts_;
  cluster::PostOffice& office_;

  const chat::Epochs epochs_{{1}};  ///< the store outlives the node, and is never an older one
  metrics::ShardMetrics metrics_;
  chat::Rules rules_;
  chat::Presence presence_;
  gateway::SessionServices services_;
  pacing::Random random_;
  Station core_{1};
  std::deque<Letter> letters_;
  cluster::Load load_ = cluster::Load::kNormal;
  pacing::TimePoint gathering_since_{};  ///< when the batch got its first record
  pacing::TimePoint next_tick_ = pacing::TimePoint::max();
};

}  // namespace throng::simulate
