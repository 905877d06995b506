#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace throng::protocol {

/// A number that names one kind of thing, so that a user can't be passed where a chat is wanted.
/// Valid ids run from 1 to kMaxId (2^53 - 1, what every JSON reader keeps exact); 0 names nothing.
template <class Tag>
struct Id {
  std::uint64_t value = 0;

  constexpr explicit operator bool() const { return value != 0; }
  friend constexpr auto operator<=>(Id, Id) = default;
};

inline constexpr std::uint64_t kMaxId = (std::uint64_t{1} << 53) - 1;

using UserId = Id<struct UserTag>;
using ChatId = Id<struct ChatTag>;

/// A message's place in its chat: dense, from 1. 0 means "before the first message".
using Seq = std::uint64_t;

/// Milliseconds since 1970-01-01 UTC, as the server's clock has them.
using TimeMs = std::int64_t;

/// Spreads ids over shards and hash tables (the finaliser of MurmurHash3: every input bit reaches
/// every output bit).
constexpr std::uint64_t mix(std::uint64_t x) {
  x ^= x >> 33;
  x *= 0xff51afd7ed558ccdULL;
  x ^= x >> 33;
  x *= 0xc4ceb9fe1a85ec53ULL;
  return x ^ (x >> 33);
}

}  // namespace throng::protocol

template <class Tag>
struct std::hash<throng::protocol::Id<Tag>> {
  std::size_t operator()(throng::protocol::Id<Tag> id) const noexcept {
    return throng::protocol::mix(id.value);
  }
};
