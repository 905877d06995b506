#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace throng::measure {

/// A user of the whole run, from 1.
using UserNumber = std::uint32_t;
/// A chat of the whole run, from 0.
using ChatIndex = std::uint32_t;

/// One member's place in one chat. Seats of the whole run are numbered from 0: all of user 1 first,
/// in the order of the user's chats, then all of user 2.
struct Seat {
  UserNumber user = 0;
  std::uint64_t index = 0;

  friend bool operator==(Seat, Seat) = default;
};

/// Who is in which chat, in both directions, as compressed rows. A view: whoever made the chats
/// owns the arrays (`users::SocialGraph`). Immutable; any thread.
///
///   users 1..3, chats {1,2} and {1,2,3}:
///   chat_begin {0,2,5}  members {1,2, 1,2,3}  user_begin {0,2,4,5}  chats {0,1, 0,1, 1}
struct Roster {
  std::span<const std::uint64_t> chat_begin;  ///< one more than there are chats
  std::span<const UserNumber> members;        ///< rising within a chat
  std::span<const std::uint64_t> user_begin;  ///< one more than there are users
  std::span<const ChatIndex> chats;           ///< rising within a user

  std::size_t chat_count() const { return chat_begin.size() - 1; }
  std::size_t user_count() const { return user_begin.size() - 1; }

  std::span<const UserNumber> members_of(ChatIndex chat) const {
    return members.subspan(chat_begin[chat], chat_begin[chat + 1] - chat_begin[chat]);
  }
  std::span<const ChatIndex> chats_of(UserNumber user) const {
    return chats.subspan(user_begin[user - 1], user_begin[user] - user_begin[user - 1]);
  }
  ChatIndex chat_of(Seat seat) const { return chats[seat.index]; }

  /// nullopt if the user isn't a member. Logarithmic in the user's chats.
  std::optional<Seat> seat(UserNumber user, ChatIndex chat) const {
    const auto own = chats_of(user);
    const auto found = std::ranges::lower_bound(own, chat);
    if (found == own.end() || *found != chat) return std::nullopt;
    return Seat{user, user_begin[user - 1] + static_cast<std::uint64_t>(found - own.begin())};
  }
  /// Where the user stands among the chat's members; nullopt if nowhere. Logarithmic in them.
  std::optional<std::uint32_t> member_index(ChatIndex chat, UserNumber user) const {
    const auto all = members_of(chat);
    const auto found = std::ranges::lower_bound(all, user);
    if (found == all.end() || *found != user) return std::nullopt;
    return static_cast<std::uint32_t>(found - all.begin());
  }
};

}  // namespace throng::measure
