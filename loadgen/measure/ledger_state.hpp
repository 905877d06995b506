#pragma once

#include <algorithm>
#include <array>
#include <memory>
#include <vector>

#include "loadgen/measure/ledger.hpp"

/// What a LedgerShard keeps, for ledger.cpp and reconcile.cpp only.
namespace throng::measure {

/// What one worker knows of a chat's content.
struct Traffic {
  static constexpr std::size_t kRing = 16;

  /// What stands at one of the newest places. `print` is the fingerprint's lower half.
  struct Place {
    std::uint32_t seq = 0;
    std::uint32_t print = 0;
    bool repeated = false;  ///< the same message stands at a lower place, too
    bool revised = false;   ///< `print` is that of a later version
  };

  explicit Traffic(std::size_t members) : ks(members) {}

  IntervalSet places;           ///< seqs that anybody here has seen
  std::vector<IntervalSet> ks;  ///< by member: which of the member's sends have a place
  std::array<Place, kRing> ring;
};

struct LedgerShard::ChatState {
  ChatIndex chat = 0;
  std::uint32_t highest_acked = 0;
  std::uint64_t acked = 0;
  std::unique_ptr<Traffic> traffic;  ///< null until there is some
};

struct PendingAck {
  std::uint32_t k;
  std::uint32_t floor;  ///< the highest place the client knew of its own when it sent
};

struct SenderState {
  static constexpr std::size_t kRecent = 16;

  /// Where a send ended up.
  struct Acked {
    std::uint32_t k = 0;
    std::uint32_t seq = 0;
  };

  std::vector<PendingAck> pending;
  std::array<Acked, kRecent> recent;  ///< by k
  std::uint32_t highest_acked = 0;
};

/// What few seats have.
struct SeatOddities {
  /// Places in `seen` where something strange came and no message of the run, at most
  /// SeatState::kMaxStrange.
  std::vector<std::uint32_t> strange;
  /// Deliveries that weren't due: what was said while the user was out of the chat.
  std::uint64_t undue = 0;
  std::uint32_t left_after = 0;  ///< while `out`: nothing above it is due
  bool out = false;              ///< of the chat
  /// The last time before that began above the one and ended with the other.
  std::uint32_t missed_after = 0, missed_through = 0;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(strange, undue, left_after, out, missed_after, missed_through);
  }
};

struct LedgerShard::SeatState {
  static constexpr std::size_t kMaxStrange = 256;

  IntervalSet seen;
  /// Of mixed (seq, fingerprint) over all of `seen`: equal for seats that saw the same.
  std::uint64_t content_sum = 0;
  std::uint32_t session_high =
      0;                        ///< of messages in this session, from what the device said it has
  std::uint32_t life_high = 0;  ///< of messages and first acknowledgements ever
  std::uint32_t chat_slot = 0;  ///< in chats_
  bool summed = true;           ///< content_sum means something
  std::unique_ptr<SenderState> sender;
  std::unique_ptr<MemberCursors[]> cursors;  ///< by member of the chat
  std::unique_ptr<SeatOddities> odd;         ///< null for those that never were

  /// A message of the run has come at this place.
  bool has(std::uint32_t seq) const { return seen.contains(seq) && !holds_strange(seq); }
  bool holds_strange(std::uint32_t seq) const {
    return odd && std::ranges::find(odd->strange, seq) != odd->strange.end();
  }
  /// Above what was said when the user left the chat.
  bool is_out_at(std::uint32_t seq) const { return odd && odd->out && seq > odd->left_after; }
  /// The same of the time before, when the user is back.
  bool was_out_at(std::uint32_t seq) const {
    return odd && seq > odd->missed_after && seq <= odd->missed_through;
  }
  SeatOddities& oddities() {
    if (!odd) odd = std::make_unique<SeatOddities>();
    return *odd;
  }
  void see(std::uint32_t seq, std::uint64_t fingerprint) {
    if (seen.insert(seq)) content_sum += protocol::mix(fingerprint ^ protocol::mix(seq));
    if (odd) std::erase(odd->strange, seq);
  }
  /// What isn't the run's own takes the place only until its message comes.
  void see_strange(std::uint32_t seq) {
    summed = false;
    auto& strange = oddities().strange;
    if (strange.size() < kMaxStrange && seen.insert(seq)) strange.push_back(seq);
  }
};

}  // namespace throng::measure
