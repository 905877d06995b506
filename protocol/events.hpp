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
inline constexpr std::size_t kMaxReactionBytes = 64;
inline constexpr std::size_t kMaxNameBytes = 100;  ///< of a chat or a person
inline constexpr std::size_t kAssetIdBytes = 64;   ///< SHA-256 in lower-case hexadecimal
inline constexpr std::size_t kMaxTokenBytes = 1024;
inline constexpr std::size_t kMaxPresenceUsers = 100;
/// In larger chats receipts are counted, and windows show nobody.
inline constexpr std::size_t kMaxReceiptMembers = 100;
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
  std::uint64_t epoch = 0;         ///< of the store that `have` speaks of; 0: not said
};

/// What a message is. All but kText say something of an earlier one of the chat, `re`.
enum class MessageKind : std::uint8_t {
  kText,
  kEdit,      ///< `body` stands in place of that of `re`
  kDelete,    ///< nothing is left of `re` but its place
  kReaction,  ///< `body` is the sign, e.g. a thumb up
};

/// The kinds on the wire, in the order of the enum; kText is left out there.
inline constexpr std::array<std::string_view, 4> kMessageKindNames{"text", "edit", "delete",
                                                                   "reaction"};

struct Send {
  ChatId chat;
  std::string_view cmid;
  std::string_view body;  ///< may be empty in kDelete, and beside an asset
  MessageKind kind = MessageKind::kText;
  Seq re = 0;                   ///< kText: the message that this replies to; 0: none
  std::string_view asset = {};  ///< empty: none; kText only
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
  /// kOpened, kClosed: whose window; while it is open the presence of the others in there is told.
  /// 0: the app as a whole.
  ChatId chat = {};
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
  std::uint64_t epoch = 0;        ///< the store's own, for the next hello; 0: not said
  bool rewound = false;           ///< `have` was of another state of the store: forget it
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
  MessageKind kind = MessageKind::kText;
  Seq re = 0;
  std::string_view asset = {};
  std::uint32_t version = 0;  ///< how often it was edited or deleted
  bool deleted = false;       ///< for all: body and asset are empty

  /// Whether it is more than a plain text.
  bool has_extras() const {
    return kind != MessageKind::kText || re != 0 || !asset.empty() || version != 0 || deleted;
  }
};

/// `user`'s cursors in `chat` as they stand now.
struct Receipt {
  ChatId chat;
  UserId user;
  Seq delivered = 0;
  Seq read = 0;
};

/// How many of the other members have got and read everything up to `seq`, a message of the
/// receiving user in a chat too large for a receipt from each.
struct ReceiptCounts {
  ChatId chat;
  Seq seq = 0;
  std::uint32_t delivered = 0;
  std::uint32_t read = 0;
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

/// The chat has another name, or other members or admins.
struct ChatChanged {
  ChatId chat;
  std::string_view name;
  std::uint32_t members = 0;
};

/// The messages below `first` are kept no longer; nothing else comes in their place.
struct Trimmed {
  ChatId chat;
  Seq first = 0;
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
  std::uint32_t retry_ms = 0;  ///< not before; 0: nobody knows
};

/// The last event of a session; the close frame follows.
struct Bye {
  Error code = Error::kInternal;
  bool resume = false;  ///< come back with what you have; nothing is lost
  std::uint32_t retry_ms = 0;
};

using ServerEvent =
    std::variant<Welcome, Sent, Message, Receipt, ReceiptCounts, History, CaughtUp, Membership,
                 ChatChanged, Trimmed, PresenceState, Typing, Pong, Failure, Bye>;

}  // namespace throng::protocol
