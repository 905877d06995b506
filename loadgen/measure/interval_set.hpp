#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace cereal {
class access;
}

namespace throng::measure {

/// A set of numbers from 1 that nearly always is 1..n: what has arrived of a dense sequence. Then
/// it takes 16 bytes; what lies beyond a hole is kept as islands, at most kMaxIslands of them. When
/// there would be more, the lowest hole is given up: its numbers count as in the set from then on,
/// and `abandoned()` says how many there were. Owned by one thread.
class IntervalSet {
 public:
  static constexpr std::size_t kMaxIslands = 512;

  struct Interval {
    std::uint32_t first;
    std::uint32_t last;

    template <class Archive>
    void serialize(Archive& archive) {
      archive(first, last);
    }
  };

  /// False if it was there already. Requires: number >= 1.
  bool insert(std::uint32_t number) {
    if (number == prefix_ + 1 && !beyond_) [[likely]] {
      ++prefix_;
      return true;
    }
    return insert_apart(number);
  }
  /// The same for all of first..last; how many of them weren't there. Requires: 1 <= first.
  std::uint64_t insert_all(std::uint32_t first, std::uint32_t last);
  bool contains(std::uint32_t number) const {
    return number <= prefix_ || (beyond_ && in_islands(number));
  }
  /// Everything from 1 to this is in the set.
  std::uint32_t prefix() const { return prefix_; }
  bool has_holes() const { return beyond_ && !beyond_->islands.empty(); }
  std::uint32_t highest() const { return has_holes() ? beyond_->islands.back().last : prefix_; }

  /// Numbers that were never inserted and are held to be in the set all the same.
  std::uint64_t abandoned() const { return beyond_ ? beyond_->abandoned : 0; }
  /// Below this, membership isn't known for sure; 0: all of it is.
  std::uint32_t certain_above() const { return beyond_ ? beyond_->certain_above : 0; }

  /// The holes in 1..limit, in rising order.
  std::vector<Interval> holes(std::uint32_t limit) const;

  std::size_t memory_bytes() const;

 private:
  friend class cereal::access;

  struct Beyond {
    std::vector<Interval> islands;  ///< rising, disjoint, never adjacent, all above prefix_ + 1
    std::uint64_t abandoned = 0;
    std::uint32_t certain_above = 0;

    template <class Archive>
    void serialize(Archive& archive) {
      archive(islands, abandoned, certain_above);
    }
  };

  template <class Archive>
  void serialize(Archive& archive) {
    archive(prefix_, beyond_);
  }

  bool insert_apart(std::uint32_t number);
  void fill(std::uint32_t first, std::uint32_t last);
  bool in_islands(std::uint32_t number) const;
  void join_prefix();
  void give_up_lowest_hole();

  std::uint32_t prefix_ = 0;
  std::unique_ptr<Beyond> beyond_;  ///< null for those that never had a hole
};

}  // namespace throng::measure
