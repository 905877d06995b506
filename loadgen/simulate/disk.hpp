#pragma once

#include <memory>
#include <vector>

#include "loadgen/pacing/random.hpp"
#include "loadgen/simulate/agenda.hpp"
#include "loadgen/simulate/world.hpp"
#include "server/chat/commands.hpp"
#include "server/chat/directory.hpp"
#include "server/chat/message_log.hpp"

namespace throng::simulate {

/// What survives a node, and the group commit before it: what was submitted while a group was
/// written goes together, as with storage::Committer. At most one batch of each shard waits.
///
/// Owned by the simulation's thread.
class Disk {
 public:
  struct Submitted {
    chat::ShardIndex shard = 0;
    std::unique_ptr<chat::Batch> batch;
  };
  struct Figures {
    std::uint64_t groups = 0;
    std::uint64_t records = 0;
    pacing::Duration busy{};  ///< so far
  };

  /// Requires: all outlive it.
  Disk(const DiskModel& model, NodeIndex node, chat::MessageLog& log, chat::Directory& directory,
       Agenda& agenda, std::uint64_t seed);

  void submit(chat::ShardIndex shard, std::unique_ptr<chat::Batch> batch, std::uint32_t life);
  /// The group is written: keeps it, and begins the next. Valid until the next call.
  std::vector<Submitted>& on_committed(std::uint32_t life);
  /// The node died: nothing of what waited is kept, and by chance the group that was written.
  void lose_power();
  /// Syncs take so many times longer from the next on.
  void slow_down(double by) { slowness_ = by; }

  Figures figures() const;

 private:
  void begin_group(std::uint32_t life);
  void keep_group();

  // Constant after construction
  const DiskModel& model_;
  const NodeIndex node_;
  chat::MessageLog& log_;
  chat::Directory& directory_;
  Agenda& agenda_;

  pacing::Random random_;
  double slowness_ = 1;
  std::vector<Submitted> waiting_;
  std::vector<Submitted> group_;  ///< is being written
  pacing::TimePoint group_began_{};
  std::vector<Submitted> written_;  ///< as last given
  Figures figures_;
};

}  // namespace throng::simulate
