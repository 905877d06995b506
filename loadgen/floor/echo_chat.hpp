#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "protocol/events.hpp"
#include "protocol/ids.hpp"

namespace throng::floor {

using protocol::ChatId;
using protocol::Seq;
using protocol::TimeMs;
using protocol::UserId;

/// One chat of the echo peer: its members with their cursors, and its messages in memory.
///
/// Invariants: seqs are dense from 1; read <= delivered <= last() for each member; a cmid of a user
/// that is in the log has one seq. trim() forgets only what no member can need any more.
class EchoChat {
 public:
  struct Member {
    UserId user;
    Seq delivered = 0;
    Seq read = 0;
  };
  struct Taken {
    Seq seq = 0;
    TimeMs time = 0;
    bool fresh = false;  ///< false: a repeat, which gets its first answer
  };

  explicit EchoChat(ChatId id) : id_(id) {}
  EchoChat(const EchoChat&) = delete;
  EchoChat& operator=(const EchoChat&) = delete;

  ChatId id() const { return id_; }
  const std::vector<Member>& members() const { return members_; }
  /// False if the user is one already.
  bool add(UserId user);
  bool has(UserId user) const { return index_.contains(user); }

  /// Whether the log has a message of that name.
  bool knows(UserId from, std::string_view cmid) const { return places_.contains({from, cmid}); }
  /// The seq that the user's message has, from now on if it is a new one.
  /// Requires: a member.
  Taken take(UserId from, const protocol::Send& send, TimeMs now);

  /// Of the oldest message that is still there; last() + 1 if there is none.
  Seq first() const { return first_; }
  Seq last() const { return first_ + log_.size() - 1; }
  /// Requires: first() <= seq <= last(). Valid until trim().
  protocol::Message message(Seq seq) const;
  std::size_t size() const { return log_.size(); }

  /// Moves a member's cursors forward, and gives who is to hear of it: the senders of what they
  /// newly cover. Requires: a member; seqs up to last().
  std::vector<UserId> move(UserId user, Seq delivered, Seq read);
  protocol::Receipt receipt(UserId user) const;
  protocol::ChatState state(UserId user) const;

  /// Forgets the messages that every member has, and has read or doesn't need for the count of what
  /// is unread. Linear in the log for each member who hasn't read it.
  void trim();

 private:
  struct Stored {
    UserId from;
    std::string cmid;
    std::string body;
    std::string asset;
    protocol::MessageKind kind;
    Seq re = 0;
    TimeMs time = 0;
  };
  using Name = std::pair<UserId, std::string_view>;
  struct HashName {
    std::size_t operator()(const Name& name) const {
      return std::hash<UserId>()(name.first) ^ std::hash<std::string_view>()(name.second);
    }
  };

  const Stored& at(Seq seq) const { return log_[seq - first_]; }
  Seq needless(const Member& member) const;
  void collect_senders(UserId reader, Seq from, Seq to, std::vector<UserId>& senders) const;

  ChatId id_;
  std::vector<Member> members_;
  std::unordered_map<UserId, std::size_t> index_;  ///< in members_
  Seq first_ = 1;
  std::deque<Stored> log_;
  std::unordered_map<Name, Seq, HashName> places_;  ///< of what is in the log, by its own texts
};

}  // namespace throng::floor
