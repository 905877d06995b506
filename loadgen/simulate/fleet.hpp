#pragma once

#include <memory>
#include <vector>

#include "loadgen/simulate/balancer.hpp"
#include "loadgen/simulate/inside.hpp"
#include "loadgen/simulate/node.hpp"
#include "loadgen/simulate/store.hpp"
#include "protocol/token.hpp"
#include "server/chat/pagination.hpp"

namespace throng::simulate {

/// All nodes of a world. Chats and people are placed over the shards of all nodes as one node
/// places them over its own; each node keeps the messages of its chats on a disk of its own. Who
/// there is, and who is in which chat, is one directory that all nodes read and that never fails.
///
/// The balancer chooses the node that a connection goes to; a session lives on its user's home, and
/// what it and its client say is passed on between the two. A dead node's chats and people are
/// served by no other:
/// - whose home is there can't log in until it is back;
/// - in a chat there nothing can be said or read, and sessions that begin meanwhile do without it;
/// - when it is back, sessions of people with chats there are told to come again, and catch up.
///
/// Owned by the simulation's thread.
class Fleet {
 public:
  /// Users are at links 0, 1, …, and have the ids from `first_user` on.
  /// Requires: all outlive it.
  Fleet(const World& world, protocol::UserId first_user, std::size_t users,
        const protocol::TokenKey& tokens, const MakeStore& make_store, std::uint64_t seed,
        Agenda& agenda, Links& links, Balancer& balancer);
  ~Fleet();

  /// Where chats are put before it starts.
  chat::Directory& directory() { return *directory_; }
  /// All nodes.
  void start();
  /// One that is dead.
  void start(NodeIndex node);
  void die(NodeIndex node);
  /// Parts the node from all others until then.
  void part(NodeIndex node, pacing::TimePoint until) { inside_.part(node, until); }
  Node& node(NodeIndex index) { return *nodes_[index]; }

  /// A client's packet has come to its node.
  void receive(Packet& packet);
  /// Something that was planned for a node happens.
  void happen(const Agenda::Entry& entry);

  // For shards
  NodeIndex node_of(chat::ShardIndex shard) const { return shard / parts_.cores; }
  chat::ShardIndex home_of(transport::LinkId link) const;
  /// The shard that has the link's connections with the node.
  chat::ShardIndex door_of(transport::LinkId link, NodeIndex node) const;
  /// nullptr when its node is dead.
  const NodeShard* find(chat::ShardIndex shard) const;

  /// Of all nodes, in all their lives.
  Node::Figures figures() const;
  Disk::Figures disk_figures() const;

 private:
  /// Over which the returns of sessions are spread that are told to come again.
  static constexpr std::chrono::milliseconds kTimeToComeAgain{2'000};

  void tell_others(const PeerNews& news);
  void on_mail(const Agenda::Entry& entry);

  // Constant after construction
  const gateway::Limits limits_{.drain = kTimeToComeAgain};
  const chat::Pagination pagination_;

  Agenda& agenda_;
  Links& links_;
  Balancer& balancer_;
  Inside inside_;
  std::unique_ptr<chat::Directory> directory_;
  std::vector<Attached> attached_;
  const FleetParts parts_;
  std::vector<std::unique_ptr<Node>> nodes_;
  std::vector<std::uint32_t> lives_;     ///< of each node: how often it has begun
  std::vector<std::uint32_t> lives_up_;  ///< the same; 0: it is dead
};

}  // namespace throng::simulate
