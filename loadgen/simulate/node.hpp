#pragma once

#include <memory>
#include <vector>

#include "loadgen/simulate/disk.hpp"
#include "loadgen/simulate/node_shard.hpp"
#include "loadgen/simulate/store.hpp"
#include "protocol/token.hpp"
#include "server/chat/pagination.hpp"

namespace throng::simulate {

/// A simulated node: shards with a core each, and a disk that outlives them. When the node dies all
/// that was in memory is gone, and what the disk was told of goes on being there. Each time it
/// comes back is another life, so that what was planned in an earlier one means nothing.
///
/// Owned by the simulation's thread.
class Node final : private cluster::PostOffice {
 public:
  /// What the node has done in all its lives.
  struct Figures {
    std::uint64_t letters = 0;
    pacing::Duration busy{};    ///< of all cores, so far
    pacing::Duration waited{};  ///< of all letters, for a core
    std::uint64_t deaths = 0;
    std::uint64_t most_letters_waiting = 0;
  };

  /// Users are at links 0, 1, …, and have the ids from `first_user` on.
  /// Requires: all outlive it.
  Node(const World& world, protocol::UserId first_user, std::size_t users,
       const protocol::TokenKey& tokens, Store store, std::uint64_t seed, Agenda& agenda,
       Links& links);
  ~Node();

  /// Where chats are put before it starts.
  chat::Directory& directory() { return *store_.directory; }
  void start();
  void die();
  bool is_up() const { return !shards_.empty(); }

  /// A client's packet has come.
  void receive(Packet& packet);
  /// Something that was planned for the node happens.
  void happen(const Agenda::Entry& entry);
  void slow_disk_down(double by) { disk_.slow_down(by); }

  Figures figures() const;
  Disk::Figures disk_figures() const { return disk_.figures(); }

 private:
  // PostOffice
  void send(chat::ShardIndex to, cluster::Mail mail) override;
  cluster::Load load(chat::ShardIndex to) const override;

  void take(chat::ShardIndex to, Letter letter);
  void on_committed();
  void on_second();

  // Constant after construction
  const chat::Placement placement_;
  const protocol::UserId first_user_;
  const gateway::Limits limits_;
  const chat::Pagination pagination_;

  Agenda& agenda_;
  Links& links_;
  const Store store_;
  Disk disk_;
  std::vector<Attached> attached_;
  const NodeParts parts_;
  std::vector<std::unique_ptr<NodeShard>> shards_;  ///< none while it is dead
  std::uint32_t life_ = 0;
  Figures past_;  ///< of earlier lives
};

}  // namespace throng::simulate
