#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "loadgen/measure/roster.hpp"
#include "loadgen/pacing/clock.hpp"

namespace throng::measure {

/// What a run's stamps are keyed by, so that those of another run aren't taken for its own.
struct StampKey {
  explicit StampKey(std::uint64_t run_seed);

  std::uint64_t secret;
  std::uint32_t run_tag;  ///< 18 bits, told in the open
};

/// Which message a body belongs to: the sender's `k`th send in that chat, from 1.
struct MessageOrigin {
  ChatIndex chat = 0;
  UserNumber sender = 0;
  std::uint32_t k = 0;
};

struct Stamp {
  std::uint32_t k = 0;
  pacing::TimePoint due{};
  /// Of everything about the message but its due time. Equal for equal messages.
  std::uint64_t fingerprint = 0;
};

enum class StampVerdict : std::uint8_t {
  kOurs,       ///< exactly what that sender sent to that chat
  kOtherChat,  ///< what that sender sent to another chat
  kCorrupted,  ///< a stamp of this run whose checksum doesn't fit the bytes, the chat, the sender
  kNotOurs,    ///< nothing that this run sent: no stamp, or that of another run
};

struct StampCheck {
  StampVerdict verdict = StampVerdict::kNotOurs;
  Stamp stamp;  ///< meaningful for kOurs and kOtherChat
};

/// The stamp stands at the head of a body, in the alphabet of base64url (RFC 4648, section 5), the
/// most significant digit first:
///
///   ~  run tag (3)  chat (5)  k (5)  due time in ns (10)  checksum (7)
///   ~kf3AAAAMAAAABAAAAAAHUS9Lqh0Zk_ and then the text
///
/// The checksum covers all of it, the sender and the rest of the body.
inline constexpr std::size_t kStampBytes = 31;
inline constexpr std::size_t kMinBodyBytes = kStampBytes;

/// What a stamp has room for.
inline constexpr ChatIndex kMaxStampChat = (ChatIndex{1} << 30) - 1;
inline constexpr std::uint32_t kMaxStampK = (std::uint32_t{1} << 30) - 1;

/// Overwrites the first kStampBytes of `body` and returns the fingerprint. A body may be stamped
/// again with another due time; its fingerprint stays the same. Allocates nothing.
/// Requires: body.size() >= kMinBodyBytes; chat and k within the limits above; due >= 0.
std::uint64_t write_stamp(const StampKey& key, const MessageOrigin& origin, pacing::TimePoint due,
                          std::span<char> body);

/// The fingerprint of a message without a body, which has room for no stamp.
std::uint64_t bare_fingerprint(const StampKey& key, const MessageOrigin& origin);

/// What `body`, which came in `chat` as from `sender`, turns out to be. Allocates nothing; cost is
/// linear in the body, some bytes a nanosecond.
StampCheck read_stamp(const StampKey& key, ChatIndex chat, UserNumber sender,
                      std::string_view body);

}  // namespace throng::measure
