#include "loadgen/measure/interval_set.hpp"

#include <algorithm>

namespace throng::measure {

bool IntervalSet::insert_apart(std::uint32_t number) {
  if (contains(number)) return false;
  if (number == prefix_ + 1) {
    ++prefix_;
    join_prefix();
    return true;
  }
  if (!beyond_) beyond_ = std::make_unique<Beyond>();
  auto& islands = beyond_->islands;
  const auto after = std::ranges::lower_bound(islands, number, {}, &Interval::first);
  const bool joins_after = after != islands.end() && after->first == number + 1;
  const bool joins_before = after != islands.begin() && std::prev(after)->last + 1 == number;
  if (joins_before && joins_after) {
    std::prev(after)->last = after->last;
    islands.erase(after);
  } else if (joins_before) {
    std::prev(after)->last = number;
  } else if (joins_after) {
    after->first = number;
  } else {
    islands.insert(after, Interval{number, number});
    if (islands.size() > kMaxIslands) give_up_lowest_hole();
  }
  return true;
}

std::uint64_t IntervalSet::insert_all(std::uint32_t first, std::uint32_t last) {
  std::uint64_t inserted = 0;
  for (const auto [hole_first, hole_last] : holes(last)) {
    const std::uint32_t from = std::max(first, hole_first);
    if (from > hole_last) continue;
    inserted += hole_last - from + 1;
    fill(from, hole_last);
  }
  return inserted;
}

// Of one hole: nothing of it is in the set.
void IntervalSet::fill(std::uint32_t first, std::uint32_t last) {
  if (first == prefix_ + 1) {
    prefix_ = last;
    return join_prefix();
  }
  insert_apart(first);
  if (first == last) return;
  if (first <= prefix_) return fill(first + 1, last);  // a hole below was given up
  auto& islands = beyond_->islands;
  const auto own = std::prev(std::ranges::upper_bound(islands, first, {}, &Interval::first));
  own->last = std::max(own->last, last);
  const auto after = std::next(own);
  if (after == islands.end() || after->first != own->last + 1) return;
  own->last = after->last;
  islands.erase(after);
}

bool IntervalSet::in_islands(std::uint32_t number) const {
  const auto& islands = beyond_->islands;
  const auto after = std::ranges::upper_bound(islands, number, {}, &Interval::first);
  return after != islands.begin() && number <= std::prev(after)->last;
}

void IntervalSet::join_prefix() {
  if (!beyond_) return;
  auto& islands = beyond_->islands;
  if (!islands.empty() && islands.front().first == prefix_ + 1) {
    prefix_ = islands.front().last;
    islands.erase(islands.begin());
  }
  if (islands.empty() && beyond_->abandoned == 0) beyond_.reset();
}

void IntervalSet::give_up_lowest_hole() {
  auto& islands = beyond_->islands;
  beyond_->abandoned += islands.front().first - prefix_ - 1;
  beyond_->certain_above = islands.front().first - 1;
  prefix_ = islands.front().last;
  islands.erase(islands.begin());
}

std::vector<IntervalSet::Interval> IntervalSet::holes(std::uint32_t limit) const {
  std::vector<Interval> found;
  std::uint32_t covered = prefix_;
  if (beyond_) {
    for (const Interval& island : beyond_->islands) {
      if (covered >= limit) break;
      found.push_back({covered + 1, std::min(island.first - 1, limit)});
      covered = island.last;
    }
  }
  if (covered < limit) found.push_back({covered + 1, limit});
  return found;
}

std::size_t IntervalSet::memory_bytes() const {
  if (!beyond_) return sizeof(*this);
  return sizeof(*this) + sizeof(Beyond) + beyond_->islands.capacity() * sizeof(Interval);
}

}  // namespace throng::measure
