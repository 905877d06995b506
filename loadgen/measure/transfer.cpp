#include "loadgen/measure/transfer.hpp"

#include <cereal/archives/binary.hpp>
#include <cereal/types/array.hpp>
#include <cereal/types/map.hpp>
#include <cereal/types/memory.hpp>
#include <cereal/types/string.hpp>
#include <cereal/types/vector.hpp>
#include <utility>

#include "loadgen/measure/ledger_state.hpp"

namespace throng::measure {
namespace {

template <class T>
void write(std::ostream& out, const T& value) {
  cereal::BinaryOutputArchive archive(out);
  archive(value);
}

template <class T>
void read(std::istream& in, T& value) {
  cereal::BinaryInputArchive archive(in);
  archive(value);
}

}  // namespace

template <class Archive>
void LedgerShard::save(Archive& archive) const {
  const Outstanding awaited = outstanding();
  archive(awaited.pending, awaited.due, awaited.seen, counted_, failed_);
  for (const ChatState& chat : chats_) {
    archive(chat.highest_acked, chat.acked, chat.traffic != nullptr);
    if (chat.traffic) archive(chat.traffic->ks);
  }
  for (std::size_t i = 0; i < seats_.size(); ++i) {
    const SeatState& seat = seats_[i];
    archive(seat.seen, seat.content_sum, seat.life_high, seat.summed, seat.odd,
            seat.cursors != nullptr);
    if (seat.cursors)
      archive(cereal::binary_data(seat.cursors.get(), members_at(i) * sizeof(MemberCursors)));
  }
}

template <class Archive>
void LedgerShard::load(Archive& archive) {
  Outstanding awaited;
  archive(awaited.pending, awaited.due, awaited.seen, counted_, failed_);
  pending_ = awaited.pending;
  due_ = awaited.due;
  seen_ = awaited.seen;
  for (ChatState& chat : chats_) {
    bool traffic = false;
    archive(chat.highest_acked, chat.acked, traffic);
    if (!traffic) continue;
    chat.traffic = std::make_unique<Traffic>(0);
    archive(chat.traffic->ks);
  }
  for (std::size_t i = 0; i < seats_.size(); ++i) {
    SeatState& seat = seats_[i];
    bool cursors = false;
    archive(seat.seen, seat.content_sum, seat.life_high, seat.summed, seat.odd, cursors);
    if (!cursors) continue;
    seat.cursors = std::make_unique<MemberCursors[]>(members_at(i));
    archive(cereal::binary_data(seat.cursors.get(), members_at(i) * sizeof(MemberCursors)));
  }
}

void save(std::ostream& out, const Histogram& histogram) { write(out, histogram); }
void load(std::istream& in, Histogram& histogram) { read(in, histogram); }

void save(std::ostream& out, const SecondSnapshot& second) { write(out, second); }
void load(std::istream& in, SecondSnapshot& second) { read(in, second); }

void save(std::ostream& out, const Tallies& tallies) { write(out, tallies); }
void load(std::istream& in, Tallies& tallies) { read(in, tallies); }

void save(std::ostream& out, const Recorder& recorder) { write(out, recorder); }
void load(std::istream& in, Recorder& recorder) { read(in, recorder); }

void save(std::ostream& out, const LedgerShard& shard) { write(out, shard); }
void load(std::istream& in, LedgerShard& shard) { read(in, shard); }

}  // namespace throng::measure
