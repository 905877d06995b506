#include "server/storage/memory_directory.hpp"

#include <algorithm>

#include "server/storage/email.hpp"

namespace throng::storage {

boost::system::result<chat::UserId, protocol::Error> MemoryDirectory::add_user(
    const chat::UserRecord& user) {
  const std::scoped_lock lock(mutex_);
  const auto [place, fresh] = users_.try_emplace(email_key(user.email), user);
  if (!fresh) return protocol::Error::kAlreadyExists;
  place->second.user.value = next_user_++;
  return place->second.user;
}

std::optional<chat::UserRecord> MemoryDirectory::user_by_email(std::string_view email) const {
  const std::scoped_lock lock(mutex_);
  const auto found = users_.find(email_key(email));
  if (found == users_.end()) return std::nullopt;
  return found->second;
}

chat::ChatId MemoryDirectory::next_chat_id() {
  const std::scoped_lock lock(mutex_);
  return chat::ChatId{next_chat_++};
}

std::optional<chat::ChatRecord> MemoryDirectory::chat(chat::ChatId chat) const {
  const std::scoped_lock lock(mutex_);
  const auto found = chats_.find(chat);
  if (found == chats_.end()) return std::nullopt;
  return found->second;
}

std::optional<chat::ChatId> MemoryDirectory::chat_by_key(chat::UserId creator,
                                                         std::string_view key) const {
  const std::scoped_lock lock(mutex_);
  const auto found = chat_keys_.find({creator, std::string(key)});
  if (found == chat_keys_.end()) return std::nullopt;
  return found->second;
}

std::vector<chat::MemberRecord> MemoryDirectory::members(chat::ChatId chat) const {
  const std::scoped_lock lock(mutex_);
  std::vector<chat::MemberRecord> result;
  const auto found = members_.find(chat);
  if (found == members_.end()) return result;
  for (const auto& [user, member] : found->second) result.push_back(member);
  return result;
}

std::optional<chat::MemberRecord> MemoryDirectory::member(chat::ChatId chat,
                                                          chat::UserId user) const {
  const std::scoped_lock lock(mutex_);
  const auto members = members_.find(chat);
  if (members == members_.end()) return std::nullopt;
  const auto found = members->second.find(user);
  if (found == members->second.end()) return std::nullopt;
  return found->second;
}

std::vector<chat::ChatId> MemoryDirectory::chats_of(chat::UserId user) const {
  const std::scoped_lock lock(mutex_);
  const auto found = memberships_.find(user);
  if (found == memberships_.end()) return {};
  return {found->second.begin(), found->second.end()};
}

chat::TimeMs MemoryDirectory::last_seen(chat::UserId user) const {
  const std::scoped_lock lock(mutex_);
  const auto found = last_seen_.find(user);
  return found == last_seen_.end() ? 0 : found->second;
}

std::optional<chat::AssetLink> MemoryDirectory::asset_link(const chat::AssetId& asset,
                                                           chat::AssetHolder holder) const {
  const std::scoped_lock lock(mutex_);
  const auto found = asset_links_.find({asset, holder});
  if (found == asset_links_.end()) return std::nullopt;
  return found->second;
}

boost::system::error_code MemoryDirectory::add_asset_link(const chat::AssetLink& link) {
  const std::scoped_lock lock(mutex_);
  keep(link);
  return {};
}

boost::system::error_code MemoryDirectory::commit(std::span<const chat::Batch* const> batches) {
  const std::scoped_lock lock(mutex_);
  for (const chat::Batch* batch : batches) {
    for (const chat::ChatRecord& chat : batch->chats) keep(chat);
    for (const chat::MemberRecord& member : batch->members) keep(member);
    for (const chat::LastSeenRecord& seen : batch->last_seen) last_seen_[seen.user] = seen.time;
    for (const chat::AssetLink& link : batch->asset_links) keep(link);
  }
  return {};
}

void MemoryDirectory::keep(const chat::ChatRecord& chat) {
  chats_[chat.chat] = chat;
  next_chat_ = std::max(next_chat_, chat.chat.value + 1);
  if (!chat.key.empty()) chat_keys_[{chat.creator, chat.key}] = chat.chat;
}

void MemoryDirectory::keep(const chat::MemberRecord& member) {
  members_[member.chat][member.user] = member;
  auto& chats = memberships_[member.user];
  if (member.present) {
    chats.insert(member.chat);
  } else {
    chats.erase(member.chat);
  }
}

void MemoryDirectory::keep(const chat::AssetLink& link) {
  asset_links_.insert_or_assign({link.asset, link.holder}, link);
}

}  // namespace throng::storage
