#include "loadgen/measure/ledger.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

#include "loadgen/measure/ledger_state.hpp"

namespace throng::measure {
namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

// Only the worker's thread writes its counters, so no read-modify-write is needed.
void add(std::atomic<std::uint64_t>& counter, std::uint64_t amount) {
  counter.store(counter.load(kRelaxed) + amount, kRelaxed);
}

std::uint32_t print_of(std::uint64_t fingerprint) {
  return static_cast<std::uint32_t>(fingerprint);
}

}  // namespace

LedgerShard::LedgerShard(const Roster& roster, UserNumber first_user, std::uint32_t users)
    : roster_(roster), first_user_(first_user), first_seat_(roster.user_begin[first_user - 1]) {
  const std::uint64_t end = roster.user_begin[first_user - 1 + users];
  const auto seat_chats = roster.chats.subspan(first_seat_, end - first_seat_);
  std::vector<ChatIndex> chats(seat_chats.begin(), seat_chats.end());
  std::ranges::sort(chats);
  chats.erase(std::unique(chats.begin(), chats.end()), chats.end());

  chats_.resize(chats.size());
  for (std::size_t i = 0; i < chats.size(); ++i) chats_[i].chat = chats[i];
  seats_.resize(seat_chats.size());
  for (std::size_t i = 0; i < seat_chats.size(); ++i) {
    const auto found = std::ranges::lower_bound(chats, seat_chats[i]);
    seats_[i].chat_slot = static_cast<std::uint32_t>(found - chats.begin());
  }
}

LedgerShard::~LedgerShard() = default;

LedgerShard::SeatState& LedgerShard::state(Seat seat) {
  assert(seat.index - first_seat_ < seats_.size());
  return seats_[seat.index - first_seat_];
}

const LedgerShard::SeatState& LedgerShard::state(Seat seat) const {
  return seats_[seat.index - first_seat_];
}

std::size_t LedgerShard::members_at(std::size_t index) const {
  return roster_.members_of(roster_.chats[first_seat_ + index]).size();
}

// ---- The sender's side ----

void LedgerShard::on_send(Seat seat, std::uint32_t k) {
  SeatState& own = state(seat);
  if (!own.sender) own.sender = std::make_unique<SenderState>();
  own.sender->pending.push_back({k, own.sender->highest_acked});
  ++counted_.sent;
  add(pending_, 1);
}

void LedgerShard::on_ack(Seat seat, std::uint32_t k, Seq seq, std::uint64_t fingerprint) {
  if (!possible(seat, seq)) return;
  const auto place_seq = static_cast<std::uint32_t>(seq);
  std::uint32_t floor = 0;
  if (!settle(seat, k, floor)) return check_second_ack(seat, k, place_seq);

  SeatState& own = state(seat);
  ChatState& chat = chats_[own.chat_slot];
  ++counted_.acked;
  ++chat.acked;
  add(due_, roster_.members_of(chat.chat).size() - 1);

  const Content content = place(seat, place_seq, seat.user, {k, {}, fingerprint}, false);
  if (own.is_out_at(place_seq)) {
    count(&LedgerReport::misdelivered, "taken from one who was out of the chat", seat, seq);
  } else if (content == Content::kRepeated || content == Content::kDiffers) {
    count(&LedgerReport::duplicated, "acknowledged at a second or taken place", seat, seq);
  } else if (place_seq < floor) {
    count(&LedgerReport::reordered, "placed before an earlier send", seat, seq);
  }
  own.sender->recent[k % SenderState::kRecent] = {k, place_seq};
  own.life_high = std::max(own.life_high, place_seq);  // `sent` comes in the message's place
  own.sender->highest_acked = std::max(own.sender->highest_acked, place_seq);
  chat.highest_acked = std::max(chat.highest_acked, place_seq);
  if (content != Content::kDiffers) own.see(place_seq, fingerprint);
}

// The first answer was entered; the second must name the same place. Of sends too old for `recent`
// it is known only that their place is one that the device has.
void LedgerShard::check_second_ack(Seat seat, std::uint32_t k, std::uint32_t seq) {
  const SeatState& own = state(seat);
  bool same = own.has(seq);
  if (own.sender) {
    const SenderState::Acked& recent = own.sender->recent[k % SenderState::kRecent];
    if (recent.k == k) same = recent.seq == seq;
  }
  if (!same) count(&LedgerReport::duplicated, "a send acknowledged at a second place", seat, seq);
}

void LedgerShard::on_send_failed(Seat seat, std::uint32_t k) {
  std::uint32_t floor = 0;
  if (!settle(seat, k, floor)) return;
  if (failed_.size() < kMaxFailed) failed_.push_back({roster_.chat_of(seat), seat.user, k});
}

void LedgerShard::on_send_abandoned(Seat seat, std::uint32_t k) {
  std::uint32_t floor = 0;
  if (settle(seat, k, floor)) ++counted_.unresolved;
}

