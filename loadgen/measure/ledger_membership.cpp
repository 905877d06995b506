// What a seat isn't due: what was said while its user was out of the chat, and what was removed.

#include <algorithm>

#include "loadgen/measure/ledger.hpp"
#include "loadgen/measure/ledger_state.hpp"

namespace throng::measure {

void LedgerShard::on_trimmed(Seat seat, Seq first) {
  if (first <= 1 || !possible(seat, first)) return;
  counted_.trimmed += forgo(seat, 1, static_cast<std::uint32_t>(first) - 1);
}

// It is told in its place: of what was said before nothing is on its way any more.
void LedgerShard::on_left(Seat seat, Seq last) {
  if (last != 0 && !possible(seat, last)) return;
  SeatState& own = state(seat);
  if (last < own.life_high) {
    count(&LedgerReport::misdelivered, "left before what had come already", seat, last);
  }
  SeatOddities& odd = own.oddities();
  odd.left_after = static_cast<std::uint32_t>(last);
  odd.out = true;
}

void LedgerShard::on_found_out(Seat seat) { on_left(seat, state(seat).seen.highest()); }

void LedgerShard::on_joined(Seat seat, Seq last) {
  if (last != 0 && !possible(seat, last)) return;
  SeatState& own = state(seat);
  SeatOddities& odd = own.oddities();
  odd.missed_after = odd.out ? odd.left_after : own.seen.highest();
  odd.missed_through = static_cast<std::uint32_t>(last);
  odd.out = false;
  odd.undue += forgo(seat, odd.missed_after + 1, odd.missed_through);
}

std::uint64_t LedgerShard::forgo(Seat seat, std::uint32_t first, std::uint32_t last) {
  SeatState& own = state(seat);
  const std::uint64_t places = own.seen.insert_all(first, last);
  if (places == 0) return 0;
  own.summed = false;
  own.life_high = std::max(own.life_high, last);
  seen_.store(seen_.load(std::memory_order_relaxed) + places, std::memory_order_relaxed);
  return places;
}

}  // namespace throng::measure
