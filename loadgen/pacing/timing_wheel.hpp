#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "loadgen/pacing/clock.hpp"

namespace throng::pacing {

/// A place in one of the wheel's lists.
struct TimerLink {
  TimerLink* prev = nullptr;
  TimerLink* next = nullptr;
};

/// One timer, to be embedded in (or inherited by) whatever waits. Stays where it is while it is
/// armed, and must not be destroyed then.
class TimerNode : private TimerLink {
 public:
  TimerNode() = default;
  TimerNode(const TimerNode&) = delete;
  TimerNode& operator=(const TimerNode&) = delete;
  ~TimerNode();

  bool armed() const { return next != nullptr; }
  /// As asked for when it was armed last.
  TimePoint due() const { return due_; }

 private:
  friend class TimingWheel;

  TimePoint due_{};
};

/// The timers of one worker: hundreds of thousands of users who wait. A hierarchical timing wheel
/// (Varghese and Lauck, "Hashed and Hierarchical Timing Wheels", SOSP 1987, scheme 7) that goes
/// down to single nanoseconds, so that nothing is rounded: a timer fires in the first advance() to
/// its due time or past it, never before. Timers fire in the order of their due times, equal ones
/// in the order of arming; one armed for a time already passed counts as due now.
///
/// arm and cancel are O(1) and allocate nothing. A timer moves down a level at most eight times
/// before it fires. The wheel knows no clock: time comes in through advance().
///
/// Owned by the worker's thread. Invariant: a timer on level k agrees with the position in all
/// digits above k, and is ahead of it in digit k (on level 0, not behind).
class TimingWheel {
 public:
  explicit TimingWheel(TimePoint start = TimePoint{});
  TimingWheel(const TimingWheel&) = delete;
  TimingWheel& operator=(const TimingWheel&) = delete;
  /// Disarms what is still armed.
  ~TimingWheel();

  /// A timer that is armed already moves to the new time.
  void arm(TimerNode& node, TimePoint due);
  /// A timer that isn't armed is left alone. Requires: armed in no other wheel.
  void cancel(TimerNode& node);

  /// Fires all timers that are due by `now`, each disarmed before `fire(TimerNode&)` is called.
  /// `fire` may arm and cancel any timer, the fired one too; what it arms for `now` or earlier
  /// still fires in this call, so it must not go on arming timers for the past. A `now` before
  /// the last one fires nothing but what was armed for the past.
  /// Requires: not called from within `fire`.
  template <class Fire>
  void advance(TimePoint now, Fire&& fire) {
    while (TimerNode* node = pop_due(ticks_of(now))) fire(*node);
  }

  /// When advance() is to be called next: nullopt with no timer armed, else not after the earliest
  /// due time. Exact unless the earliest timers crowd in one slot; then it may be the slot's
  /// beginning, and advancing to that spreads them. Never before the last advance().
  std::optional<TimePoint> next_due() const;

  std::size_t size() const { return size_; }

 private:
  using Ticks = std::uint64_t;  // nanoseconds since the epoch of RunClock

  // A time's digits, lowest first. Level 4 is the wide one: it holds think times of up to two
  // minutes in slots of 134 ms, so that no cascade moves more timers than fall due in 134 ms.
  static constexpr int kLevels = 9;
  static constexpr std::array<int, kLevels> kBits{6, 7, 7, 7, 10, 7, 7, 6, 6};
  static constexpr std::array<int, kLevels + 1> kShift = [] {
    std::array<int, kLevels + 1> shift{};
    for (int level = 0; level < kLevels; ++level) shift[level + 1] = shift[level] + kBits[level];
    return shift;
  }();
  static_assert(kShift[kLevels] == 63, "the digits cover every non-negative time");

  // Each level's slots begin at a multiple of 64, so that a word of `occupied_` is one level's.
  static constexpr std::array<std::size_t, kLevels + 1> kFirstSlot = [] {
    std::array<std::size_t, kLevels + 1> first{};
    for (int level = 0; level < kLevels; ++level) {
      first[level + 1] = first[level] + (std::size_t{1} << kBits[level]);
    }
    return first;
  }();
  static constexpr std::size_t kSlots = kFirstSlot[kLevels];

  static constexpr std::array<std::uint8_t, 64> kLevelOfBit = [] {
    std::array<std::uint8_t, 64> level_of_bit{};
    for (std::uint8_t level = 0; level < kLevels; ++level) {
      for (int bit = kShift[level]; bit < kShift[level + 1]; ++bit) level_of_bit[bit] = level;
    }
    return level_of_bit;
  }();

  struct Earliest {
    int level;
    std::size_t slot;
    Ticks start;
  };

  static Ticks ticks_of(TimePoint time);
  static TimePoint time_of(Ticks ticks);
  static TimerNode& node_of(TimerLink& link) { return static_cast<TimerNode&>(link); }

  void place(TimerNode& node);
  void unlink(TimerNode& node);
  void cascade(std::size_t slot);
  // The slot that holds the earliest timers. Requires: size_ > 0.
  Earliest earliest() const;
  // Takes out the earliest timer if it is due by `now`; else moves the position to `now`.
  TimerNode* pop_due(Ticks now);

  Ticks position_;
  std::size_t size_ = 0;
  std::array<TimerLink, kSlots> slots_;  // each the head of a circular list
  std::array<std::uint64_t, kSlots / 64> occupied_{};
};

static_assert(sizeof(TimingWheel) <= 32 * 1024);

}  // namespace throng::pacing
