#pragma once

#include <mutex>
#include <optional>
#include <string>

#include "server/chat/directory.hpp"
#include "server/storage/rocks_store.hpp"

namespace throng::storage {

/// The directory on RocksDB, beside the message log and in its write-ahead log.
///
/// Any thread may call, `commit` from one thread at a time. Reads throw as RocksStore's do.
/// A commit of last-seen times alone isn't synced by itself: the next synced commit takes it to
/// the disk. Nothing is promised to anybody on account of a last-seen time, and under load nearly
/// every group has some; a sync for them would double the time that a message waits.
///
/// Invariants: no id is given out twice. User ids are kept with the user; chat ids are reserved in
/// blocks before the first of a block is given out, so a restart skips the rest of a block; and a
/// chat that is committed under an id of its own keeps that id and all below it from being given.
class RocksDirectory final : public chat::Directory {
 public:
  /// Requires: `store` outlives the directory.
  explicit RocksDirectory(RocksStore& store);

  boost::system::result<chat::UserId, protocol::Error> add_user(
      const chat::UserRecord& user) override;
  std::optional<chat::UserRecord> user_by_email(std::string_view email) const override;

  /// Never fails: while the store can't be written, ids come without a reservation, and the commit
  /// of the chat, which has to succeed before anybody hears of it, makes up for it.
  chat::ChatId next_chat_id() override;
  std::optional<chat::ChatRecord> chat(chat::ChatId chat) const override;
  std::optional<chat::ChatId> chat_by_key(chat::UserId creator,
                                          std::string_view key) const override;
  std::vector<chat::MemberRecord> members(chat::ChatId chat) const override;
  std::optional<chat::MemberRecord> member(chat::ChatId chat, chat::UserId user) const override;
  std::vector<chat::ChatId> chats_of(chat::UserId user) const override;
  chat::TimeMs last_seen(chat::UserId user) const override;

  std::optional<chat::AssetLink> asset_link(const chat::AssetId& asset,
                                            chat::AssetHolder holder) const override;
  boost::system::error_code add_asset_link(const chat::AssetLink& link) override;

  boost::system::error_code commit(std::span<const chat::Batch* const> batches) override;

 private:
  std::optional<std::uint64_t> number(Family family, std::string_view key) const;
  void reserve_chat_ids();
  void put(const chat::ChatRecord& chat);
  void put(const chat::MemberRecord& member);
  static void put(RocksBatch& batch, const chat::AssetLink& link);
  boost::system::error_code write_with_chat_ids(std::uint64_t highest, Sync sync);

  RocksStore& store_;

  // Owned by the committing thread
  RocksBatch batch_;

  // Guarded by users_mutex_, which is held while a user is written
  std::mutex users_mutex_;
  std::uint64_t next_user_ = kFirstRegisteredUser;

  // Guarded by chat_ids_mutex_
  std::mutex chat_ids_mutex_;
  std::uint64_t next_chat_ = 1;
  std::uint64_t reserved_below_ = 1;  ///< what "next_chat" in the store says
};

}  // namespace throng::storage
