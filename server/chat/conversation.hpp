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

  /// The newest seq the member may see of a chat that goes up to `last`.
  Seq horizon(Seq last) const { return present ? last : std::min(left_after, last); }
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

  static constexpr std::size_t kRecentSenders = 1024;
  static constexpr std::size_t kReceiptMembers = 100;

 private:
  ChatId id_;
  std::uint64_t creation_ = 0;
  Seq last_;
  Seq committed_;
  std::size_t present_ = 0;
  std::vector<Member> members_;
  std::vector<std::uint32_t> attached_;
  /// The sender of seq s at s % size, for the newest of them; empty in chats of two.
  std::vector<UserId> recent_senders_;
  Seq recent_from_;  ///< the oldest seq that recent_senders_ knows
};

}  // namespace throng::chat
