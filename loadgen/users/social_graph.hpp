#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "loadgen/measure/roster.hpp"
#include "loadgen/scenario/actions.hpp"
#include "loadgen/scenario/plan.hpp"
#include "protocol/ids.hpp"

namespace throng::users {

using measure::ChatIndex;
using measure::UserNumber;

/// Who talks to whom in a run: every chat that the plan asks for, with its members, as a pure
/// function of the plan and the seed. Users are numbered from 1, chats from 0: first all friend
/// chats, then all groups. About 20 bytes for each member's place in a chat, 24 for each chat.
///
/// Built and bound before the workers start; immutable from then on, any thread.
class SocialGraph {
 public:
  /// Draws partners and members. No two friend chats have the same two members, members of a group
  /// are distinct, nobody is alone in a chat. The averages come out as the plan has them as far as
  /// that allows: with too few users, people have fewer friends and groups are smaller.
  /// Requires: 1 <= users < 2^32. Cost: linear in users and members.
  /// Errors: std::length_error when there would be more chats than stamps have room for.
  SocialGraph(const scenario::FriendsPlan& friends, const scenario::GroupsPlan& groups,
              std::uint64_t users, std::uint64_t seed);
  SocialGraph(SocialGraph&&) = default;
  SocialGraph& operator=(SocialGraph&&) = delete;

  std::size_t users() const { return roster_.user_count(); }
  std::size_t chats() const { return roster_.chat_count(); }
  std::size_t friend_chats() const { return friend_chats_; }

  const measure::Roster& roster() const { return roster_; }
  std::span<const UserNumber> members_of(ChatIndex chat) const { return roster_.members_of(chat); }
  scenario::ChatKind kind_of(ChatIndex chat) const {
    return chat < friend_chats_ ? scenario::ChatKind::kFriend : scenario::ChatKind::kGroup;
  }
  /// In rising order of the chats.
  std::span<const scenario::ChatInfo> chats_of(UserNumber user) const;

  // ---- What the server calls them ----

  /// User n is the server's user first_user + n - 1; chat i is the server's chat ids[i].
  /// Requires: one id for each chat, all different.
  void bind(protocol::UserId first_user, std::vector<protocol::ChatId> ids);

  // Requires: bound.
  protocol::UserId user_id(UserNumber user) const { return {first_user_.value + user - 1}; }
  protocol::ChatId chat_id(ChatIndex chat) const { return ids_[chat]; }
  /// nullopt for one that isn't of this run.
  std::optional<UserNumber> user_of(protocol::UserId id) const;
  std::optional<ChatIndex> chat_of(protocol::ChatId id) const;

  std::size_t memory_bytes() const;

 private:
  void make_friends(const scenario::FriendsPlan& plan, std::uint64_t users, std::uint64_t seed);
  void make_groups(const scenario::GroupsPlan& plan, std::uint64_t users, std::uint64_t seed);
  void index_by_user(std::uint64_t users);

  // Constant after construction
  std::size_t friend_chats_ = 0;
  std::vector<std::uint64_t> chat_begin_{0};
  std::vector<UserNumber> members_;
  std::vector<std::uint64_t> user_begin_;
  std::vector<ChatIndex> user_chats_;
  std::vector<scenario::ChatInfo> chat_infos_;  ///< beside user_chats_
  measure::Roster roster_;

  // Constant after bind()
  protocol::UserId first_user_;
  std::vector<protocol::ChatId> ids_;
  std::vector<ChatIndex> by_id_;  ///< open addressing over mix(id); a power of two
};

}  // namespace throng::users
