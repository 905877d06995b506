#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "loadgen/measure/interval_set.hpp"
#include "loadgen/measure/roster.hpp"
#include "loadgen/measure/stamp.hpp"
#include "protocol/events.hpp"

namespace cereal {
class access;
}

namespace throng::measure {

using protocol::Seq;

/// The account of every message of a run, end to end. A delivery is one message at one member;
/// the sender's own copy isn't one.
struct LedgerReport {
  std::uint64_t sent = 0;
  std::uint64_t acked = 0;      ///< sends whose place the sender was told, or saw for itself
  std::uint64_t expected = 0;   ///< deliveries that the acknowledged sends are due to members
  std::uint64_t delivered = 0;  ///< distinct deliveries
  /// Deliveries that never came: places of a chat up to its highest acknowledged one where a member
  /// never saw a message of the run, though another did or nobody saw anything at all. Seqs are
  /// dense, so a place that nobody ever saw counts too, for all but one member.
  std::uint64_t lost = 0;
  /// Deliveries of what the device has already, or of a message at a second place; acknowledgements
  /// that give a send a second place, or a place that another send has.
  std::uint64_t duplicated = 0;
  /// Deliveries behind a later one of the same chat; places that run against the order of sends of
  /// one client that didn't overlap.
  std::uint64_t reordered = 0;
  std::uint64_t misdelivered = 0;  ///< to a non-member, of another chat, from a non-member
  std::uint64_t corrupted = 0;     ///< bytes that aren't what was sent, or differ between members
  /// What nobody sent, or a send that failed for certain. The message whose place it took, if there
  /// is one, counts for itself: as delivered when it comes too, else as lost.
  std::uint64_t phantom = 0;
  /// Receipts that move back or contradict themselves; cursors that are ahead of their device when
  /// the run ends, one for each observer and member (what was ahead for a while only isn't noticed:
  /// observers share no clock); cursors and unread counts in catch-up that the device knows better.
  std::uint64_t cursor_violations = 0;
  // These break no promise: they say how far the account reaches.
  /// Expected deliveries that the server said it had removed before the device asked for them.
  std::uint64_t trimmed = 0;
  std::uint64_t late = 0;        ///< deliveries later than the bound that their observer applies
  std::uint64_t unresolved = 0;  ///< sends that nobody knows the outcome of
  std::vector<std::string> examples;  ///< a line for each of the first violations, at most 20

  /// True if a promise is broken.
  bool violated() const {
    return lost + duplicated + reordered + misdelivered + corrupted + phantom + cursor_violations !=
           0;
  }

  friend bool operator==(const LedgerReport&, const LedgerReport&) = default;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(sent, acked, expected, delivered, lost, duplicated, reordered, misdelivered, corrupted,
            phantom, cursor_violations, trimmed, late, unresolved, examples);
  }
};

/// A message as it reached a device.
struct Sighting {
  Seat seat;
  Seq seq = 0;
  UserNumber from = 0;
  StampCheck check;
  bool late = false;
  bool revised = false;  ///< a later version than others may have got: `check` is of its place only
};

/// What a device makes of a message.
struct SightingResult {
  bool fresh = false;   ///< the device didn't have it: show it, count it as unread
  bool intact = false;  ///< it is what its sender sent, where it belongs
};

/// How far a member has got, as an observer was told.
struct MemberCursors {
  std::uint32_t delivered = 0;
  std::uint32_t read : 31 = 0;
  std::uint32_t told_in_catch_up : 1 = 0;
};

/// What a receipt newly covers: delivered in (delivered_from, delivered_to], the same for read.
/// All 0 for a receipt that is a violation or whose chat is too large to follow each member.
struct ReceiptAdvance {
  Seq delivered_from = 0, delivered_to = 0;
  Seq read_from = 0, read_to = 0;
};

/// One worker's part of the ledger: what its users sent, were told and saw. Thread-confined to the
/// worker but for outstanding(). It trusts nothing the server says of itself: every figure is
/// derived from what devices did and saw, and `reconcile` joins the shards at the end.
///
/// Memory is bounded: about 70 bytes a seat; for a seat that sends, its sends without an answer;
/// for one that gets receipts, 8 bytes a member (chats of at most kMaxReceiptMembers); for a chat
/// with traffic, 16 bytes a member and a short ring of what stands at its newest places. Nothing
/// grows with the number of messages, except for islands, places of phantoms and examples, which
/// are capped.
class LedgerShard {
 public:
  static constexpr std::size_t kMaxExamples = 20;
  static constexpr std::size_t kMaxReceiptMembers = protocol::kMaxReceiptMembers;
  /// Sends that failed for certain and are watched for; more are counted as sent and no further.
  static constexpr std::size_t kMaxFailed = 4096;
  /// Seqs above this are no places that a run can reach.
  static constexpr Seq kMaxSeq = 0x7FFF'FFFF;

  /// For the users first_user .. first_user + users - 1.
  /// Requires: the roster's arrays outlive the shard.
  LedgerShard(const Roster& roster, UserNumber first_user, std::uint32_t users);
  ~LedgerShard();
  LedgerShard(const LedgerShard&) = delete;
  LedgerShard& operator=(const LedgerShard&) = delete;

  // ---- The sender's side ----

