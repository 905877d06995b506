#include "server/notify/email_text.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sodium.h>

#include <string_view>

namespace throng::notify {
namespace {

constexpr std::size_t kLineDigits = 76;  // RFC 2045 section 6.8
/// So many bytes make an encoded word of less than 75 characters (RFC 2047 section 2).
constexpr std::size_t kWordBytes = 42;

std::string base64(std::string_view bytes) {
  constexpr int kVariant = sodium_base64_VARIANT_ORIGINAL;
  std::string text(sodium_base64_encoded_len(bytes.size(), kVariant), '\0');
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                    bytes.size(), kVariant);
  text.pop_back();  // libsodium ends it with a NUL
  return text;
}

/// The length of a piece that is at most kWordBytes long and doesn't cut a character.
std::size_t word_length(std::string_view text) {
  if (text.size() <= kWordBytes) return text.size();
  std::size_t length = kWordBytes;
  while (length > 1 && (static_cast<unsigned char>(text[length]) & 0xc0) == 0x80) --length;
  return length;
}

/// Whatever is in it, it can't end the header.
std::string header_text(std::string_view text) {
  std::string words;
  while (!text.empty()) {
    const std::size_t length = word_length(text);
    if (!words.empty()) words += "\r\n ";
    words += fmt::format("=?UTF-8?B?{}?=", base64(text.substr(0, length)));
    text.remove_prefix(length);
  }
  return words;
}

std::string body_lines(std::string_view text) {
  const std::string digits = base64(text);
  std::string lines;
  for (std::size_t at = 0; at < digits.size(); at += kLineDigits) {
    lines += digits.substr(at, kLineDigits);
    lines += "\r\n";
  }
  return lines;
}

}  // namespace

std::string email_text(const Push& push, const std::string& from, const std::string& to,
                       std::uint32_t messages, TimeMs now) {
  std::string title = push.title;
  std::string text = push.text;
  if (push.chat) {
    title = fmt::format("{} new message{}", messages, messages == 1 ? "" : "s");
    text = fmt::format("{} in chat {}\n", title, push.chat.value);
  } else if (title.empty()) {
    title = push.priority == Priority::kOneTimeCode ? "Your code" : "News";
  }
  return fmt::format(
      "Date: {:%a, %d %b %Y %H:%M:%S} +0000\r\nFrom: <{}>\r\nTo: <{}>\r\nSubject: {}\r\n"
      "Message-ID: <{}{}>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
      "Content-Transfer-Encoding: base64\r\n\r\n{}",
      fmt::gmtime(static_cast<std::time_t>(now / 1000)), from, to, header_text(title), push.id,
      from.substr(from.find('@')), body_lines(text));
}

}  // namespace throng::notify
