#include "loadgen/pacing/timing_wheel.hpp"

#include <algorithm>
#include <bit>
#include <cassert>

namespace throng::pacing {
namespace {

bool is_empty(const TimerLink& head) { return head.next == &head; }
bool is_single(const TimerLink& head) { return head.next == head.prev; }

}  // namespace

TimerNode::~TimerNode() { assert(!armed()); }

TimingWheel::TimingWheel(TimePoint start) : position_(ticks_of(start)) {
  for (auto& head : slots_) head.prev = head.next = &head;
}

TimingWheel::~TimingWheel() {
  for (auto& head : slots_) {
    while (!is_empty(head)) unlink(node_of(*head.next));
  }
}

TimingWheel::Ticks TimingWheel::ticks_of(TimePoint time) {
  return static_cast<Ticks>(std::max<Duration::rep>(time.time_since_epoch().count(), 0));
}

TimePoint TimingWheel::time_of(Ticks ticks) {
  return TimePoint{Duration{static_cast<Duration::rep>(ticks)}};
}

void TimingWheel::arm(TimerNode& node, TimePoint due) {
  cancel(node);
  node.due_ = due;
  place(node);
  ++size_;
}

void TimingWheel::cancel(TimerNode& node) {
  if (!node.armed()) return;
  unlink(node);
  --size_;
}

void TimingWheel::place(TimerNode& node) {
  const Ticks due = std::max(ticks_of(node.due_), position_);
  const int level = kLevelOfBit[std::bit_width((due ^ position_) | 1) - 1];
  const Ticks digit = (due >> kShift[level]) & ((Ticks{1} << kBits[level]) - 1);
  const std::size_t slot = kFirstSlot[level] + digit;
  TimerLink& head = slots_[slot];
  node.prev = head.prev;
  node.next = &head;
  head.prev->next = &node;
  head.prev = &node;
  occupied_[slot / 64] |= std::uint64_t{1} << slot % 64;
}

void TimingWheel::unlink(TimerNode& node) {
  if (node.prev == node.next) {
    // The last of its list: what it is linked to is the slot's head.
    const auto slot = static_cast<std::size_t>(node.next - slots_.data());
    occupied_[slot / 64] &= ~(std::uint64_t{1} << slot % 64);
  }
  node.prev->next = node.next;
  node.next->prev = node.prev;
  node.prev = node.next = nullptr;
}

TimingWheel::Earliest TimingWheel::earliest() const {
  const auto word = std::ranges::find_if(occupied_, [](std::uint64_t bits) { return bits != 0; });
  const auto index = static_cast<std::size_t>(word - occupied_.begin());
  const std::size_t slot = index * 64 + static_cast<std::size_t>(std::countr_zero(*word));
  int level = 0;
  while (kFirstSlot[level + 1] <= slot) ++level;
  const Ticks prefix = position_ >> kShift[level + 1] << kShift[level + 1];
  return {level, slot, prefix | (slot - kFirstSlot[level]) << kShift[level]};
}

TimerNode* TimingWheel::pop_due(Ticks now) {
  while (size_ > 0) {
    const auto [level, slot, start] = earliest();
    if (start > std::max(now, position_)) break;
    TimerNode& first = node_of(*slots_[slot].next);
    // Alone in its slot, it needs no cascade to be known as the earliest.
    const bool alone = is_single(slots_[slot]) && ticks_of(first.due_) <= now;
    if (level == 0 || alone) {
      position_ = std::max(start, alone ? ticks_of(first.due_) : 0);
      cancel(first);
      return &first;
    }
    position_ = start;
    cascade(slot);
  }
  position_ = std::max(position_, now);
  return nullptr;
}

void TimingWheel::cascade(std::size_t slot) {
  TimerLink& head = slots_[slot];
  while (!is_empty(head)) {
    TimerNode& node = node_of(*head.next);
    unlink(node);
    place(node);
  }
}

std::optional<TimePoint> TimingWheel::next_due() const {
  if (size_ == 0) return std::nullopt;
  const auto [level, slot, start] = earliest();
  if (level == 0) return time_of(start);
  constexpr int kMostLookedAt = 16;
  int looked_at = 0;
  Ticks due = ticks_of(TimePoint::max());
  const TimerLink& head = slots_[slot];
  for (const TimerLink* link = head.next; link != &head; link = link->next) {
    if (++looked_at > kMostLookedAt) return time_of(start);
    due = std::min(due, ticks_of(static_cast<const TimerNode*>(link)->due_));
  }
  return time_of(due);
}

}  // namespace throng::pacing
