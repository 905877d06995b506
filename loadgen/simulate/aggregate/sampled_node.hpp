#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "loadgen/measure/histogram.hpp"
#include "loadgen/measure/recorder.hpp"
#include "loadgen/pacing/random.hpp"
#include "loadgen/simulate/aggregate/core_queue.hpp"
#include "loadgen/simulate/aggregate/traffic.hpp"
#include "loadgen/simulate/event_queue.hpp"
#include "loadgen/simulate/world.hpp"

namespace throng::simulate {

/// What one node did in a stretch of time.
struct NodeFigures {
  struct Operation {
    std::uint64_t refused = 0;  ///< too much waited
    measure::Histogram latency;
  };
  std::array<Operation, measure::kOperations> operations;
  CoreQueue::Figures cores;  ///< added up; the longest queue of all
  pacing::Duration disk_busy{};
  std::uint64_t groups = 0;
  std::uint64_t records = 0;
  std::uint64_t events = 0;
  std::uint64_t trace_hash = 0;

  const Operation& of(measure::Operation operation) const {
    return operations[static_cast<std::size_t>(operation)];
  }
  void merge(const NodeFigures& other);
};

/// A fleet of nodes that are all alike, each with its share of the people and of the chats.
struct FleetShape {
  std::uint64_t nodes = 1;
};

/// One node of a fleet under its exact share of superposed arrivals: cores with a queue each, group
/// commit, and the way of each message through them, as NodeShard, Disk and Links have it for
/// people who are played one by one. Nobody is: an arrival draws where its sender, its chat and its
/// receivers are.
///
/// Only this node is simulated. What goes to another node of the fleet comes, since all are alike,
/// as often from another node to this one; so it stays here and goes on at another moment, a random
/// time of up to kElsewhere later, which isn't counted as waiting. That gives this node what comes
/// from all others, independent of its own bursts (mean field). Reading, which takes people long,
/// is moved in the same way.
///
/// Thread-confined. A function of its arguments. Letters that wait are bounded as in the server:
/// a shard that they make full refuses messages, and so does one of which Rules::kMaxPending await
/// their commit.
class SampledNode {
 public:
  static constexpr pacing::Duration kElsewhere = std::chrono::milliseconds(60);

  /// Requires: all outlive it. `work` is that of the whole fleet.
  SampledNode(const Traffic& traffic, const World& world, FleetShape fleet, const Intensity& work,
              std::uint64_t seed, std::uint64_t stream);

  /// Begins with nothing to do, lets `settle` pass, and gives what was done in the `length` after
  /// it: operations that end then. To be called once.
  NodeFigures play(pacing::Duration settle, pacing::Duration length);

 private:
  using ItemIndex = std::uint32_t;
  using ShardIndex = std::uint32_t;

  enum class What : std::uint8_t {
    kMessageArrives,
    kLoginArrives,
    kHeartbeatArrives,
    kMessageAtChat,  ///< from its sender's shard
    kMessageTaken,   ///< the chat's core is done with it
    kDelivery,       ///< at the shard of one receiver or more
    kCursor,         ///< at the shard of whose it is
    kCursorAtChat,
    kCursorTaken,
    kNotice,  ///< of a cursor, at the sender's shard
    kAnswer,  ///< to the sender, at his shard
    kCatchUp,
    kPage,
    kTick,  ///< cursors have waited for company
    kDiskDone,
    kCommitted,
  };

  /// What an event is about. `due` is when the person meant it, moved along with every move to
  /// another moment.
  struct Item {
    pacing::TimePoint due{};
    ShardIndex home = 0;  ///< the sender's, or the receivers'
    ShardIndex chat = 0;
    ShardIndex sender = 0;    ///< of the message that it is about
    std::uint32_t count = 0;  ///< kMessage: members of the chat; kDelivery: receivers
    measure::Operation kind{};
    bool told = true;  ///< to the sender, when the cursor moves
    ItemIndex next_free = 0;
  };

  struct Shard {
    CoreQueue core;
    std::vector<ItemIndex> gathering;   ///< messages and cursors for the next batch
    std::vector<ItemIndex> committing;  ///< the batch that is under way
    std::size_t messages = 0;           ///< of gathering
    bool is_under_way = false;
    pacing::TimePoint gathering_since{};
    pacing::TimePoint tick_at = pacing::TimePoint::max();
  };

  void play_until(pacing::TimePoint end);
  void plan(pacing::TimePoint at, What what, std::uint32_t about);
  void happen(What what, std::uint32_t about);
  void plan_arrival(What what, double per_s);
  ItemIndex keep(const Item& item);
  Item take(ItemIndex index);

  void message_arrives();
  void login_arrives();
  void heartbeat_arrives();
  void message_at_chat(ItemIndex index);
  void message_taken(ItemIndex index);
  void fan_out(const Item& message);
  void deliver(const Item& delivery);
  void receive(const Item& delivery);
  void cursor(ItemIndex index);
  void cursor_at_chat(ItemIndex index);
  void cursor_taken(ItemIndex index);
  void notice(const Item& item);
  void answer(const Item& item);
  void catch_up(ItemIndex index);
  void page(const Item& item);

  void submit(ShardIndex shard);
  void begin_group();
  void disk_done();
  void committed(ShardIndex shard);

  ShardIndex any_shard() { return static_cast<ShardIndex>(random_.below(shards_.size())); }
  bool is_elsewhere() { return fleet_.nodes > 1 && !random_.chance(1 / double(fleet_.nodes)); }
  pacing::Duration another_moment();
  /// Goes on at a node of the fleet.
  void go_to_any_node(What what, Item item);
  void serve(What what, const Item& item);
  pacing::TimePoint accept(ShardIndex shard, double cost_s);
  pacing::Duration network() { return world_.network.delay(random_); }
  void record(measure::Operation operation, pacing::TimePoint due, pacing::TimePoint end);

  // Constant after construction
  const Traffic& traffic_;
  const World& world_;
  const FleetShape fleet_;
  const double messages_per_s_;  ///< of this node, as all below
  const double logins_per_s_;
  const double heartbeats_per_s_;
  const double reachable_;

  pacing::Random random_;
  EventQueue events_;
  pacing::TimePoint now_{};
  bool is_measured_ = false;
  std::vector<Shard> shards_;
  std::vector<Item> items_;
  ItemIndex free_item_ = kNoItem;
  std::vector<ShardIndex> waiting_;  ///< for the disk
  std::vector<ShardIndex> group_;    ///< is being written
  std::vector<std::uint64_t> places_;
  NodeFigures figures_;

  static constexpr ItemIndex kNoItem = ~ItemIndex{0};
};

}  // namespace throng::simulate
