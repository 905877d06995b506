#pragma once

#include <string>
#include <vector>

#include "protocol/events.hpp"

/// What the chat rules ask storage to keep, and read back.
namespace throng::chat {

using protocol::ChatId;
using protocol::Seq;
using protocol::TimeMs;
using protocol::UserId;

struct StoredMessage {
  ChatId chat;
  Seq seq = 0;
  UserId from;
  TimeMs time = 0;
  std::string cmid;
  std::string body;
};

/// A member's cursors; both only ever rise.
struct CursorRecord {
  ChatId chat;
  UserId user;
  Seq delivered = 0;
  Seq read = 0;
};

struct ChatRecord {
  ChatId chat;
  UserId creator;
  TimeMs created = 0;
  std::string name;
  std::string key;  ///< the creator's idempotency key; may be empty
};

/// What of a chat a person may see: the messages with joined_after < seq, up to left_after once
/// they have left. Who joins again starts a new stretch.
struct MemberRecord {
  ChatId chat;
  UserId user;
  Seq joined_after = 0;
  Seq left_after = 0;  ///< meaningful when not `present`
  bool present = true;
};

struct LastSeenRecord {
  UserId user;
  TimeMs time = 0;
};

struct UserRecord {
  UserId user;
  std::string email;
  std::string name;
  std::string password_hash;  ///< Argon2id, in libsodium's text form
};

/// Everything that one shard wants kept, and that becomes durable together or not at all.
struct Batch {
  std::vector<StoredMessage> messages;
  std::vector<CursorRecord> cursors;
  std::vector<ChatRecord> chats;
  std::vector<MemberRecord> members;
  std::vector<LastSeenRecord> last_seen;

  bool empty() const {
    return messages.empty() && cursors.empty() && chats.empty() && members.empty() &&
           last_seen.empty();
  }
  /// Nobody waits for an answer to what is in it.
  bool can_wait() const { return messages.empty() && chats.empty() && members.empty(); }
  void clear() {
    messages.clear();
    cursors.clear();
    chats.clear();
    members.clear();
    last_seen.clear();
  }
};

}  // namespace throng::chat
