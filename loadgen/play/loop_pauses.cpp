#include "loadgen/play/loop_pauses.hpp"

namespace throng::play {
namespace {

constexpr pacing::Duration kMoment = std::chrono::milliseconds(1);

std::uint64_t microseconds(pacing::Duration time) {
  return static_cast<std::uint64_t>(std::chrono::ceil<std::chrono::microseconds>(time).count());
}

}  // namespace

void LoopPauses::record_turn(pacing::Duration took, pacing::Duration waited) {
  for (; took > kMoment; took -= kMoment) turns.record(took.count(), microseconds(kMoment));
  turns.record(took.count(), microseconds(took));
  turns.record(0, microseconds(waited));
}

void LoopPauses::merge(const LoopPauses& other) {
  turns.merge(other.turns);
  collections.merge(other.collections);
}

}  // namespace throng::play