// Ends a send's time without an answer; false if that had ended already.
bool LedgerShard::settle(Seat seat, std::uint32_t k, std::uint32_t& floor) {
  SenderState* const sender = state(seat).sender.get();
  if (sender == nullptr) return false;
  const auto found = std::ranges::find(sender->pending, k, &PendingAck::k);
  if (found == sender->pending.end()) return false;
  floor = found->floor;
  sender->pending.erase(found);
  add(pending_, std::uint64_t{0} - 1);
  return true;
}

// ---- The observer's side ----

void LedgerShard::on_session_start(Seat seat, bool position_said) {
  SeatState& own = state(seat);
  own.session_high = position_said ? own.seen.prefix() : 0;
}

SightingResult LedgerShard::on_message(const Sighting& sighting) {
  const Seat seat = sighting.seat;
  if (!possible(seat, sighting.seq)) return {};
  if (is_strange(sighting)) return on_strange(sighting);
  const auto seq = static_cast<std::uint32_t>(sighting.seq);
  SeatState& own = state(seat);
  if (own.is_out_at(seq) || own.was_out_at(seq)) {
    count(&LedgerReport::misdelivered, "to one who was out of the chat", seat, seq);
    return {};
  }

  const bool had_it = own.has(seq);
  if (had_it && seq <= own.session_high) {
    count(&LedgerReport::duplicated, "delivered again", seat, seq);
    return {};
  }
  if (!had_it && seq < own.life_high) {
    count(&LedgerReport::reordered, "delivered behind a later one", seat, seq);
  }
  own.session_high = std::max(own.session_high, seq);
  own.life_high = std::max(own.life_high, seq);
  if (had_it) return {};

  if (sighting.late) ++counted_.late;
  const bool delivery = sighting.from != seat.user;
  const auto deliver = [&] {
    if (!delivery) return;
    ++counted_.delivered;
    add(seen_, 1);
  };
  const auto corrupted = [&](std::string_view what) {
    count(&LedgerReport::corrupted, what, seat, seq);
    deliver();
    own.see(seq, 0);
    own.summed = false;
    return SightingResult{.fresh = true, .intact = false};
  };

  if (sighting.check.verdict == StampVerdict::kCorrupted) return corrupted("bytes nobody sent");
  const Content content = place(seat, seq, sighting.from, sighting.check.stamp, sighting.revised);
  if (content == Content::kDiffers) return corrupted("not what another member got at this place");
  own.see(seq, sighting.check.stamp.fingerprint);
  if (sighting.revised) own.summed = false;
  if (content == Content::kRepeated) {
    count(&LedgerReport::duplicated, "a message that has another place already", seat, seq);
  } else {
    deliver();
  }
  return {.fresh = true, .intact = true};
}

bool LedgerShard::is_strange(const Sighting& sighting) const {
  return sighting.check.verdict == StampVerdict::kNotOurs ||
         sighting.check.verdict == StampVerdict::kOtherChat ||
         !roster_.member_index(roster_.chat_of(sighting.seat), sighting.from);
}

// It says nothing about the chat's own messages, not even about their order. Its place may yet get
// one of them; reconcile() sees to those that don't.
SightingResult LedgerShard::on_strange(const Sighting& sighting) {
  const auto seq = static_cast<std::uint32_t>(sighting.seq);
  SeatState& own = state(sighting.seat);
  if (!roster_.member_index(roster_.chat_of(sighting.seat), sighting.from)) {
    count(&LedgerReport::misdelivered, "sent by a non-member", sighting.seat, seq);
  } else if (sighting.check.verdict == StampVerdict::kOtherChat) {
    count(&LedgerReport::misdelivered, "a message of another chat", sighting.seat, seq);
  } else {
    count(&LedgerReport::phantom, "a message that nobody sent", sighting.seat, seq);
  }
  const bool fresh = !own.seen.contains(seq);
  own.see_strange(seq);
  return {.fresh = fresh, .intact = false};
}

LedgerShard::Content LedgerShard::place(Seat seat, std::uint32_t seq, UserNumber sender,
                                        const Stamp& stamp, bool revised) {
  ChatState& chat = chats_[state(seat).chat_slot];
  if (!chat.traffic) {
    chat.traffic = std::make_unique<Traffic>(roster_.members_of(chat.chat).size());
  }
  Traffic& traffic = *chat.traffic;
  const std::uint32_t print = print_of(stamp.fingerprint);
  Traffic::Place& newest = traffic.ring[seq % Traffic::kRing];
  if (newest.seq == seq) {
    if (newest.print != print && !revised && !newest.revised) return Content::kDiffers;
    return newest.repeated ? Content::kRepeated : Content::kKnown;
  }

  IntervalSet& ks = traffic.ks[*roster_.member_index(chat.chat, sender)];
  const bool sure = seq > traffic.places.certain_above() && stamp.k > ks.certain_above();
  const bool new_place = traffic.places.insert(seq);
  if (!new_place && sure && !ks.contains(stamp.k)) return Content::kDiffers;
  const bool new_k = ks.insert(stamp.k);
  const bool repeated = new_place && !new_k && sure;
  if (seq > newest.seq) newest = {seq, print, repeated, revised};
  if (repeated) return Content::kRepeated;
  return new_place ? Content::kNew : Content::kKnown;
}