  /// The user means to send the `k`th message of the seat. Requires: k rises from 1 without holes.
  void on_send(Seat seat, std::uint32_t k);
  /// The server told the place of a send, or the sender came across its own message. May be told
  /// again for a send that has its place already (S3); the fingerprint doesn't matter then.
  void on_ack(Seat seat, std::uint32_t k, Seq seq, std::uint64_t fingerprint);
  /// The send failed for certain: it must never appear (S2).
  void on_send_failed(Seat seat, std::uint32_t k);
  /// The device gave up on a send whose outcome isn't known: it stays unresolved.
  void on_send_abandoned(Seat seat, std::uint32_t k);

  // ---- The observer's side ----

  /// A session begins for this seat. `position_said`: the device named position(seat) in its hello,
  /// so nothing up to there may come again (S6).
  void on_session_start(Seat seat, bool position_said);
  SightingResult on_message(const Sighting& sighting);
  /// A message for a chat that the observer isn't a member of.
  void on_stray_message(UserNumber observer, std::uint64_t chat_id, Seq seq);
  /// The server says that it keeps nothing below `first` any more.
  void on_trimmed(Seat seat, Seq first);
  /// The user is out of the chat: nothing above `last` is due (S12).
  void on_left(Seat seat, Seq last);
  /// The same of a user who is told of it afterwards, and not since when.
  void on_found_out(Seat seat);
  /// The user is in the chat, again or as before: nothing of what it has missed up to `last` is
  /// due, and all above it is.
  void on_joined(Seat seat, Seq last);
  /// Everything up to this has reached the device, or isn't due.
  Seq position(Seat seat) const;
  /// Something above position(seat) has, too.
  bool has_gaps(Seat seat) const;

  /// A receipt reached the seat's device (S9). Live receipts come in order; only those that were
  /// under way while `catch_up` told newer cursors may come behind them.
  ReceiptAdvance on_receipt(Seat seat, UserNumber member, Seq delivered, Seq read, bool catch_up);
  /// How far each member has got, as the seat's device was told last, in the order of the chat's
  /// members; empty when it was told nothing yet. Valid until the next on_receipt.
  std::span<const MemberCursors> cursors(Seat seat) const;
  /// The device found a cursor or an unread count that can't be, e.g. "unread is 3, the server
  /// says 5".
  void on_cursor_violation(Seat seat, std::string_view what);
  /// A receipt or state for a chat that the observer isn't a member of.
  void on_stray_cursor(UserNumber observer, std::uint64_t chat_id);

  // ---- Any thread ----

  /// What is on its way. Sum it over all shards: all has arrived when nothing is pending and
  /// `seen` has reached `due`.
  struct Outstanding {
    std::uint64_t pending = 0;  ///< sends without an answer
    std::uint64_t due = 0;      ///< deliveries that acknowledged sends of this shard are due
    std::uint64_t seen = 0;     ///< distinct deliveries to members of this shard
  };
  Outstanding outstanding() const;

  std::size_t memory_bytes() const;

 private:
  struct SeatState;
  struct ChatState;
  struct FailedSend {
    ChatIndex chat;
    UserNumber sender;
    std::uint32_t k;

    template <class Archive>
    void serialize(Archive& archive) {
      archive(chat, sender, k);
    }
  };
  friend class Reconciliation;
  friend class cereal::access;

  /// For transfer.cpp: what reconcile() and outstanding() need.
  template <class Archive>
  void save(Archive& archive) const;
  template <class Archive>
  void load(Archive& archive);

  SeatState& state(Seat seat);
  const SeatState& state(Seat seat) const;
  /// Members of the chat of seats_[index].
  std::size_t members_at(std::size_t index) const;
  /// What stands at a place of a chat, against all that this worker knows of the chat.
  enum class Content : std::uint8_t { kNew, kKnown, kRepeated, kDiffers };
  Content place(Seat seat, std::uint32_t seq, UserNumber sender, const Stamp& stamp, bool revised);
  /// None of the messages that the run's users sent to this chat.
  bool is_strange(const Sighting& sighting) const;
  SightingResult on_strange(const Sighting& sighting);
  void check_second_ack(Seat seat, std::uint32_t k, std::uint32_t seq);
  bool settle(Seat seat, std::uint32_t k, std::uint32_t& floor);
  bool possible(Seat seat, Seq seq);
  /// Holds what hasn't come of first..last for seen; how much that is.
  std::uint64_t forgo(Seat seat, std::uint32_t first, std::uint32_t last);
  void count(std::uint64_t LedgerReport::*figure, std::string_view kind, Seat seat, Seq seq);

  // Constant after construction
  const Roster roster_;
  const UserNumber first_user_;
  const std::uint64_t first_seat_;

  // Owned by the worker's thread
  std::vector<SeatState> seats_;
  std::vector<ChatState> chats_;  ///< those with a member in this shard, rising by index
  std::vector<FailedSend> failed_;
  LedgerReport counted_;  ///< what is known without the other shards

  // Any thread
  std::atomic<std::uint64_t> pending_{0};
  std::atomic<std::uint64_t> due_{0};
  std::atomic<std::uint64_t> seen_{0};
};

/// Joins the shards of a run after its drain. Requires: no worker uses its shard any more, and
/// together the shards cover every user of the roster.
LedgerReport reconcile(std::span<const LedgerShard* const> shards);

}  // namespace throng::measure
