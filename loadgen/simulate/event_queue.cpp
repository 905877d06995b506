#include "loadgen/simulate/event_queue.hpp"

#include <algorithm>
#include <utility>

namespace throng::simulate {
namespace {

using pacing::Duration;
using pacing::TimePoint;

bool is_earlier(const Event& a, const Event& b) { return a.due < b.due; }

/// Stable, and without memory of its own. Few events are far from where they belong.
void insertion_sort(std::vector<Event>& events) {
  for (std::size_t i = 1; i < events.size(); ++i) {
    const Event event = events[i];
    std::size_t at = i;
    for (; at > 0 && is_earlier(event, events[at - 1]); --at) events[at] = events[at - 1];
    events[at] = event;
  }
}

}  // namespace

void EventQueue::push_top(const Event& event) {
  top_first_ = std::min(top_first_, event.due);
  top_last_ = std::max(top_last_, event.due);
  top_.push_back(event);
}

void EventQueue::push_below_top(const Event& event) {
  for (std::size_t i = 0; i < rungs_in_use_; ++i) {
    if (event.due >= rungs_[i].current_from()) return spread(rungs_[i], event);
  }
  push_bottom(event);
}

void EventQueue::push_bottom(const Event& event) {
  if (bottom_at_ > kMostUsedUp) {
    bottom_.erase(bottom_.begin(), bottom_.begin() + static_cast<std::ptrdiff_t>(bottom_at_));
    bottom_at_ = 0;
  }
  const auto at = std::upper_bound(bottom_.begin() + static_cast<std::ptrdiff_t>(bottom_at_),
                                   bottom_.end(), event, is_earlier);
  bottom_.insert(at, event);
  if (bottom_.size() - bottom_at_ > kMostInBottom) spread_bottom();
}

void EventQueue::append(Bucket& bucket, const Event& event) {
  if (bucket.last == kNoBlock || blocks_[bucket.last].size == Block::kEvents) {
    BlockIndex block = free_block_;
    if (block == kNoBlock) {
      block = static_cast<BlockIndex>(blocks_.size());
      blocks_.emplace_back();
    } else {
      free_block_ = blocks_[block].next;
    }
    blocks_[block].size = 0;
    blocks_[block].next = kNoBlock;
    (bucket.last == kNoBlock ? bucket.first : blocks_[bucket.last].next) = block;
    bucket.last = block;
  }
  Block& last = blocks_[bucket.last];
  last.events[last.size++] = event;
  ++bucket.size;
}

template <class Each>
void EventQueue::drain(Bucket& bucket, Each&& each) {
  for (BlockIndex block = bucket.first; block != kNoBlock;) {
    // Appending elsewhere may move the blocks, but never takes one that is in use.
    for (std::uint32_t i = 0; i < blocks_[block].size; ++i) each(Event(blocks_[block].events[i]));
    const BlockIndex next = blocks_[block].next;
    blocks_[block].next = free_block_;
    free_block_ = block;
    block = next;
  }
  bucket = {};
}

void EventQueue::refill_bottom() {
  bottom_.clear();
  bottom_at_ = 0;
  while (bottom_.empty()) {
    if (rungs_in_use_ > 0) {
      lower_bucket();
    } else {
      lower_top();
    }
  }
}

void EventQueue::lower_top() {
  if (top_.size() <= kSortAtOnce || top_first_ == top_last_) {
    bottom_.swap(top_);
    sort_bottom();
  } else {
    Rung& rung = add_rung(top_first_, top_last_ + Duration(1), top_.size());
    for (const Event& event : top_) spread(rung, event);
  }
  top_.clear();
  top_from_ = rungs_in_use_ > 0 ? rungs_[0].until : top_last_ + Duration(1);
  top_first_ = TimePoint::max();
}

void EventQueue::lower_bucket() {
  Rung& rung = rungs_[rungs_in_use_ - 1];
  while (rung.current < rung.in_use && rung.buckets[rung.current].size == 0) ++rung.current;
  if (rung.current == rung.in_use) {
    --rungs_in_use_;
    return;
  }
  Bucket& bucket = rung.buckets[rung.current];
  const TimePoint from = rung.current_from();
  ++rung.current;
  if (bucket.size <= kSortAtOnce || rung.width == Duration(1) || !may_add_rung()) {
    drain(bucket, [this](const Event& event) { bottom_.push_back(event); });
    return sort_bottom();
  }
  Bucket taken = std::exchange(bucket, {});
  Rung& finer = add_rung(from, rung.current_from(), taken.size);  // may move the rungs
  drain(taken, [&](const Event& event) { spread(finer, event); });
}

EventQueue::Rung& EventQueue::add_rung(TimePoint from, TimePoint until, std::size_t events) {
  if (rungs_in_use_ == rungs_.size()) rungs_.emplace_back();
  Rung& rung = rungs_[rungs_in_use_++];
  const auto span = static_cast<std::size_t>((until - from).count());
  const std::size_t buckets =
      std::clamp<std::size_t>(events / kPerBucket, 1, std::min<std::size_t>(span, kMostBuckets));
  rung.from = from;
  rung.until = until;
  rung.width = Duration(static_cast<Duration::rep>((span + buckets - 1) / buckets));
  rung.current = 0;
  rung.in_use = (span + static_cast<std::size_t>(rung.width.count()) - 1) /
                static_cast<std::size_t>(rung.width.count());
  if (rung.buckets.size() < rung.in_use) rung.buckets.resize(rung.in_use);
  return rung;
}

void EventQueue::spread(Rung& rung, const Event& event) {
  append(rung.buckets[static_cast<std::size_t>((event.due - rung.from) / rung.width)], event);
}

void EventQueue::spread_bottom() {
  const TimePoint from = bottom_[bottom_at_].due;
  if (from == bottom_.back().due || !may_add_rung()) return;
  // What is pushed next may lie anywhere below the rungs or the top that are there.
  const TimePoint until = rungs_in_use_ > 0 ? rungs_[rungs_in_use_ - 1].current_from() : top_from_;
  Rung& rung = add_rung(from, until, bottom_.size() - bottom_at_);
  for (; bottom_at_ < bottom_.size(); ++bottom_at_) spread(rung, bottom_[bottom_at_]);
}

void EventQueue::sort_bottom() {
  if (bottom_.size() <= kSortAtOnce) return insertion_sort(bottom_);
  std::stable_sort(bottom_.begin(), bottom_.end(), is_earlier);
}

}  // namespace throng::simulate
