#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "protocol/error.hpp"
#include "protocol/ids.hpp"

/// The events of `throng.v1` as values. Text fields are views: of the decoder's buffer in an event
/// that was decoded (valid until its next call), of the caller's memory in one to be encoded.
/// `protocol/README.md` says what each event means; the names here are the names on the wire.
namespace throng::protocol {

inline constexpr std::size_t kMaxBodyBytes = 16 * 1024;
inline constexpr std::size_t kMaxCmidBytes = 64;
inline constexpr std::size_t kMaxRefBytes = 64;
inline constexpr std::size_t kMaxDeviceBytes = 64;
inline constexpr std::size_t kMaxTokenBytes = 1024;
inline constexpr std::size_t kMaxPresenceUsers = 100;
inline constexpr std::size_t kMaxResumeChats = 1000;
inline constexpr std::uint32_t kMaxFetchLimit = 200;
inline constexpr std::uint32_t kDefaultFetchLimit = 50;
/// One WebSocket message from a client, or one HTTP body.
inline constexpr std::size_t kMaxClientMessageBytes = 64 * 1024;

/// What a device has of a chat: everything up to and including `seq`.
struct ChatPosition {
  ChatId chat;
  Seq seq = 0;
};

// ---- Client to server ----

struct Hello {
  std::string_view token;
  std::string_view device;         ///< empty: not said
  std::vector<ChatPosition> have;  ///< chats not named: from the user's delivered cursor
};

struct Send {
  ChatId chat;
  std::string_view cmid;
  std::string_view body;
};

struct Delivered {
  ChatId chat;
  Seq seq = 0;
};

struct Read {
  ChatId chat;
  Seq seq = 0;
};

/// Newest messages first unless a token says where to go on.
struct Fetch {
  ChatId chat;
  std::string_view pagination_token;  ///< empty: from the newest
  std::uint32_t limit = kDefaultFetchLimit;
  std::string_view ref;  ///< comes back in the answer
};

enum class ActivityKind : std::uint8_t {
  kConnected,  ///< the app is there: moves no last seen
  kOpened,
  kTyped,
  kClosed,
};

/// The kinds on the wire, in the order of the enum.
inline constexpr std::array<std::string_view, 4> kActivityNames{"connected", "opened", "typed",
                                                                "closed"};

struct Activity {
  ActivityKind kind = ActivityKind::kConnected;
};

struct PresenceQuery {
  std::vector<UserId> users;
};

struct TypingIn {
  ChatId chat;
};

struct Ping {};

/// The session ends, for good.
struct Leave {};

using ClientEvent = std::variant<Hello, Send, Delivered, Read, Fetch, Activity, PresenceQuery,
                                 TypingIn, Ping, Leave>;

// ---- Server to client ----

struct Welcome {
  UserId user;
  TimeMs time = 0;
  std::uint32_t heartbeat_s = 0;  ///< say something at least this often
  std::uint32_t chats = 0;        ///< how many chats catch-up will cover
};

struct Sent {
  ChatId chat;
  std::string_view cmid;
  Seq seq = 0;
  TimeMs time = 0;
};

struct Message {
  ChatId chat;
  Seq seq = 0;
  UserId from;
  std::string_view cmid;
  TimeMs time = 0;
  std::string_view body;
};

/// `user`'s cursors in `chat` as they stand now.
struct Receipt {
  ChatId chat;
  UserId user;
  Seq delivered = 0;
  Seq read = 0;
};

struct History {
  ChatId chat;
  std::vector<Message> messages;  ///< newest first
  std::string_view next;          ///< pagination token; empty: that was the oldest
  std::string_view ref;
};

/// One chat as catch-up left it.
struct ChatState {
  ChatId chat;
  Seq last = 0;
  Seq delivered = 0;
  Seq read = 0;
  std::uint32_t unread = 0;  ///< messages of others in (read, last]; stops at kMaxUnread
};

inline constexpr std::uint32_t kMaxUnread = 1000;

struct CaughtUp {
  std::uint64_t messages = 0;  ///< how many messages catch-up delivered
  std::vector<ChatState> chats;
};

/// Membership of the receiving user changed while connected.
struct Membership {
  ChatId chat;
  bool member = false;
  Seq last = 0;  ///< member: messages follow from last + 1. Otherwise: nothing above it will come.
};

struct PresenceState {
  UserId user;
  bool online = false;
  TimeMs last_seen = 0;  ///< 0: never
};

struct Typing {
  ChatId chat;
  UserId user;
};

struct Pong {
  TimeMs time = 0;
};

/// An event that couldn't be served. What is empty or 0 isn't on the wire.
struct Failure {
  Error code = Error::kInternal;
  std::string_view detail;  ///< a sentence for people
  ChatId chat;
  std::string_view cmid;
  std::string_view ref;
};

/// The last event of a session; the close frame follows.
struct Bye {
  Error code = Error::kInternal;
  bool resume = false;  ///< come back with what you have; nothing is lost
  std::uint32_t retry_ms = 0;
};

using ServerEvent = std::variant<Welcome, Sent, Message, Receipt, History, CaughtUp, Membership,
                                 PresenceState, Typing, Pong, Failure, Bye>;

}  // namespace throng::protocol
