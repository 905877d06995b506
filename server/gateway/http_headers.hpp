#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

/// What the headers of requests for assets say (RFC 9110).
namespace throng::gateway {

/// A part of something that has `size` bytes.
struct ByteRange {
  enum class Kind : std::uint8_t {
    kWhole,  ///< no range is wanted, or one that isn't understood, which counts as none
    kPart,
    kOutside,  ///< nothing of what is wanted is there
  };

  Kind kind = Kind::kWhole;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;

  friend bool operator==(const ByteRange&, const ByteRange&) = default;
};

/// Reads a `Range` header: one range of bytes, "bytes=0-499", "bytes=500-" or "bytes=-500". Several
/// count as none, as section 14.2 allows.
ByteRange read_range(std::string_view header, std::uint64_t size);

/// Whether `etag` is in the list of an `If-None-Match` header, or that is "*".
bool names_etag(std::string_view header, std::string_view etag);

/// The server's own text for a media type that it takes for assets; parameters count for nothing.
std::optional<std::string_view> asset_type(std::string_view content_type);

/// Whether a browser may show an asset of that type by itself; the others are to be saved.
bool is_shown_inline(std::string_view type);

}  // namespace throng::gateway