void LedgerShard::on_stray_message(UserNumber observer, std::uint64_t chat_id, Seq seq) {
  ++counted_.misdelivered;
  if (counted_.examples.size() < kMaxExamples) {
    counted_.examples.push_back(
        fmt::format("misdelivered: seq {} of chat id {} to user {}, who isn't a member", seq,
                    chat_id, observer));
  }
}

Seq LedgerShard::position(Seat seat) const { return state(seat).seen.prefix(); }

bool LedgerShard::has_gaps(Seat seat) const { return state(seat).seen.has_holes(); }

// ---- Cursors ----

ReceiptAdvance LedgerShard::on_receipt(Seat seat, UserNumber member, Seq delivered, Seq read,
                                       bool catch_up) {
  const ChatIndex chat = roster_.chat_of(seat);
  const auto index = roster_.member_index(chat, member);
  if (!index) {
    count(&LedgerReport::cursor_violations, "receipt of a non-member", seat, delivered);
    return {};
  }
  if (read > delivered || delivered > kMaxSeq) {
    count(&LedgerReport::cursor_violations, "receipt with read above delivered", seat, delivered);
    return {};
  }
  const std::size_t members = roster_.members_of(chat).size();
  if (members > kMaxReceiptMembers) return {};
  SeatState& own = state(seat);
  if (!own.cursors) own.cursors = std::make_unique<MemberCursors[]>(members);
  MemberCursors& known = own.cursors[*index];
  if (delivered < known.delivered || read < known.read) {
    if (known.told_in_catch_up && !catch_up) return {};
    count(&LedgerReport::cursor_violations, "receipt that moves back", seat, delivered);
    return {};
  }
  const ReceiptAdvance advance{known.delivered, delivered, known.read, read};
  known.delivered = static_cast<std::uint32_t>(delivered);
  known.read = static_cast<std::uint32_t>(read) & 0x7FFF'FFFF;
  known.told_in_catch_up = catch_up;
  return advance;
}

std::span<const MemberCursors> LedgerShard::cursors(Seat seat) const {
  const SeatState& own = state(seat);
  if (!own.cursors) return {};
  return {own.cursors.get(), roster_.members_of(roster_.chat_of(seat)).size()};
}

void LedgerShard::on_cursor_violation(Seat seat, std::string_view what) {
  count(&LedgerReport::cursor_violations, what, seat, state(seat).seen.highest());
}

void LedgerShard::on_stray_cursor(UserNumber observer, std::uint64_t chat_id) {
  ++counted_.cursor_violations;
  if (counted_.examples.size() < kMaxExamples) {
    counted_.examples.push_back(fmt::format(
        "cursor: of chat id {} told to user {}, who isn't a member", chat_id, observer));
  }
}

// ---- All of it ----

bool LedgerShard::possible(Seat seat, Seq seq) {
  if (seq >= 1 && seq <= kMaxSeq) return true;
  count(&LedgerReport::corrupted, "a place that no run can reach", seat, seq);
  return false;
}

void LedgerShard::count(std::uint64_t LedgerReport::*figure, std::string_view what, Seat seat,
                        Seq seq) {
  ++(counted_.*figure);
  if (counted_.examples.size() >= kMaxExamples) return;
  counted_.examples.push_back(
      fmt::format("chat {} seq {} at user {}: {}", roster_.chat_of(seat), seq, seat.user, what));
}

LedgerShard::Outstanding LedgerShard::outstanding() const {
  return {pending_.load(kRelaxed), due_.load(kRelaxed), seen_.load(kRelaxed)};
}

std::size_t LedgerShard::memory_bytes() const {
  std::size_t bytes = sizeof(*this) + seats_.capacity() * sizeof(SeatState) +
                      chats_.capacity() * sizeof(ChatState) +
                      failed_.capacity() * sizeof(FailedSend);
  for (std::size_t i = 0; i < seats_.size(); ++i) {
    const SeatState& seat = seats_[i];
    bytes += seat.seen.memory_bytes() - sizeof(IntervalSet);
    if (seat.sender) {
      bytes += sizeof(SenderState) + seat.sender->pending.capacity() * sizeof(PendingAck);
    }
    if (seat.odd) {
      bytes += sizeof(SeatOddities) + seat.odd->strange.capacity() * sizeof(std::uint32_t);
    }
    if (seat.cursors) bytes += members_at(i) * sizeof(MemberCursors);
  }
  for (const ChatState& chat : chats_) {
    if (!chat.traffic) continue;
    bytes += sizeof(Traffic) + chat.traffic->places.memory_bytes() - sizeof(IntervalSet);
    for (const IntervalSet& ks : chat.traffic->ks) bytes += ks.memory_bytes();
  }
  return bytes;
}

}  // namespace throng::measure
