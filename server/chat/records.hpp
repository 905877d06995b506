#pragma once

#include <memory>
#include <string>
#include <vector>

#include "protocol/events.hpp"
#include "server/chat/assets.hpp"

/// What the chat rules ask storage to keep, and read back.
namespace throng::chat {

using protocol::ChatId;
using protocol::Seq;
using protocol::TimeMs;
using protocol::UserId;

/// What most messages have nothing of.
struct MessageExtras {
  protocol::MessageKind kind = protocol::MessageKind::kText;
  Seq re = 0;
  std::string asset = {};
  std::uint32_t version = 0;  ///< how often it was edited or deleted
  bool deleted = false;
};

struct StoredMessage {
  ChatId chat;
  Seq seq = 0;
  UserId from;
  TimeMs time = 0;
  std::string cmid;
  std::string body;
  std::shared_ptr<const MessageExtras> extras = nullptr;  ///< null: a plain text
};

/// Puts the extras into the event; its views are valid as long as they are.
inline void show(const MessageExtras& extras, protocol::Message& view) {
  view.kind = extras.kind;
  view.re = extras.re;
  view.asset = extras.asset;
  view.version = extras.version;
  view.deleted = extras.deleted;
}

/// The event that says it; valid as long as `message`.
inline protocol::Message view_of(const StoredMessage& message) {
  protocol::Message view{.chat = message.chat,
                         .seq = message.seq,
                         .from = message.from,
                         .cmid = message.cmid,
                         .time = message.time,
                         .body = message.body};
  if (message.extras) show(*message.extras, view);
  return view;
}

/// A copy that outlives the view.
inline StoredMessage copy_of(const protocol::Message& view) {
  StoredMessage copy{.chat = view.chat,
                     .seq = view.seq,
                     .from = view.from,
                     .time = view.time,
                     .cmid = std::string(view.cmid),
                     .body = std::string(view.body)};
  if (!view.has_extras()) return copy;
  copy.extras =
      std::make_shared<const MessageExtras>(MessageExtras{.kind = view.kind,
                                                          .re = view.re,
                                                          .asset = std::string(view.asset),
                                                          .version = view.version,
                                                          .deleted = view.deleted});
  return copy;
}

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
  std::string key;             ///< the creator's idempotency key; may be empty
  bool history_shown = false;  ///< who joins may fetch what was said before
};

/// What of a chat a person may see: the messages with joined_after < seq, up to left_after once
/// they have left. Who joins again starts a new stretch.
struct MemberRecord {
  ChatId chat;
  UserId user;
  Seq joined_after = 0;
  Seq left_after = 0;  ///< meaningful when not `present`
  bool present = true;
  bool admin = false;
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
  std::vector<StoredMessage> revisions;  ///< stand in place of what was kept under their seqs
  std::vector<CursorRecord> cursors;
  std::vector<ChatRecord> chats;
  std::vector<MemberRecord> members;
  std::vector<LastSeenRecord> last_seen;
  std::vector<AssetLink> asset_links;  ///< of chats, in which a message has the asset

  bool empty() const {
    return messages.empty() && cursors.empty() && chats.empty() && members.empty() &&
           last_seen.empty();
  }
  /// Nobody waits for an answer to what is in it.
  bool can_wait() const { return messages.empty() && chats.empty() && members.empty(); }
  void clear() {
    messages.clear();
    revisions.clear();
    cursors.clear();
    chats.clear();
    members.clear();
    last_seen.clear();
    asset_links.clear();
  }
};

}  // namespace throng::chat
