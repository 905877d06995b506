#pragma once

#include <algorithm>
#include <cstdint>

#include "loadgen/pacing/clock.hpp"
#include "loadgen/simulate/event_queue.hpp"

namespace throng::simulate {

/// What can happen in a simulated world.
enum class Happening : std::uint8_t {
  kPacketAtNode,
  kPacketAtClient,
  kShardDone,  ///< with the letter that it served
  kShardTick,  ///< what may wait has waited
  kCommitted,  ///< a group of a node's
  kSecond,     ///< of a node's own
  kFaultBegins,
  kFaultEnds,
  kMailAtNode,  ///< from another one
};

/// What is going to happen, on the one time line of a simulation. Owned by its thread.
class Agenda {
 public:
  struct Entry {
    Happening what;
    std::uint32_t life;   ///< of the node that this is about; see Node
    std::uint32_t about;  ///< a packet, a shard, a node, a letter or a fault
  };

  explicit Agenda(pacing::VirtualClock& clock) : clock_(clock) {}

  pacing::TimePoint now() const { return clock_.now(); }

  /// `life` is counted in 24 bits. A time that has passed counts as now.
  void plan(pacing::TimePoint due, Happening what, std::uint32_t about, std::uint32_t life = 0) {
    const auto kind = static_cast<std::uint64_t>(what);
    queue_.push({std::max(due, now()), kind << 56 | std::uint64_t{life & kLifeMask} << 32 | about});
  }
  static bool is_life(const Entry& entry, std::uint32_t life) {
    return entry.life == (life & kLifeMask);
  }

  pacing::TimePoint next_due() {
    return queue_.empty() ? pacing::TimePoint::max() : queue_.top().due;
  }
  /// Moves the clock to the next entry and takes it out. Requires: there is one.
  Entry take();

  std::uint64_t taken() const { return taken_; }
  /// Of all that happened so far, and when.
  std::uint64_t trace_hash() const { return trace_hash_; }

 private:
  static constexpr std::uint32_t kLifeMask = 0xFF'FFFF;

  pacing::VirtualClock& clock_;
  EventQueue queue_;
  std::uint64_t taken_ = 0;
  std::uint64_t trace_hash_ = 0;
};

}  // namespace throng::simulate
