#include "server/chat/pagination.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <charconv>
#include <cstring>

namespace throng::chat {
namespace {

constexpr std::size_t kHexDigits = 16;

std::uint64_t keyed_hash(const std::array<unsigned char, 16>& key, protocol::ChatId chat,
                         protocol::Seq before) {
  static_assert(crypto_shorthash_KEYBYTES == 16 && crypto_shorthash_BYTES == sizeof(std::uint64_t));
  const std::uint64_t text[2] = {chat.value, before};
  std::uint64_t hash = 0;
  crypto_shorthash(reinterpret_cast<unsigned char*>(&hash),
                   reinterpret_cast<const unsigned char*>(text), sizeof text, key.data());
  return hash;
}

}  // namespace

Pagination::Pagination(std::string_view secret) : key_{} {
  crypto_generichash(key_.data(), key_.size(),
                     reinterpret_cast<const unsigned char*>(secret.data()), secret.size(),
                     reinterpret_cast<const unsigned char*>("throng pagination"), 17);
}

std::string Pagination::token(protocol::ChatId chat, protocol::Seq before) const {
  return fmt::format("{:016x}{:x}", keyed_hash(key_, chat, before), before);
}

std::optional<protocol::Seq> Pagination::read(protocol::ChatId chat, std::string_view token) const {
  if (token.size() <= kHexDigits || token.size() > 2 * kHexDigits) return std::nullopt;
  protocol::Seq before = 0;
  const auto [end, error] =
      std::from_chars(token.data() + kHexDigits, token.data() + token.size(), before, 16);
  if (error != std::errc{} || end != token.data() + token.size()) return std::nullopt;
  const std::string expected = this->token(chat, before);
  if (expected.size() != token.size() ||
      sodium_memcmp(expected.data(), token.data(), token.size()) != 0) {
    return std::nullopt;
  }
  return before;
}

}  // namespace throng::chat
