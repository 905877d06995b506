#include "loadgen/play/board_mirror.hpp"

namespace throng::play {

BoardMirror::BoardMirror(users::OnlineBoard& board, measure::UserNumber first, std::uint32_t users,
                         std::uint64_t all)
    : board_(board), first_(first), all_(all), told_(users, users::OnlineBoard::kOffline) {}

BoardChanges BoardMirror::changes() {
  BoardChanges changes;
  for (std::uint32_t own = 0; own < told_.size(); ++own) {
    const std::int64_t entry = board_.entry(first_ + own);
    if (entry == told_[own]) continue;
    told_[own] = entry;
    changes.push_back({first_ + own, entry});
  }
  return changes;
}

void BoardMirror::show(const BoardChanges& changes) {
  for (const auto& [user, entry] : changes) {
    const bool own = user >= first_ && user - first_ < told_.size();
    if (!own && user >= 1 && user <= all_) board_.set_entry(user, entry);
  }
}

}  // namespace throng::play
