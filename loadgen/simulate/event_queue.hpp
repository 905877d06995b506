#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "loadgen/pacing/clock.hpp"

namespace throng::simulate {

/// Something that is going to happen: when, and what. The queue gives no meaning to `what`.
struct Event {
  pacing::TimePoint due;
  std::uint64_t what = 0;
};
static_assert(sizeof(Event) == 16);

/// What is going to happen in a simulated world, the earliest first, equal times in the order in
/// which they were pushed: a ladder queue (Tang, Goh and Thng, "Ladder Queue: An O(1) Priority
/// Queue Structure for Large-Scale Discrete Event Simulation", ACM TOMACS 15(3), 2005). Pushing and
/// popping cost O(1) on average whatever the times' distribution, and both run through memory
/// forwards.
///
/// The far future lies unsorted in the top. Before anything of it is due it is spread over the
/// buckets of a rung; a bucket with much in it becomes a finer rung, and one with little is sorted
/// into the bottom, from where events leave.
///
/// It grows with what is pending, 16 bytes and the slack of its blocks an event. Owned by one
/// thread.
/// Invariant: everything in the bottom is due before everything in a rung, everything in a rung
/// before the current bucket of the rung above it, and all that before everything in the top.
class EventQueue {
 public:
  /// Requires: not due before what was popped last.
  void push(const Event& event) {
    ++size_;
    if (event.due >= top_from_) return push_top(event);
    push_below_top(event);
  }

  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }

  /// The next event. Requires: not empty.
  const Event& top() {
    if (bottom_at_ == bottom_.size()) refill_bottom();
    return bottom_[bottom_at_];
  }

  /// Takes it out. Requires: not empty.
  Event pop() {
    const Event next = top();
    ++bottom_at_;
    --size_;
    return next;
  }

 private:
  using BlockIndex = std::uint32_t;
  static constexpr BlockIndex kNoBlock = 0xFFFF'FFFF;
  /// What a bucket holds lies in a list of blocks, which are used again and again.
  struct Block {
    static constexpr std::uint32_t kEvents = 15;
    Event events[kEvents];
    std::uint32_t size;
    BlockIndex next;
  };
  struct Bucket {
    BlockIndex first = kNoBlock;
    BlockIndex last = kNoBlock;
    std::uint32_t size = 0;
  };
  struct Rung {
    pacing::TimePoint from;  ///< of its first bucket
    pacing::TimePoint until;
    pacing::Duration width;   ///< of each bucket
    std::size_t current = 0;  ///< the first bucket that isn't used up
    std::size_t in_use = 0;   ///< buckets
    std::vector<Bucket> buckets;

    pacing::TimePoint current_from() const {
      return current == in_use ? until : from + width * static_cast<long>(current);
    }
  };

  // A bucket with no more than this is sorted. What is pushed below all rungs is sorted into the
  // bottom, unless that holds as much as it may.
  static constexpr std::size_t kSortAtOnce = 48;
  static constexpr std::size_t kMostInBottom = 192;
  static constexpr std::size_t kMostUsedUp = 4 * kMostInBottom;
  static constexpr std::size_t kPerBucket = 8;
  /// Of a rung: so many last blocks stay in the cache while a rung is filled.
  static constexpr std::size_t kMostBuckets = 2'048;
  static constexpr std::size_t kMostRungs = 10;

  void push_top(const Event& event);
  void push_below_top(const Event& event);
  void push_bottom(const Event& event);
  void append(Bucket& bucket, const Event& event);
  /// Calls each(event) for all of the bucket, and empties it.
  template <class Each>
  void drain(Bucket& bucket, Each&& each);
  void refill_bottom();
  void lower_top();
  /// Takes the innermost rung's next bucket to the bottom, or to a finer rung; ends a rung that is
  /// used up.
  void lower_bucket();
  /// A finer rung below all others, over [from, until) and for so many events.
  Rung& add_rung(pacing::TimePoint from, pacing::TimePoint until, std::size_t events);
  void spread(Rung& rung, const Event& event);
  void spread_bottom();
  void sort_bottom();
  bool may_add_rung() const { return rungs_in_use_ < kMostRungs; }

  std::size_t size_ = 0;
  std::vector<Event> top_;
  pacing::TimePoint top_from_{};  ///< all in the top is due then or later
  pacing::TimePoint top_first_ = pacing::TimePoint::max();
  pacing::TimePoint top_last_{};
  std::vector<Rung> rungs_;  ///< from the coarsest on; those past rungs_in_use_ keep their memory
  std::size_t rungs_in_use_ = 0;
  std::vector<Event> bottom_;  ///< from bottom_at_ on, sorted
  std::size_t bottom_at_ = 0;
  std::vector<Block> blocks_;
  BlockIndex free_block_ = kNoBlock;
};

}  // namespace throng::simulate
