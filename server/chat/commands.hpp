#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "server/chat/records.hpp"

/// What the rules are asked to do, by the shard that owns the chat.
namespace throng::chat {

using ShardIndex = std::uint32_t;

/// The way back to whoever asked: a session or an HTTP exchange, in the slot table of its shard.
/// A slot that was given to somebody else meanwhile has another generation.
struct ClientRef {
  enum class Kind : std::uint8_t { kSession, kExchange };

  Kind kind = Kind::kSession;
  ShardIndex shard = 0;
  std::uint32_t slot = 0;
  std::uint32_t generation = 0;

  friend bool operator==(const ClientRef&, const ClientRef&) = default;
};

/// Brings a session of `user` up to date with a chat, and live traffic to its shard.
struct Attach {
  ClientRef from;
  UserId user;
  ChatId chat;
  std::optional<Seq> have;  ///< what the device has; not said: up to the delivered cursor
  std::uint32_t attempt =
      0;  ///< comes back in the pages, so that those of an earlier one are known
};

/// The next page of a catch-up that Attach began.
struct NextPage {
  ClientRef from;
  UserId user;
  ChatId chat;
  Seq after = 0;
  std::uint32_t attempt = 0;
};

/// A session that was attached is gone.
struct Detach {
  ShardIndex shard = 0;
  ChatId chat;
};

struct PostMessage {
  ClientRef from;
  UserId user;
  ChatId chat;
  std::string cmid;
  std::string body;
  std::shared_ptr<const MessageExtras> extras = nullptr;  ///< null: a plain text
};

/// Moves cursors of `user`, who says so of himself. 0: that one stays.
struct MarkCursor {
  ClientRef from;
  UserId user;
  ChatId chat;
  Seq delivered = 0;
  Seq read = 0;
};

struct FetchHistory {
  ClientRef from;
  UserId user;
  bool operates = false;  ///< `user` needn't be a member
  ChatId chat;
  std::string pagination_token;
  std::uint32_t limit = protocol::kDefaultFetchLimit;
  std::string ref;
};

struct ShowTyping {
  ClientRef from;
  UserId user;
  ChatId chat;
};

/// `record.chat` is a new id of the directory's, or that of a creation to be repeated.
struct CreateChat {
  ClientRef from;
  std::uint32_t line = 0;  ///< which object of the request this answers
  ChatRecord record;
  std::vector<UserId> members;
  std::vector<UserId> admins = {};  ///< those among the members
};

/// Adds and removes members, makes and unmakes admins. Any member adds others and leaves; all else
/// is for admins, and for everybody in a chat without any.
struct ChangeMembers {
  ClientRef from;
  UserId by;
  bool operates = false;  ///< `by` needn't be a member
  ChatId chat;
  std::vector<UserId> add = {};
  std::vector<UserId> remove = {};
  std::vector<UserId> promote = {};
  std::vector<UserId> demote = {};
};

/// For admins likewise.
struct RenameChat {
  ClientRef from;
  UserId by;
  bool operates = false;
  ChatId chat;
  std::string name;
};

/// Asks for the chat's name and a page of its members.
struct DescribeChat {
  ClientRef from;
  UserId user;
  bool operates = false;
  ChatId chat;
  UserId after = {};  ///< members with higher ids
};

/// A session of a member wants to know who else is there (kReceiptMembers at most).
struct OpenWindow {
  ClientRef from;
  UserId user;
  ChatId chat;
};

using Command =
    std::variant<Attach, NextPage, Detach, PostMessage, MarkCursor, FetchHistory, ShowTyping,
                 CreateChat, ChangeMembers, RenameChat, DescribeChat, OpenWindow>;

inline ChatId chat_of(const Command& command) {
  return std::visit(
      [](const auto& c) {
        if constexpr (requires { c.record; }) {
          return c.record.chat;
        } else {
          return c.chat;
        }
      },
      command);
}

}  // namespace throng::chat
