#pragma once

#include <string_view>
#include <utility>

#include "server/chat/directory.hpp"
#include "server/storage/cache.hpp"

namespace throng::storage {

/// A directory on a disk with a cache in front of what is read again and again: chats, who is in
/// them, and who may see an asset. Passwords' hashes aren't kept in memory. Any thread may call.
///
/// Invariant: nobody who has heard of a commit reads what was there before it.
class CachedDirectory final : public chat::Directory {
 public:
  /// `max_bytes`: of all that is kept. Requires: `disk` outlives it, and is written through it
  /// only.
  CachedDirectory(chat::Directory& disk, std::size_t max_bytes);

  boost::system::result<chat::UserId, protocol::Error> add_user(
      const chat::UserRecord& user) override {
    return disk_.add_user(user);
  }
  std::optional<chat::UserRecord> user_by_email(std::string_view email) const override {
    return disk_.user_by_email(email);
  }

  chat::ChatId next_chat_id() override { return disk_.next_chat_id(); }
  std::optional<chat::ChatRecord> chat(chat::ChatId chat) const override;
  std::optional<chat::ChatId> chat_by_key(chat::UserId creator,
                                          std::string_view key) const override {
    return disk_.chat_by_key(creator, key);
  }
  std::vector<chat::MemberRecord> members(chat::ChatId chat) const override {
    return disk_.members(chat);
  }
  std::optional<chat::MemberRecord> member(chat::ChatId chat, chat::UserId user) const override;
  std::vector<chat::ChatId> chats_of(chat::UserId user) const override;
  chat::TimeMs last_seen(chat::UserId user) const override { return disk_.last_seen(user); }

  std::optional<chat::AssetLink> asset_link(const chat::AssetId& asset,
                                            chat::AssetHolder holder) const override;
  boost::system::error_code add_asset_link(const chat::AssetLink& link) override;

  boost::system::error_code commit(std::span<const chat::Batch* const> batches) override;

  struct Counters {
    std::string_view kind;
    CacheCounters counts;
  };
  /// Any thread.
  std::array<Counters, 4> counters() const;

 private:
  using MemberKey = std::pair<chat::ChatId, chat::UserId>;
  using LinkKey = std::pair<chat::AssetId, chat::AssetHolder>;
  struct HashMember {
    std::size_t operator()(const MemberKey& key) const noexcept;
  };
  struct HashLink {
    std::size_t operator()(const LinkKey& key) const noexcept;
  };

  void forget(const chat::Batch& batch);

  chat::Directory& disk_;
  mutable Cache<chat::ChatId, chat::ChatRecord> chats_;
  mutable Cache<MemberKey, chat::MemberRecord, HashMember> members_;
  mutable Cache<chat::UserId, std::vector<chat::ChatId>> chats_of_;
  mutable Cache<LinkKey, chat::AssetLink, HashLink> links_;
};

}  // namespace throng::storage
