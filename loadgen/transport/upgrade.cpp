#include "loadgen/transport/upgrade.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include "protocol/frame.hpp"
#include "protocol/ids.hpp"

namespace throng::transport {
namespace {

constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

bool same_word(std::string_view a, std::string_view b) {
  return std::ranges::equal(
      a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// True if the comma-separated `list` holds `word` (RFC 9110 section 5.6.1).
bool list_has(std::string_view list, std::string_view word) {
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    if (same_word(trimmed(list.substr(0, comma)), word)) return true;
    if (comma == std::string_view::npos) return false;
    list.remove_prefix(comma + 1);
  }
  return false;
}

/// The value of the header `name` in `lines`, which end with CRLF each.
std::optional<std::string_view> header(std::string_view lines, std::string_view name) {
  while (!lines.empty()) {
    const std::size_t end = lines.find("\r\n");
    const std::string_view line = lines.substr(0, end);
    const std::size_t colon = line.find(':');
    if (colon != std::string_view::npos && same_word(line.substr(0, colon), name)) {
      return trimmed(line.substr(colon + 1));
    }
    if (end == std::string_view::npos) return std::nullopt;
    lines.remove_prefix(end + 2);
  }
  return std::nullopt;
}

bool accepts(std::string_view head, std::string_view key) {
  const std::size_t line_end = head.find("\r\n");
  const std::string_view status = head.substr(0, line_end);
  const std::string_view fields = head.substr(line_end + 2);
  return status.starts_with("HTTP/1.1 101") && (status.size() == 12 || status[12] == ' ') &&
         list_has(header(fields, "upgrade").value_or(""), "websocket") &&
         list_has(header(fields, "connection").value_or(""), "upgrade") &&
         header(fields, "sec-websocket-accept") == protocol::accept_key(key) &&
         !header(fields, "sec-websocket-extensions");
}

}  // namespace

std::string upgrade_key(std::uint64_t nonce) {
  std::array<unsigned char, 18> bytes{};  // 16, and the padding of base 64
  for (std::size_t i = 0; i < 16; ++i) {
    const std::uint64_t half = protocol::mix(nonce * 2 + i / 8 + 1);
    bytes[i] = static_cast<unsigned char>(half >> (8 * (i % 8)));
  }
  std::string key;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const unsigned word = bytes[i] << 16 | bytes[i + 1] << 8 | bytes[i + 2];
    for (const int shift : {18, 12, 6, 0}) key += kBase64[word >> shift & 63];
  }
  key.replace(22, 2, "==");
  return key;
}

std::string upgrade_request(const Target& target, std::string_view key) {
  std::string request = "GET " + target.path + " HTTP/1.1\r\nHost: " + target.authority();
  request += "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13";
  request += "\r\nSec-WebSocket-Key: ";
  request += key;
  request += "\r\n\r\n";
  return request;
}

UpgradeAnswer check_upgrade(std::string_view received, std::string_view key) {
  const std::size_t end = received.substr(0, kMaxUpgradeBytes).find("\r\n\r\n");
  if (end == std::string_view::npos) {
    return {received.size() < kMaxUpgradeBytes ? UpgradeState::kNeedMore : UpgradeState::kRejected,
            0};
  }
  if (!accepts(received.substr(0, end + 2), key)) return {UpgradeState::kRejected, 0};
  return {UpgradeState::kAccepted, end + 4};
}

}  // namespace throng::transport
