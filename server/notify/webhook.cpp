#include "server/notify/webhook.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <array>
#include <boost/json.hpp>

namespace throng::notify {
namespace {

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

/// In hexadecimal digits.
std::string hmac_sha256(std::string_view secret, std::string_view text) {
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, bytes_of(secret), secret.size());
  crypto_auth_hmacsha256_update(&state, bytes_of(text), text.size());
  std::array<unsigned char, crypto_auth_hmacsha256_BYTES> mac{};
  crypto_auth_hmacsha256_final(&state, mac.data());
  sodium_memzero(&state, sizeof state);
  std::string hex(mac.size() * 2 + 1, '\0');
  sodium_bin2hex(hex.data(), hex.size(), mac.data(), mac.size());
  hex.pop_back();
  return hex;
}

}  // namespace

std::string webhook_body(const Push& push, const Preferences& preferences, std::uint32_t messages) {
  boost::json::object body{{"id", std::to_string(push.id)},
                           {"user", push.user.value},
                           {"to", preferences.webhook_address},
                           {"priority", name_of(push.priority)}};
  if (push.chat) {
    body["chat"] = push.chat.value;
    body["seq"] = push.through;
    body["messages"] = messages;
  } else {
    body["title"] = push.title;
    body["text"] = push.text;
  }
  return boost::json::serialize(body);
}

std::vector<std::string> webhook_headers(const Push& push, std::string_view body,
                                         std::string_view secret, TimeMs now) {
  return {"Content-Type: application/json", fmt::format("Idempotency-Key: {}", push.id),
          fmt::format("X-Throng-Timestamp: {}", now),
          fmt::format("X-Throng-Signature: sha256={}",
                      hmac_sha256(secret, fmt::format("{}.{}", now, body)))};
}

}  // namespace throng::notify
