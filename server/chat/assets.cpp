#include "server/chat/assets.hpp"

#include "server/chat/directory.hpp"

namespace throng::chat {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";
constexpr std::ptrdiff_t kMostChatsSearched = 200;

bool shows_history(const Directory& directory, ChatId chat) {
  const auto record = directory.chat(chat);
  return record && record->history_shown;
}

/// nullopt: the chat has no such asset, or the user can't see the message that it came with.
std::optional<std::string> type_in_chat(const Directory& directory, UserId user,
                                        const AssetId& asset, ChatId chat) {
  auto link = directory.asset_link(asset, AssetHolder::of(chat));
  if (!link) return std::nullopt;
  const auto member = directory.member(chat, user);
  if (!member || !member->present) return std::nullopt;
  if (link->seq <= member->joined_after && !shows_history(directory, chat)) return std::nullopt;
  return std::move(link->type);
}

}  // namespace

std::optional<AssetId> AssetId::parse(std::string_view text) {
  AssetId id;
  if (text.size() != 2 * id.bytes.size()) return std::nullopt;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::size_t digit = kDigits.find(text[i]);
    if (digit == std::string_view::npos) return std::nullopt;
    id.bytes[i / 2] = static_cast<unsigned char>(id.bytes[i / 2] << 4 | digit);
  }
  return id;
}

std::string AssetId::text() const {
  std::string text;
  for (const unsigned char byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 0xf];
  }
  return text;
}

std::optional<std::string> visible_asset_type(const Directory& directory, UserId user,
                                              const AssetId& asset, ChatId likely) {
  if (auto own = directory.asset_link(asset, AssetHolder::of(user))) return std::move(own->type);
  if (likely) {
    if (auto type = type_in_chat(directory, user, asset, likely)) return type;
  }
  // Who is in very many chats uploads it again: one request mustn't take many reads.
  std::vector<ChatId> chats = directory.chats_of(user);
  if (std::ssize(chats) > kMostChatsSearched) {
    chats.erase(chats.begin(), chats.end() - kMostChatsSearched);
  }
  for (const ChatId chat : chats) {
    if (auto type = type_in_chat(directory, user, asset, chat)) return type;
  }
  return std::nullopt;
}

}  // namespace throng::chat
