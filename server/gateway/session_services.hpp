#pragma once

#include <chrono>
#include <deque>
#include <string>
#include <vector>

#include "protocol/codec.hpp"
#include "protocol/token.hpp"
#include "server/chat/directory.hpp"
#include "server/chat/epochs.hpp"
#include "server/chat/presence.hpp"
#include "server/chat/rules.hpp"
#include "server/cluster/mail.hpp"
#include "server/cluster/registry.hpp"
#include "server/gateway/budgets.hpp"
#include "server/gateway/limits.hpp"
#include "server/gateway/slot_table.hpp"
#include "server/metrics/metrics.hpp"

namespace throng::journal {
class Journal;
}

namespace throng::gateway {

class Session;

using SteadyTime = std::chrono::steady_clock::time_point;

/// Buffers that sessions borrow while they have something to send and give back when it is sent,
/// so that an idle session holds none.
class BufferPool {
 public:
  std::string borrow();
  void give_back(std::string&& buffer);

 private:
  static constexpr std::size_t kMaxBuffers = 256;
  static constexpr std::size_t kMaxKeptBytes = 64 * 1024;
  std::vector<std::string> free_;
};

/// What a shard offers to the sessions that live on it, however they reach their clients: no
/// sockets, no loop, no clock. Owned by the shard; used by its thread only.
struct SessionServices {
  /// What all sessions of the shard need and nobody changes; all of it outlives them.
  struct Parts {
    chat::ShardIndex shard;
    chat::Placement placement;
    const protocol::TokenKey& tokens;
    chat::Directory& directory;
    const chat::Epochs& epochs;
    const Limits& limits;
    journal::Journal* journal;  ///< null when nobody wants the events
    cluster::PostOffice& office;
    chat::Rules& rules;
    chat::Presence& presence;
    metrics::ShardMetrics& metrics;
  };

  explicit SessionServices(const Parts& parts);
  ~SessionServices();
  SessionServices(const SessionServices&) = delete;
  SessionServices& operator=(const SessionServices&) = delete;

  /// Has the session flushed when Limits::receipt_delay is over.
  void flush_later(const chat::ClientRef& session);
  /// Puts the sessions whose time has come among the unflushed.
  void plan_due_flushes();
  /// Has what gathered in this turn written.
  void flush_sessions();
  /// Destroys the sessions that ended in this turn.
  void let_sessions_depart();
  /// How long receipts gather now on their way to the disk.
  std::chrono::milliseconds receipt_delay() const {
    return receipt_patience * limits.receipt_delay;
  }
  /// How long the next client that is told to leave is to stay away.
  std::chrono::milliseconds next_time_away();

  // Constant after construction
  const chat::ShardIndex shard;
  const chat::Placement placement;
  const protocol::TokenKey& tokens;
  chat::Directory& directory;
  const chat::Epochs& epochs;
  const Limits& limits;
  journal::Journal* const journal;
  cluster::PostOffice& office;
  chat::Rules& rules;
  chat::Presence& presence;
  metrics::ShardMetrics& metrics;

  // Owned by the shard thread
  protocol::Decoder decoder;
  BufferPool buffers;
  UserBudgets users;  ///< sessions give theirs back when they go
  SlotTable<Session> sessions;
  cluster::Registry registry;
  std::vector<cluster::Slot> unflushed;  ///< sessions with something to send
  struct LaterFlush {
    SteadyTime due;
    std::uint32_t slot;
    std::uint32_t generation;
  };
  std::deque<LaterFlush> later;      ///< in the order in which they are due
  std::vector<cluster::Slot> ended;  ///< sessions that depart when the turn ends
  std::uint64_t told_to_leave = 0;
  int receipt_patience = 1;  ///< of cluster::receipt_patience() under the shard's load
  bool busy = false;         ///< there is so much to do that what goes to many may gather

  /// When this turn of the loop began.
  SteadyTime now{};
  chat::TimeMs wall_ms = 0;
};

}  // namespace throng::gateway
