#include "server/gateway/http_headers.hpp"

#include <algorithm>

#include "server/gateway/http_fields.hpp"

namespace throng::gateway {
namespace {

// Nothing in which a browser would find a script; "application/octet-stream" is for all else.
constexpr std::string_view kTypes[] = {"image/jpeg",
                                       "image/png",
                                       "image/gif",
                                       "image/webp",
                                       "image/avif",
                                       "image/heic",
                                       "video/mp4",
                                       "video/webm",
                                       "audio/mpeg",
                                       "audio/mp4",
                                       "audio/ogg",
                                       "audio/webm",
                                       "audio/wav",
                                       "audio/aac",
                                       "audio/flac",
                                       "text/plain",
                                       "application/pdf",
                                       "application/zip",
                                       "application/octet-stream"};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_without_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

constexpr ByteRange kOutside{.kind = ByteRange::Kind::kOutside};

ByteRange last_bytes(std::uint64_t count, std::uint64_t size) {
  if (count == 0 || size == 0) return kOutside;
  const std::uint64_t length = std::min(count, size);
  return {.kind = ByteRange::Kind::kPart, .offset = size - length, .length = length};
}

}  // namespace

ByteRange read_range(std::string_view header, std::uint64_t size) {
  constexpr std::string_view kUnit = "bytes=";
  if (!same_without_case(header.substr(0, kUnit.size()), kUnit)) return {};
  const std::string_view range = trimmed(header.substr(kUnit.size()));
  const std::size_t dash = range.find('-');
  if (dash == std::string_view::npos) return {};
  const auto first = parse_number(range.substr(0, dash));
  const auto last = parse_number(range.substr(dash + 1));
  if (dash == 0) return last ? last_bytes(*last, size) : ByteRange();
  const bool open = dash + 1 == range.size();
  if (!first || (!last && !open) || (last && *last < *first)) return {};
  if (*first >= size) return kOutside;
  const std::uint64_t end = last ? std::min(*last, size - 1) : size - 1;
  return {.kind = ByteRange::Kind::kPart, .offset = *first, .length = end - *first + 1};
}

bool names_etag(std::string_view header, std::string_view etag) {
  while (!header.empty()) {
    const std::size_t comma = header.find(',');
    std::string_view each = trimmed(header.substr(0, comma));
    if (each.starts_with("W/")) each.remove_prefix(2);
    if (each == "*" || each == etag) return true;
    header.remove_prefix(comma == std::string_view::npos ? header.size() : comma + 1);
  }
  return false;
}

std::optional<std::string_view> asset_type(std::string_view content_type) {
  const std::string_view bare = trimmed(content_type.substr(0, content_type.find(';')));
  const auto* type = std::ranges::find_if(
      kTypes, [&](std::string_view known) { return same_without_case(known, bare); });
  if (type == std::end(kTypes)) return std::nullopt;
  return *type;
}

bool is_shown_inline(std::string_view type) {
  return type.starts_with("image/") || type.starts_with("video/") || type.starts_with("audio/");
}

}  // namespace throng::gateway
