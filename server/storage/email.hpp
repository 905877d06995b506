#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace throng::storage {

/// The form in which e-mail addresses are compared: ASCII letters in lower case, the rest as it is.
inline std::string email_key(std::string_view email) {
  std::string key(email);
  std::transform(key.begin(), key.end(), key.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return key;
}

/// One @ with something on both sides and nothing that breaks a header; the rest is for the mail
/// server to judge.
inline bool looks_like_email(std::string_view text) {
  constexpr std::size_t kMaxBytes = 254;  // RFC 5321 section 4.5.3.1.3
  const std::size_t at = text.find('@');
  if (text.size() > kMaxBytes || at == std::string_view::npos || at == 0 || at + 1 == text.size() ||
      text.find('@', at + 1) != std::string_view::npos) {
    return false;
  }
  const auto breaks = [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte <= ' ' || byte == 0x7f ||
           std::string_view("\"<>,;:\\").find(c) != std::string_view::npos;
  };
  return std::none_of(text.begin(), text.end(), breaks);
}

}  // namespace throng::storage
