#include "protocol/token.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <charconv>
#include <cmath>
#include <optional>
#include <stdexcept>

#include "protocol/events.hpp"

namespace throng::protocol {
namespace {

namespace json = boost::json;

constexpr std::string_view kHeader = R"({"alg":"HS256","typ":"JWT"})";

using Signature = std::array<unsigned char, crypto_auth_hmacsha256_BYTES>;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string to_base64url(const unsigned char* data, std::size_t size) {
  constexpr int kVariant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
  std::string text(sodium_base64_encoded_len(size, kVariant), '\0');
  sodium_bin2base64(text.data(), text.size(), data, size, kVariant);
  text.pop_back();  // libsodium ends it with a NUL
  return text;
}

std::string to_base64url(std::string_view text) {
  return to_base64url(bytes_of(text), text.size());
}

std::optional<std::string> from_base64url(std::string_view text) {
  std::string bytes(text.size() / 4 * 3 + 3, '\0');
  std::size_t size = 0;
  const int failed = sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(),
                                       text.data(), text.size(), nullptr, &size, nullptr,
                                       sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  if (failed != 0) return std::nullopt;
  bytes.resize(size);
  return bytes;
}

/// HMAC-SHA-256 (RFC 2104: a key of any length).
Signature sign(std::string_view secret, std::string_view text) {
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, bytes_of(secret), secret.size());
  crypto_auth_hmacsha256_update(&state, bytes_of(text), text.size());
  Signature signature;
  crypto_auth_hmacsha256_final(&state, signature.data());
  sodium_memzero(&state, sizeof state);
  return signature;
}

std::optional<json::object> object_of(std::string_view base64url) {
  const std::optional<std::string> text = from_base64url(base64url);
  if (!text) return std::nullopt;
  json::error_code error;
  json::value value = json::parse(*text, error);
  if (error || !value.is_object()) return std::nullopt;
  return std::move(value.as_object());
}

/// `crit` names extensions that a reader must know (RFC 7515 section 4.1.11); we know none.
bool is_hs256(const json::object& header) {
  const json::value* alg = header.if_contains("alg");
  return alg != nullptr && alg->is_string() && alg->get_string() == "HS256" &&
         !header.contains("crit");
}

/// A NumericDate (RFC 7519 section 2), which may have a fraction, e.g. 1767225600.5. What lies
/// behind the last time that can be told, such as a library's "never", is that last time.
std::optional<TimeMs> time_ms(const json::value& value) {
  if (!value.is_number()) return std::nullopt;
  const double seconds = value.to_number<double>();
  if (!(seconds >= 0)) return std::nullopt;
  return static_cast<TimeMs>(std::min(std::floor(seconds * 1000), static_cast<double>(kMaxId)));
}

/// `sub` is a string in RFC 7519; a plain number is taken too.
std::optional<UserId> user_of(const json::value& sub) {
  std::uint64_t id = 0;
  if (sub.is_string()) {
    const json::string& text = sub.get_string();
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, id);
    if (error != std::errc{} || stop != end) return std::nullopt;
  } else if (sub.is_int64() && sub.get_int64() > 0) {
    id = static_cast<std::uint64_t>(sub.get_int64());
  }
  if (id == 0 || id > kMaxId) return std::nullopt;
  return UserId{id};
}

std::optional<Claims> claims_of(const json::object& payload, TimeMs now) {
  const json::value* sub = payload.if_contains("sub");
  const json::value* exp = payload.if_contains("exp");
  if (sub == nullptr || exp == nullptr) return std::nullopt;
  const std::optional<UserId> user = user_of(*sub);
  const std::optional<TimeMs> expires = time_ms(*exp);
  if (!user || !expires || *expires <= now) return std::nullopt;

  if (const json::value* nbf = payload.if_contains("nbf")) {
    const std::optional<TimeMs> starts = time_ms(*nbf);
    if (!starts || *starts > now) return std::nullopt;
  }
  const json::value* adm = payload.if_contains("adm");
  if (adm != nullptr && !adm->is_bool()) return std::nullopt;
  return Claims{.user = *user, .expires = *expires, .admin = adm != nullptr && adm->get_bool()};
}

}  // namespace

TokenKey::TokenKey(std::string_view secret) : secret_(secret) {
  if (sodium_init() < 0) throw std::runtime_error("libsodium can't start");
  if (secret.size() < kMinSecretBytes) {
    throw std::invalid_argument("the token secret needs at least 16 bytes");
  }
}

TokenKey::~TokenKey() { sodium_memzero(secret_.data(), secret_.size()); }

std::string TokenKey::mint(const Claims& claims) const {
  std::string payload = R"({"sub":")" + std::to_string(claims.user.value) + R"(","exp":)" +
                        std::to_string(claims.expires / 1000);
  payload += claims.admin ? R"(,"adm":true})" : "}";

  std::string token = to_base64url(kHeader) + '.' + to_base64url(payload);
  const Signature signature = sign(secret_, token);
  return token + '.' + to_base64url(signature.data(), signature.size());
}

boost::system::result<Claims, Error> TokenKey::verify(std::string_view token, TimeMs now) const {
  if (token.size() > kMaxTokenBytes) return Error::kBadToken;
  const std::size_t header_end = token.find('.');
  const std::size_t payload_end = token.rfind('.');
  if (header_end == payload_end) return Error::kBadToken;  // fewer than two dots

  // The signature comes first: nothing a stranger wrote is parsed.
  const Signature expected = sign(secret_, token.substr(0, payload_end));
  const std::optional<std::string> given = from_base64url(token.substr(payload_end + 1));
  if (!given || given->size() != expected.size() ||
      sodium_memcmp(given->data(), expected.data(), expected.size()) != 0) {
    return Error::kBadToken;
  }

  const auto header = object_of(token.substr(0, header_end));
  const auto payload = object_of(token.substr(header_end + 1, payload_end - header_end - 1));
  if (!header || !payload || !is_hs256(*header)) return Error::kBadToken;
  const std::optional<Claims> claims = claims_of(*payload, now);
  if (!claims) return Error::kBadToken;
  return *claims;
}

}  // namespace throng::protocol
