#include "server/storage/rocks_directory.hpp"

#include <algorithm>

#include "server/storage/coding.hpp"
#include "server/storage/email.hpp"

namespace throng::storage {
namespace {

constexpr std::string_view kNextUserKey = "next_user";
constexpr std::string_view kNextChatKey = "next_chat";
constexpr std::uint64_t kChatIdBlock = 1024;

std::string chat_key(chat::UserId creator, std::string_view key) {
  std::string result(as_view(number_key(creator.value)));
  return result.append(key);
}

/// How a member stands to the chat, in one number.
constexpr std::uint64_t kPresent = 1;
constexpr std::uint64_t kAdmin = 2;
/// On the length of the name, which is far below.
constexpr std::uint64_t kHistoryShown = 128;
static_assert(protocol::kMaxNameBytes < kHistoryShown);

/// asset, kind of holder, holder
std::string asset_key(const chat::AssetId& asset, chat::AssetHolder holder) {
  std::string key(asset.bytes.begin(), asset.bytes.end());
  key += static_cast<char>(holder.kind);
  return key.append(as_view(number_key(holder.id)));
}

chat::MemberRecord decode_member(std::string_view key, std::string_view value) {
  ValueReader reader(value);
  chat::MemberRecord member;
  member.chat.value = load_big_endian(key, 0);
  member.user.value = load_big_endian(key, kNumberBytes);
  member.joined_after = reader.varint();
  member.left_after = reader.varint();
  const std::uint64_t standing = reader.varint();
  member.present = (standing & kPresent) != 0;
  member.admin = (standing & kAdmin) != 0;
  return member;
}

}  // namespace

RocksDirectory::RocksDirectory(RocksStore& store) : store_(store), batch_(store) {
  next_user_ = number(Family::kMeta, kNextUserKey).value_or(kFirstRegisteredUser);
  next_chat_ = reserved_below_ = number(Family::kMeta, kNextChatKey).value_or(1);
}

std::optional<std::uint64_t> RocksDirectory::number(Family family, std::string_view key) const {
  std::string value;
  if (!store_.get(family, key, value)) return std::nullopt;
  return ValueReader(value).varint();
}

boost::system::result<chat::UserId, protocol::Error> RocksDirectory::add_user(
    const chat::UserRecord& user) {
  const std::scoped_lock lock(users_mutex_);
  if (user_by_email(user.email)) return protocol::Error::kAlreadyExists;
  // Spent even if the write fails: what was to be written may be there after all.
  const chat::UserId id{next_user_++};
  RocksBatch batch(store_);
  batch.put(Family::kUsers, {as_view(number_key(id.value))},
            {Varints(user.email.size(), user.name.size()).view(), user.email, user.name,
             user.password_hash});
  batch.put(Family::kEmails, {email_key(user.email)}, {Varints(id.value).view()});
  batch.put(Family::kMeta, {kNextUserKey}, {Varints(next_user_).view()});
  if (store_.write(batch, Sync::kYes)) return protocol::Error::kUnavailable;
  return id;
}

std::optional<chat::UserRecord> RocksDirectory::user_by_email(std::string_view email) const {
  const auto id = number(Family::kEmails, email_key(email));
  std::string value;
  if (!id || !store_.get(Family::kUsers, as_view(number_key(*id)), value)) return std::nullopt;
  ValueReader reader(value);
  const std::uint64_t email_bytes = reader.varint();
  const std::uint64_t name_bytes = reader.varint();
  chat::UserRecord user;
  user.user.value = *id;
  user.email = reader.bytes(email_bytes);
  user.name = reader.bytes(name_bytes);
  user.password_hash = reader.rest();
  return user;
}

chat::ChatId RocksDirectory::next_chat_id() {
  const std::scoped_lock lock(chat_ids_mutex_);
  if (next_chat_ >= reserved_below_) reserve_chat_ids();
  return chat::ChatId{next_chat_++};
}

void RocksDirectory::reserve_chat_ids() {
  const std::uint64_t below = next_chat_ + kChatIdBlock;
  RocksBatch batch(store_);
  batch.put(Family::kMeta, {kNextChatKey}, {Varints(below).view()});
  if (!store_.write(batch, Sync::kYes)) reserved_below_ = below;
}

std::optional<chat::ChatRecord> RocksDirectory::chat(chat::ChatId chat) const {
  std::string value;
  if (!store_.get(Family::kChats, as_view(number_key(chat.value)), value)) return std::nullopt;
  ValueReader reader(value);
  chat::ChatRecord record;
  record.chat = chat;
  record.creator.value = reader.varint();
  record.created = static_cast<chat::TimeMs>(reader.varint());
  const std::uint64_t name_bytes = reader.varint();
  record.name = reader.bytes(name_bytes & ~kHistoryShown);
  record.history_shown = (name_bytes & kHistoryShown) != 0;
  record.key = reader.rest();
  return record;
}

std::optional<chat::ChatId> RocksDirectory::chat_by_key(chat::UserId creator,
                                                        std::string_view key) const {
  const auto id = number(Family::kChatKeys, chat_key(creator, key));
  if (!id) return std::nullopt;
  return chat::ChatId{*id};
}

std::vector<chat::MemberRecord> RocksDirectory::members(chat::ChatId chat) const {
  std::vector<chat::MemberRecord> result;
  store_.scan(Family::kMembers, as_view(pair_key(chat.value, 0)),
              as_view(pair_key(chat.value + 1, 0)), Order::kRising,
              [&](std::string_view key, std::string_view value) {
                result.push_back(decode_member(key, value));
                return true;
              });
  return result;
}

std::optional<chat::MemberRecord> RocksDirectory::member(chat::ChatId chat,
                                                         chat::UserId user) const {
  const PairKey key = pair_key(chat.value, user.value);
  std::string value;
  if (!store_.get(Family::kMembers, as_view(key), value)) return std::nullopt;
  return decode_member(as_view(key), value);
}

std::vector<chat::ChatId> RocksDirectory::chats_of(chat::UserId user) const {
  std::vector<chat::ChatId> result;
  store_.scan(Family::kMemberships, as_view(pair_key(user.value, 0)),
              as_view(pair_key(user.value + 1, 0)), Order::kRising,
              [&](std::string_view key, std::string_view) {
                result.push_back(chat::ChatId{load_big_endian(key, kNumberBytes)});
                return true;
              });
  return result;
}

chat::TimeMs RocksDirectory::last_seen(chat::UserId user) const {
  const auto time = number(Family::kLastSeen, as_view(number_key(user.value)));
  return static_cast<chat::TimeMs>(time.value_or(0));
}

std::optional<chat::AssetLink> RocksDirectory::asset_link(const chat::AssetId& asset,
                                                          chat::AssetHolder holder) const {
  std::string value;
  if (!store_.get(Family::kAssets, asset_key(asset, holder), value)) return std::nullopt;
  ValueReader reader(value);
  chat::AssetLink link{.asset = asset, .holder = holder, .seq = reader.varint(), .type = {}};
  link.type = reader.rest();
  return link;
}

boost::system::error_code RocksDirectory::add_asset_link(const chat::AssetLink& link) {
  RocksBatch batch(store_);
  put(batch, link);
  return store_.write(batch, store_.commit_sync());
}

boost::system::error_code RocksDirectory::commit(std::span<const chat::Batch* const> batches) {
  batch_.clear();
  Sync sync = Sync::kNo;
  std::uint64_t highest = 0;
  for (const chat::Batch* batch : batches) {
    for (const chat::ChatRecord& chat : batch->chats) {
      put(chat);
      highest = std::max(highest, chat.chat.value);
    }
    for (const chat::MemberRecord& member : batch->members) put(member);
    for (const chat::LastSeenRecord& seen : batch->last_seen) {
      batch_.put(Family::kLastSeen, {as_view(number_key(seen.user.value))},
                 {Varints(seen.time).view()});
    }
    for (const chat::AssetLink& link : batch->asset_links) put(batch_, link);
    if (!batch->chats.empty() || !batch->members.empty()) sync = store_.commit_sync();
  }
  return write_with_chat_ids(highest, sync);
}

boost::system::error_code RocksDirectory::write_with_chat_ids(std::uint64_t highest, Sync sync) {
  std::unique_lock lock(chat_ids_mutex_);
  next_chat_ = std::max(next_chat_, highest + 1);
  if (highest < reserved_below_) {
    lock.unlock();
    return store_.write(batch_, sync);
  }
  // The lock stays, so that no reservation overtakes this one.
  batch_.put(Family::kMeta, {kNextChatKey}, {Varints(next_chat_).view()});
  const auto error = store_.write(batch_, sync);
  if (!error) reserved_below_ = next_chat_;
  return error;
}

void RocksDirectory::put(const chat::ChatRecord& chat) {
  const std::uint64_t name_bytes = chat.name.size() | (chat.history_shown ? kHistoryShown : 0);
  batch_.put(Family::kChats, {as_view(number_key(chat.chat.value))},
             {Varints(chat.creator.value, chat.created, name_bytes).view(), chat.name, chat.key});
  if (chat.key.empty()) return;
  batch_.put(Family::kChatKeys, {chat_key(chat.creator, chat.key)},
             {Varints(chat.chat.value).view()});
}

void RocksDirectory::put(const chat::MemberRecord& member) {
  const std::uint64_t standing = (member.present ? kPresent : 0) | (member.admin ? kAdmin : 0);
  batch_.put(Family::kMembers, {as_view(pair_key(member.chat.value, member.user.value))},
             {Varints(member.joined_after, member.left_after, standing).view()});
  const PairKey membership = pair_key(member.user.value, member.chat.value);
  if (member.present) {
    batch_.put(Family::kMemberships, {as_view(membership)}, {});
  } else {
    batch_.remove(Family::kMemberships, as_view(membership));
  }
}

void RocksDirectory::put(RocksBatch& batch, const chat::AssetLink& link) {
  batch.put(Family::kAssets, {asset_key(link.asset, link.holder)},
            {Varints(link.seq).view(), link.type});
}

}  // namespace throng::storage
