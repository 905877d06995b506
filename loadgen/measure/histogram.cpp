#include "loadgen/measure/histogram.hpp"

#include <cmath>

namespace throng::measure {

Histogram::Block::Block(const Block& other)
    : low_(other.low_), high_(other.high_ ? std::make_unique<HighCounts>(*other.high_) : nullptr) {}

void Histogram::Block::carry(std::size_t slot, std::uint64_t count) {
  if (!high_) high_ = std::make_unique<HighCounts>();
  (*high_)[slot] += count;
}

Histogram::Histogram(const Histogram& other) : totals_(other.totals_) {
  for (std::size_t i = 0; i < kBlocks; ++i) {
    if (other.blocks_[i]) blocks_[i] = std::make_unique<Block>(*other.blocks_[i]);
  }
}

Histogram::Histogram(Histogram&& other) noexcept
    : totals_(std::exchange(other.totals_, {})), blocks_(std::move(other.blocks_)) {}

Histogram& Histogram::operator=(Histogram other) noexcept {
  std::swap(totals_, other.totals_);
  blocks_.swap(other.blocks_);
  return *this;
}

void Histogram::record_out_of_range(std::int64_t value_ns, std::uint64_t count) {
  if (value_ns < 0) return record(0, count);
  totals_.overflow += count;
  add(value_ns, slot_of(kHighestTrackable), count);
}

Histogram::Block& Histogram::add_block(std::size_t block) {
  blocks_[block] = std::make_unique<Block>();
  return *blocks_[block];
}

double Histogram::mean() const {
  return empty() ? 0.0 : static_cast<double>(totals_.sum) / static_cast<double>(totals_.count);
}

std::int64_t Histogram::value_at_percentile(double percentile) const {
  if (percentile <= 0.0 || empty()) return min();
  if (percentile >= 100.0) return max();

  // Lowered by a few units in the last place, so that rounding can't push an exact rank to the
  // next.
  constexpr double kRoundingGuard = 1.0 - 4 * std::numeric_limits<double>::epsilon();
  const double share = percentile / 100.0 * kRoundingGuard;
  const double product = std::ceil(share * static_cast<double>(totals_.count));
  const auto rank =
      std::clamp<std::uint64_t>(static_cast<std::uint64_t>(product), 1, totals_.count);
  if (rank > totals_.count - totals_.overflow) return max();
  return std::min(highest_in_slot(slot_at_rank(rank)), max());
}

std::size_t Histogram::slot_at_rank(std::uint64_t rank) const {
  std::uint64_t seen = 0;
  std::size_t slot = 0;
  for (std::size_t block = 0; block < kBlocks; ++block) {
    if (!blocks_[block]) continue;
    for (std::size_t i = 0; i < kBlockSlots && seen < rank; ++i) {
      seen += blocks_[block]->count(i);
      slot = (block << kBlockBits) + i;
    }
  }
  return slot;
}

std::uint64_t Histogram::count_at_or_below(std::int64_t value_ns) const {
  if (empty() || value_ns < totals_.min) return 0;
  if (value_ns >= totals_.max) return totals_.count;
  std::uint64_t below = 0;
  for_each_bucket([&](std::int64_t lowest, std::int64_t, std::uint64_t counted) {
    if (lowest <= value_ns) below += counted;
  });
  return std::min(below, totals_.count - totals_.overflow);
}

double Histogram::percentile_of(std::int64_t value_ns) const {
  if (empty()) return 100.0;
  return 100.0 * static_cast<double>(count_at_or_below(value_ns)) /
         static_cast<double>(totals_.count);
}

void Histogram::merge(const Histogram& other) {
  totals_.count += other.totals_.count;
  totals_.overflow += other.totals_.overflow;
  totals_.sum += other.totals_.sum;
  totals_.min = std::min(totals_.min, other.totals_.min);
  totals_.max = std::max(totals_.max, other.totals_.max);
  for (std::size_t block = 0; block < kBlocks; ++block) {
    if (!other.blocks_[block]) continue;
    Block& mine = blocks_[block] ? *blocks_[block] : add_block(block);
    for (std::size_t i = 0; i < kBlockSlots; ++i) mine.add(i, other.blocks_[block]->count(i));
  }
}

std::size_t Histogram::memory_bytes() const {
  std::size_t bytes = sizeof(Histogram);
  for (const auto& block : blocks_) {
    if (block) bytes += block->memory_bytes();
  }
  return bytes;
}

bool operator==(const Histogram& a, const Histogram& b) {
  if (a.totals_ != b.totals_) return false;
  for (std::size_t block = 0; block < Histogram::kBlocks; ++block) {
    const auto* left = a.blocks_[block].get();
    const auto* right = b.blocks_[block].get();
    if ((left == nullptr) != (right == nullptr)) return false;
    for (std::size_t i = 0; left != nullptr && i < Histogram::kBlockSlots; ++i) {
      if (left->count(i) != right->count(i)) return false;
    }
  }
  return true;
}

}  // namespace throng::measure
