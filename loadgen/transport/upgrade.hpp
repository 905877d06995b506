#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "loadgen/transport/target.hpp"

/// The client's side of the HTTP upgrade to a WebSocket (RFC 6455 section 4), without I/O.
namespace throng::transport {

/// The most bytes that the answer's head may have.
inline constexpr std::size_t kMaxUpgradeBytes = 8 * 1024;

/// The value of Sec-WebSocket-Key: 16 bytes made of `nonce`, in base 64. The same nonce gives the
/// same key, so that a connection needn't keep it until the answer comes.
std::string upgrade_key(std::uint64_t nonce);

/// The request, up to and including its empty line.
std::string upgrade_request(const Target& target, std::string_view key);

enum class UpgradeState : std::uint8_t { kNeedMore, kAccepted, kRejected };

struct UpgradeAnswer {
  UpgradeState state = UpgradeState::kNeedMore;
  std::size_t head_bytes = 0;  ///< kAccepted: frames begin behind these
};

/// Judges what has come so far. Accepted is only HTTP/1.1 101 with Upgrade: websocket, Connection:
/// Upgrade, the accept key that belongs to `key`, and no extension (none was offered).
UpgradeAnswer check_upgrade(std::string_view received, std::string_view key);

}  // namespace throng::transport
