#pragma once

#include <array>
#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/events.hpp"

namespace throng::chat {

class Directory;

/// An asset's name: the SHA-256 of its bytes, on the wire as 64 hexadecimal digits in lower case.
struct AssetId {
  std::array<unsigned char, 32> bytes{};

  /// nullopt: not such a name.
  static std::optional<AssetId> parse(std::string_view text);
  std::string text() const;

  friend auto operator<=>(const AssetId&, const AssetId&) = default;
};

/// To whom an asset is shown: somebody who uploaded it, or the members of a chat.
struct AssetHolder {
  enum class Kind : std::uint8_t { kUser = 'u', kChat = 'c' };

  Kind kind;
  std::uint64_t id;

  static AssetHolder of(protocol::UserId user) { return {Kind::kUser, user.value}; }
  static AssetHolder of(protocol::ChatId chat) { return {Kind::kChat, chat.value}; }

  friend auto operator<=>(const AssetHolder&, const AssetHolder&) = default;
};

/// What makes an asset visible to a holder.
struct AssetLink {
  AssetId asset;
  AssetHolder holder;
  /// Of a chat: the newest message with the asset. Who joined behind it sees the asset only if the
  /// chat shows its history.
  protocol::Seq seq = 0;
  std::string type;  ///< of its bytes, as who uploaded it said, e.g. "image/png"
};

/// The type of an asset that the user may see: he uploaded it, or is in a chat where he can see a
/// message with it. nullopt: he may not, or there is none. `likely` is a chat to look at first.
/// Costs a read for each chat of the user's at worst. Throws as the directory does.
std::optional<std::string> visible_asset_type(const Directory& directory, protocol::UserId user,
                                              const AssetId& asset, protocol::ChatId likely = {});

}  // namespace throng::chat

template <>
struct std::hash<throng::chat::AssetId> {
  std::size_t operator()(const throng::chat::AssetId& id) const noexcept {
    std::uint64_t first = 0;
    for (std::size_t i = 0; i < sizeof first; ++i) first = first << 8 | id.bytes[i];
    return throng::protocol::mix(first);
  }
};
