#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "server/chat/commands.hpp"

namespace throng::chat {

/// Where a member stands. Seqs that were accepted but aren't committed yet count: commits keep
/// the order, so nobody learns of a cursor before everything below it is durable.
struct Member {
  UserId user;
  Seq joined_after = 0;
  Seq left_after = 0;
  Seq delivered = 0;
  Seq read = 0;
  std::uint64_t pending_cursor = 0;  ///< serial of the newest move in Rules; 0: none
  std::uint64_t pending_change = 0;  ///< serial of the newest join or leave in Rules; 0: none
  bool present = true;
  bool was_present = false;  ///< before the joins and leaves that aren't committed yet
  bool admin = false;        ///< only while present

  /// The newest seq the member may see of a chat that goes up to `last`.
  Seq horizon(Seq last) const { return present ? last : std::min(left_after, last); }
};

/// How many others have got and read a message; moves that aren't committed yet don't count.
struct ReceiptTally {
  UserId from;
  std::uint32_t delivered = 0;
  std::uint32_t read : 31 = 0;
  std::uint32_t untold : 1 = 0;  ///< something moved since the sender was told
};

/// One chat in memory: who is in it, how far everybody is, which seq comes next, and on which
/// shards sessions are attached. Owned by its chat shard's thread.
///
/// Invariants: committed <= last; read <= delivered <= committed for every member; cursors never
/// decrease; members are sorted by user.
class Conversation {
 public:
  Conversation(ChatId id, Seq last, std::vector<Member> members, ShardIndex shards);

  ChatId id() const { return id_; }
  /// The serial in Rules of the change that makes it; 0 for a chat that was loaded.
  std::uint64_t creation() const { return creation_; }
  void set_creation(std::uint64_t serial) { creation_ = serial; }
  Seq last() const { return last_; }
  Seq committed() const { return committed_; }
  std::span<const Member> members() const { return members_; }
  /// Counts who is in the chat now.
  std::size_t present() const { return present_; }
  /// Too many for a receipt from each.
  bool is_large() const { return present_ > kReceiptMembers; }
  /// Of those who are present; none: the chat is everybody's.
  std::size_t admins() const { return admins_; }
  /// Whether the member decides about others and the name.
  bool decides(const Member& member) const { return admins_ == 0 || member.admin; }
  /// Who joins may fetch what was said before.
  void show_history() { history_shown_ = true; }
  bool shows_history() const { return history_shown_; }
  /// What the member sees of the chat begins above it.
  Seq floor(const Member& member) const { return history_shown_ ? 0 : member.joined_after; }

  /// Anyone who is or was in the chat; nullptr otherwise. Valid until the next add().
  Member* find(UserId user);
  /// Somebody who is in the chat now; nullptr otherwise.
  Member* find_present(UserId user);

  /// Gives the next seq to a message of `from`.
  Seq accept(UserId from);
  /// Requires: seq is committed() + 1.
  void commit(Seq seq) { committed_ = seq; }
  /// Forgets what was accepted but not committed.
  void roll_back();

  /// Adds somebody or lets somebody back in; nullptr when already there.
  Member* add(UserId user);
  /// Takes somebody out; nullptr when not there.
  Member* remove(UserId user);
  /// nullptr when not there, or when nothing changes.
  Member* set_admin(UserId user, bool admin);
  /// Whoever has been there longest; nullptr when nobody is there.
  const Member* eldest() const;

  /// Puts somebody back to where he stood before an add or remove that came to nothing.
  void restore(const Member& before);

  void attach(ShardIndex shard) { ++attached_[shard]; }
  void detach(ShardIndex shard) {
    if (attached_[shard] > 0) --attached_[shard];
  }
  /// Sessions attached, by shard.
  std::span<const std::uint32_t> attached() const { return attached_; }

  /// Appends whose messages have after < seq <= through, with repetitions, except `reader`'s. Exact
  /// for the newest kRecentSenders messages; of older ones, and of all in chats of two, everyone
  /// counts as a sender where up to kReceiptMembers are present, nobody where more are. Who isn't
  /// there any more may be among them.
  void senders(Seq after, Seq through, UserId reader, std::vector<UserId>& out) const;

  enum class Tick : std::uint8_t { kDelivered, kRead };
  /// `reader`'s cursor went from `after` to `through`: counts it for each of the newest
  /// kRecentSenders messages in between, of others. Appends those to `untold` that weren't in it.
  /// Nothing is counted in chats of two.
  void tally(Seq after, Seq through, UserId reader, Tick tick, std::vector<Seq>* untold);
  /// What to tell the sender now; nullptr when the message isn't among the newest any more.
  const ReceiptTally* tell(Seq seq);
  /// Fills in who sent the newest messages of a chat that was loaded, up to the last.
  /// Requires: nothing was accepted yet.
  void recall(std::span<const UserId> senders);

  static constexpr std::size_t kRecentSenders = 1024;
  static constexpr std::size_t kReceiptMembers = protocol::kMaxReceiptMembers;

 private:
  ReceiptTally& recent(Seq seq) { return recent_[seq % recent_.size()]; }
  /// Requires: recent_from_ <= seq.
  void remember(Seq seq, UserId from);

  ChatId id_;
  std::uint64_t creation_ = 0;
  Seq last_;
  Seq committed_;
  std::size_t present_ = 0;
  std::size_t admins_ = 0;
  bool history_shown_ = false;
  std::vector<Member> members_;
  std::vector<std::uint32_t> attached_;
  /// The message with seq s at s % size, for the newest of them; empty in chats of two.
  std::vector<ReceiptTally> recent_;
  Seq recent_from_;  ///< the oldest seq that recent_ knows
};

}  // namespace throng::chat
