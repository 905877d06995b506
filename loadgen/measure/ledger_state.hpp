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
  /// Places in `seen` where something strange came and no message of the run, at most kMaxStrange;
  /// null for those that never had one.
  std::unique_ptr<std::vector<std::uint32_t>> strange;

  /// A message of the run has come at this place.
  bool has(std::uint32_t seq) const { return seen.contains(seq) && !holds_strange(seq); }
  bool holds_strange(std::uint32_t seq) const {
    return strange && std::ranges::find(*strange, seq) != strange->end();
  }
  void see(std::uint32_t seq, std::uint64_t fingerprint) {
    if (seen.insert(seq)) content_sum += protocol::mix(fingerprint ^ protocol::mix(seq));
    if (strange) std::erase(*strange, seq);
  }
  /// What isn't the run's own takes the place only until its message comes.
  void see_strange(std::uint32_t seq) {
    summed = false;
    if (!strange) strange = std::make_unique<std::vector<std::uint32_t>>();
    if (strange->size() < kMaxStrange && seen.insert(seq)) strange->push_back(seq);
  }
};

}  // namespace throng::measure
