#pragma once

#include <boost/container/flat_map.hpp>
#include <boost/container/flat_set.hpp>
#include <map>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

#include "server/chat/directory.hpp"

namespace throng::storage {

/// The directory in memory, for tests, simulation and `--data memory`: gone with the process,
/// otherwise as RocksDirectory. Any thread may call, under one lock.
class MemoryDirectory : public chat::Directory {
 public:
  boost::system::result<chat::UserId, protocol::Error> add_user(
      const chat::UserRecord& user) override;
  std::optional<chat::UserRecord> user_by_email(std::string_view email) const override;

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
  void keep(const chat::ChatRecord& chat);
  void keep(const chat::MemberRecord& member);
  void keep(const chat::AssetLink& link);

  mutable std::mutex mutex_;
  std::uint64_t next_user_ = kFirstRegisteredUser;
  std::uint64_t next_chat_ = 1;
  std::unordered_map<std::string, chat::UserRecord> users_;  ///< by e-mail in lower case
  std::unordered_map<chat::ChatId, chat::ChatRecord> chats_;
  std::map<std::pair<chat::UserId, std::string>, chat::ChatId> chat_keys_;
  std::unordered_map<chat::ChatId, boost::container::flat_map<chat::UserId, chat::MemberRecord>>
      members_;
  std::unordered_map<chat::UserId, boost::container::flat_set<chat::ChatId>> memberships_;
  std::unordered_map<chat::UserId, chat::TimeMs> last_seen_;
  std::map<std::pair<chat::AssetId, chat::AssetHolder>, chat::AssetLink> asset_links_;
};

}  // namespace throng::storage
