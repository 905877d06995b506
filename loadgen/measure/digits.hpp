#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace throng::measure {

/// The alphabet of base64url (RFC 4648, section 5): six bits a digit, safe in JSON as it is.
inline constexpr std::string_view kDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Writes the low 6 * count bits of `value` as `count` digits, the most significant first, and
/// returns where they end.
inline char* put_digits(char* out, std::uint64_t value, std::size_t count) {
  for (std::size_t i = count; i-- > 0; value >>= 6) out[i] = kDigits[value & 63];
  return out + count;
}

/// The other way; nullopt if one of them isn't a digit. Requires: at most 10 digits.
inline std::optional<std::uint64_t> get_digits(std::string_view digits) {
  static constexpr auto kValues = [] {
    std::array<std::int8_t, 256> values{};
    values.fill(-1);
    for (std::size_t i = 0; i < kDigits.size(); ++i) {
      values[static_cast<unsigned char>(kDigits[i])] = static_cast<std::int8_t>(i);
    }
    return values;
  }();
  std::uint64_t value = 0;
  for (const char digit : digits) {
    const int bits = kValues[static_cast<unsigned char>(digit)];
    if (bits < 0) return std::nullopt;
    value = value << 6 | static_cast<std::uint64_t>(bits);
  }
  return value;
}

}  // namespace throng::measure
