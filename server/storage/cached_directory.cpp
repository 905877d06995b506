#include "server/storage/cached_directory.hpp"

namespace throng::storage {
namespace {

constexpr std::size_t kCaches = 4;

}  // namespace

std::size_t CachedDirectory::HashMember::operator()(const MemberKey& key) const noexcept {
  return protocol::mix(protocol::mix(key.first.value) ^ key.second.value);
}

std::size_t CachedDirectory::HashLink::operator()(const LinkKey& key) const noexcept {
  return protocol::mix(std::hash<chat::AssetId>{}(key.first) ^ key.second.id);
}

CachedDirectory::CachedDirectory(chat::Directory& disk, std::size_t max_bytes)
    : disk_(disk),
      chats_(max_bytes / kCaches),
      members_(max_bytes / kCaches),
      chats_of_(max_bytes / kCaches),
      links_(max_bytes / kCaches) {}

std::optional<chat::ChatRecord> CachedDirectory::chat(chat::ChatId chat) const {
  return chats_.get(
      chat, [&] { return disk_.chat(chat); },
      [](const chat::ChatRecord& record) { return record.name.size() + record.key.size(); });
}

std::optional<chat::MemberRecord> CachedDirectory::member(chat::ChatId chat,
                                                          chat::UserId user) const {
  return members_.get(
      {chat, user}, [&] { return disk_.member(chat, user); },
      [](const chat::MemberRecord&) { return std::size_t{0}; });
}

std::vector<chat::ChatId> CachedDirectory::chats_of(chat::UserId user) const {
  const auto load = [&]() -> std::optional<std::vector<chat::ChatId>> {
    auto chats = disk_.chats_of(user);
    if (chats.empty()) return std::nullopt;
    return chats;
  };
  return chats_of_
      .get(user, load,
           [](const std::vector<chat::ChatId>& chats) { return chats.size() * sizeof chats[0]; })
      .value_or(std::vector<chat::ChatId>());
}

std::optional<chat::AssetLink> CachedDirectory::asset_link(const chat::AssetId& asset,
                                                           chat::AssetHolder holder) const {
  return links_.get(
      {asset, holder}, [&] { return disk_.asset_link(asset, holder); },
      [](const chat::AssetLink& link) { return link.type.size(); });
}

boost::system::error_code CachedDirectory::add_asset_link(const chat::AssetLink& link) {
  const auto error = disk_.add_asset_link(link);
  links_.forget({link.asset, link.holder});
  return error;
}

boost::system::error_code CachedDirectory::commit(std::span<const chat::Batch* const> batches) {
  const auto error = disk_.commit(batches);
  // After a failure too: what was to be kept may be there.
  for (const chat::Batch* batch : batches) forget(*batch);
  return error;
}

void CachedDirectory::forget(const chat::Batch& batch) {
  for (const chat::ChatRecord& chat : batch.chats) chats_.forget(chat.chat);
  for (const chat::MemberRecord& member : batch.members) {
    members_.forget({member.chat, member.user});
    chats_of_.forget(member.user);
  }
  for (const chat::AssetLink& link : batch.asset_links) links_.forget({link.asset, link.holder});
}

std::array<CachedDirectory::Counters, 4> CachedDirectory::counters() const {
  return {Counters{"chat", chats_.counters()}, Counters{"member", members_.counters()},
          Counters{"chats_of", chats_of_.counters()}, Counters{"asset_link", links_.counters()}};
}

}  // namespace throng::storage
