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

}  // namespace throng::storage
