#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <utility>

namespace cereal {
class access;
}

namespace throng::measure {

// A log-linear histogram of durations in nanoseconds, laid out as HdrHistogram lays out three
// significant digits: slots of one nanosecond up to 2,047 ns, then 1,024 slots for each doubling. A
// slot is therefore narrower than 1/1,024 of the values in it, and a percentile exceeds the true
// one by at most a thousandth. What needs no slots is exact: count, sum, mean, min and max.
//
// Memory: slots live in blocks of 1,024, one block a doubling (4 kB), and a block exists from the
// first value in it on. An empty histogram is 320 bytes; latencies from 50 us to 100 ms take 50 kB.
// Slots are 32 bits wide, which halves the cache lines that recording touches; a slot that passes
// 2^32 carries into a wide array of its block, so counts are exact up to 2^63 all the same.
//
// One thread owns a histogram. Histograms of several threads are combined by merge(), which loses
// nothing.
class Histogram {
 public:
  __extension__ using Sum = unsigned __int128;

  // 73 minutes. Longer values are counted in the highest slot and in overflow(); sum and max stay
  // exact.
  static constexpr std::int64_t kHighestTrackable = (std::int64_t{1} << 42) - 1;
  static constexpr int kSignificantDigits = 3;

  Histogram() = default;
  Histogram(const Histogram& other);
  Histogram(Histogram&& other) noexcept;
  Histogram& operator=(Histogram other) noexcept;
  ~Histogram() = default;

  // Counts a value, `count` times. Negative values are taken as 0: a clock can't have run
  // backwards.
  void record(std::int64_t value_ns) { record(value_ns, 1); }
  void record(std::int64_t value_ns, std::uint64_t count);

  std::uint64_t count() const { return totals_.count; }
  // How many of the values were above kHighestTrackable.
  std::uint64_t overflow() const { return totals_.overflow; }
  Sum sum() const { return totals_.sum; }

  // All are 0 when the histogram is empty.
  std::int64_t min() const { return empty() ? 0 : totals_.min; }
  std::int64_t max() const { return totals_.max; }
  double mean() const;
  bool empty() const { return totals_.count == 0; }

  // The smallest value that at least `percentile` % of the values do not exceed, rounded up to the
  // end of its slot but never above max(). 0 gives min(), 100 gives max(), both exact; an empty
  // histogram gives 0. Among values that overflowed the answer is max(): never less than what was
  // measured. Costs a pass over the touched blocks.
  std::int64_t value_at_percentile(double percentile) const;

  // How many values are at most `value_ns`, to the resolution of a slot: the values that share its
  // slot are included.
  std::uint64_t count_at_or_below(std::int64_t value_ns) const;
  // The same in per cent of count(); 100 when the histogram is empty.
  double percentile_of(std::int64_t value_ns) const;

  // Adds everything `other` has counted. The order and grouping of merges make no difference.
  void merge(const Histogram& other);

  // Forgets all values and frees the blocks.
  void reset() { *this = Histogram(); }

  // Calls fn(lowest_ns, highest_ns, count) for each slot that has counts, in ascending order.
  template <typename Fn>
  void for_each_bucket(Fn&& fn) const;

  std::size_t memory_bytes() const;

  // The values are indistinguishable: the same counts in every slot, the same sum, min, max and
  // overflow.
  friend bool operator==(const Histogram& a, const Histogram& b);

  // The slot a value is counted in, numbered as in HdrHistogram's array of counts, which is what
  // its encoding lists. Requires: value_ns <= kHighestTrackable.
  static constexpr std::size_t slot_of(std::uint64_t value_ns);

 private:
  friend class cereal::access;

  static constexpr int kBlockBits = 10;
  static constexpr std::size_t kBlockSlots = std::size_t{1} << kBlockBits;
  static constexpr std::uint64_t kExactBelow = 2 * kBlockSlots;
  static constexpr std::size_t kBlocks = 33;

  static constexpr std::int64_t lowest_in_slot(std::size_t slot);
  static constexpr std::int64_t highest_in_slot(std::size_t slot);

  class Block {
   public:
    Block() = default;
    Block(const Block& other);
    Block& operator=(const Block&) = delete;

    void add(std::size_t slot, std::uint64_t count);
    std::uint64_t count(std::size_t slot) const {
      return low_[slot] + (high_ ? (*high_)[slot] : 0);
    }
    std::size_t memory_bytes() const { return sizeof(Block) + (high_ ? sizeof(HighCounts) : 0); }

   private:
    friend class cereal::access;
    using HighCounts = std::array<std::uint64_t, kBlockSlots>;

