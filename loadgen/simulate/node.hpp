#pragma once

#include <memory>
#include <vector>

#include "loadgen/simulate/disk.hpp"
#include "loadgen/simulate/node_shard.hpp"

namespace throng::simulate {

/// A simulated node: shards with a core each, and a disk that outlives them. When the node dies all
/// that was in memory is gone, and what the disk was told of goes on being there. Each time it
/// comes back is another life, so that what was planned in an earlier one means nothing.
///
/// Owned by the simulation's thread.
class Node {
 public:
  /// What the node has done in all its lives.
  struct Figures {
    std::uint64_t letters = 0;
    pacing::Duration busy{};    ///< of all cores, so far
    pacing::Duration waited{};  ///< of all letters, for a core
    std::uint64_t deaths = 0;
    std::uint64_t most_letters_waiting = 0;
  };

  /// Requires: what the parts refer to and the directory outlive it.
  Node(NodeIndex index, const FleetParts& parts, const DiskModel& disk,
       std::unique_ptr<chat::MessageLog> log, chat::Directory& directory);
  ~Node();

  /// `lives`: of all nodes as they are, this one's next life included; 0: gone.
  void start(const std::vector<std::uint32_t>& lives);
  void die();
  bool is_up() const { return !shards_.empty(); }

  /// Puts it into the queue of that shard of its. Requires: it is up.
  void take(chat::ShardIndex to, Letter letter);
  /// What a shard of its had to do a moment ago. Requires: it is up.
  const NodeShard& shard(chat::ShardIndex index) const { return *shards_[index - first_shard_]; }
  /// Something that was planned for the node happens.
  void happen(const Agenda::Entry& entry);
  void slow_disk_down(double by) { disk_.slow_down(by); }
  /// Its wall clock is so much ahead of the others' from now on, or behind.
  void put_clock(pacing::Duration ahead) { clock_off_ = ahead; }

  Figures figures() const;
  Disk::Figures disk_figures() const { return disk_.figures(); }

 private:
  NodeShard& own(chat::ShardIndex index) { return *shards_[index - first_shard_]; }
  void plan_second();
  void on_committed();
  void on_second();

  // Constant after construction
  const NodeIndex index_;
  const chat::ShardIndex first_shard_;
  const FleetParts& fleet_;
  chat::Directory& directory_;
  const std::unique_ptr<chat::MessageLog> log_;

  Disk disk_;
  std::vector<std::unique_ptr<NodeShard>> shards_;  ///< none while it is dead
  /// Those of each shard that sessions of earlier lives had. None is given to another, so that what
  /// those asked other nodes for finds nobody.
  std::vector<cluster::Slot> slots_;
  std::uint32_t life_ = 0;
  pacing::Duration clock_off_{};
  Figures past_;  ///< of earlier lives
};

}  // namespace throng::simulate
