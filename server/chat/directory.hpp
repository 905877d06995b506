#pragma once

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "server/chat/records.hpp"

namespace throng::chat {

/// Who there is: registered users, chats, who is in which, when people were last seen.
/// Any thread may call; a call may touch the disk.
class Directory {
 public:
  /// Ids below this are free for people whose tokens are minted elsewhere.
  static constexpr std::uint64_t kFirstRegisteredUser = 1'000'000'001;

  virtual ~Directory() = default;

  /// Registers a user under the next id; durable on return. `user.user` is ignored.
  /// Errors: kAlreadyExists when the e-mail address (compared without case) is taken,
  /// kUnavailable when storage fails.
  virtual boost::system::result<UserId, protocol::Error> add_user(const UserRecord& user) = 0;
  virtual std::optional<UserRecord> user_by_email(std::string_view email) const = 0;

  /// An id that no chat has had, from 1; never given twice, restarts included.
  virtual ChatId next_chat_id() = 0;
  virtual std::optional<ChatRecord> chat(ChatId chat) const = 0;
  /// The chat that `creator` made under an idempotency key.
  virtual std::optional<ChatId> chat_by_key(UserId creator, std::string_view key) const = 0;
  /// Everyone who is or was in the chat.
  virtual std::vector<MemberRecord> members(ChatId chat) const = 0;
  /// nullopt: never was in the chat.
  virtual std::optional<MemberRecord> member(ChatId chat, UserId user) const = 0;
  /// The chats that the user is in now, in rising order.
  virtual std::vector<ChatId> chats_of(UserId user) const = 0;
  /// 0: never.
  virtual TimeMs last_seen(UserId user) const = 0;

  virtual std::optional<AssetLink> asset_link(const AssetId& asset, AssetHolder holder) const = 0;
  /// As durable on return as the directory was set up to make it.
  virtual boost::system::error_code add_asset_link(const AssetLink& link) = 0;

  /// Keeps the chats, members, last-seen times and asset links of all batches, all or nothing, as
  /// durably as the directory was set up to. Called by one thread at a time.
  virtual boost::system::error_code commit(std::span<const Batch* const> batches) = 0;
};

}  // namespace throng::chat