    template <typename Archive>
    void serialize(Archive& archive) {
      archive(low_, high_);
    }

    void carry(std::size_t slot, std::uint64_t count);

    std::array<std::uint32_t, kBlockSlots> low_{};
    // Multiples of 2^32, once a slot has passed that.
    std::unique_ptr<HighCounts> high_;
  };

  struct Totals {
    std::uint64_t count = 0;
    std::uint64_t overflow = 0;
    Sum sum = 0;
    std::int64_t min = std::numeric_limits<std::int64_t>::max();
    std::int64_t max = 0;

    bool operator==(const Totals&) const = default;

    template <typename Archive>
    void serialize(Archive& archive) {
      auto low = static_cast<std::uint64_t>(sum);
      auto high = static_cast<std::uint64_t>(sum >> 64);
      archive(count, overflow, low, high, min, max);
      sum = (Sum{high} << 64) | low;
    }
  };

  template <typename Archive>
  void serialize(Archive& archive) {
    archive(totals_, blocks_);
  }

  void record_out_of_range(std::int64_t value_ns, std::uint64_t count);
  // Counts a value in a slot that is given. Requires: value_ns >= 0.
  void add(std::int64_t value_ns, std::size_t slot, std::uint64_t count);
  Block& add_block(std::size_t block);
  // The slot of the value that has `rank` - 1 values below it. Requires: 1 <= rank <= count().
  std::size_t slot_at_rank(std::uint64_t rank) const;

  Totals totals_;
  // A block is there exactly if one of its slots has counts.
  std::array<std::unique_ptr<Block>, kBlocks> blocks_;
};

// The doubling a value is in gives the shift that leaves 11 significant bits; the first of those
// bits is always set beyond the first doubling, which is what moves the slot number on to the next
// block.
constexpr std::size_t Histogram::slot_of(std::uint64_t value_ns) {
  constexpr int kLeadingZerosUnshifted = std::countl_zero(kExactBelow - 1);
  const auto shift = static_cast<unsigned>(kLeadingZerosUnshifted -
                                           std::countl_zero(value_ns | (kExactBelow - 1)));
  return (std::size_t{shift} << kBlockBits) + (value_ns >> shift);
}

constexpr std::int64_t Histogram::lowest_in_slot(std::size_t slot) {
  if (slot < kExactBelow) return static_cast<std::int64_t>(slot);
  const std::size_t shift = (slot >> kBlockBits) - 1;
  return static_cast<std::int64_t>((slot - (shift << kBlockBits)) << shift);
}

constexpr std::int64_t Histogram::highest_in_slot(std::size_t slot) {
  return lowest_in_slot(slot + 1) - 1;
}

inline void Histogram::Block::add(std::size_t slot, std::uint64_t count) {
  const std::uint64_t sum = low_[slot] + count;
  low_[slot] = static_cast<std::uint32_t>(sum);
  if (sum > std::numeric_limits<std::uint32_t>::max()) [[unlikely]] {
    carry(slot, sum - low_[slot]);
  }
}

inline void Histogram::record(std::int64_t value_ns, std::uint64_t count) {
  if (count == 0) return;
  // As an unsigned number a negative value is out of range too: one comparison finds both.
  if (static_cast<std::uint64_t>(value_ns) > kHighestTrackable) [[unlikely]] {
    record_out_of_range(value_ns, count);
  } else {
    add(value_ns, slot_of(static_cast<std::uint64_t>(value_ns)), count);
  }
}

inline void Histogram::add(std::int64_t value_ns, std::size_t slot, std::uint64_t count) {
  totals_.count += count;
  totals_.sum += static_cast<Sum>(static_cast<std::uint64_t>(value_ns)) * count;
  if (value_ns < totals_.min) [[unlikely]] {
    totals_.min = value_ns;
  }
  if (value_ns > totals_.max) [[unlikely]] {
    totals_.max = value_ns;
  }

  Block* block = blocks_[slot >> kBlockBits].get();
  if (block == nullptr) [[unlikely]] {
    block = &add_block(slot >> kBlockBits);
  }
  block->add(slot & (kBlockSlots - 1), count);
}

template <typename Fn>
void Histogram::for_each_bucket(Fn&& fn) const {
  for (std::size_t block = 0; block < kBlocks; ++block) {
    if (!blocks_[block]) continue;
    for (std::size_t i = 0; i < kBlockSlots; ++i) {
      const std::uint64_t counted = blocks_[block]->count(i);
      const std::size_t slot = (block << kBlockBits) + i;
      if (counted != 0) fn(lowest_in_slot(slot), highest_in_slot(slot), counted);
    }
  }
}

}  // namespace throng::measure
