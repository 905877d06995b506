#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "protocol/error.hpp"

/// RFC 6455 framing without I/O: both ends of a connection use it after the HTTP upgrade.
namespace throng::protocol {

enum class Opcode : std::uint8_t {
  kContinuation = 0x0,
  kText = 0x1,
  kBinary = 0x2,
  kClose = 0x8,
  kPing = 0x9,
  kPong = 0xa,
};

/// The most bytes that a frame's header takes (RFC 6455 section 5.2).
inline constexpr std::size_t kMaxFrameHeaderBytes = 14;

/// What is readable behind a message that was put together from fragments.
inline constexpr std::size_t kFragmentPadding = 64;

/// Appends the header of an unmasked text frame, for a payload that is written beside it.
void append_text_header(std::string& out, std::size_t payload_bytes);
/// Appends an unmasked frame (what a server sends).
/// Requires: at most 125 bytes of payload for close, ping and pong.
void append_frame(std::string& out, Opcode opcode, std::string_view payload);
/// Appends a masked frame (what a client sends). A mask of 0x37fa213d is 37 fa 21 3d on the wire.
/// Requires: as `append_frame`.
void append_masked_frame(std::string& out, Opcode opcode, std::string_view payload,
                         std::uint32_t mask);
/// The two-byte code and the reason, as the payload of a close frame; the reason is cut at 123
/// bytes, between two characters.
std::string close_payload(std::uint16_t code, std::string_view reason);
/// XORs `bytes` with `mask` (RFC 6455 section 5.3), `offset` bytes into the payload.
void apply_mask(std::span<char> bytes, std::uint32_t mask, std::size_t offset = 0);

enum class FrameRole : std::uint8_t { kServer, kClient };

/// Cuts a stream of bytes into messages, in place. One per connection, a few words while idle;
/// what is incomplete stays in the caller's buffer, except for the pieces of a fragmented message.
///
/// Invariants: a server takes masked frames only, a client unmasked ones; reserved bits, unknown
/// opcodes, fragmented or long control frames, 64-bit lengths with the high bit set, lengths not
/// in their shortest form, text that isn't UTF-8 and messages over the limit are refused.
class FrameReader {
 public:
  FrameReader(FrameRole role, std::size_t max_message_bytes)
      : max_message_bytes_(max_message_bytes), role_(role) {}

  struct Item {
    enum class Kind : std::uint8_t {
      kNeedMore,  ///< nothing whole is left in the input
      kText,
      kBinary,
      kPing,
      kPong,
      kClose,   ///< `payload` is the reason, `close_code` the code (1005: none given)
      kFailed,  ///< `error` says why, `close_code` what to close with (1002, 1007 or 1009)
    };
    Kind kind = Kind::kNeedMore;
    /// In the input; for a fragmented message in the reader, with kFragmentPadding readable bytes
    /// behind it, so that either can be decoded in place.
    std::string_view payload;
    std::uint16_t close_code = 0;
    Error error = Error::kBadFrame;
  };

  /// Takes the next whole item from the front of `input`, unmasking in place, and sets `used` to
  /// the bytes it took, which the caller then skips. Call until kNeedMore, which may have taken
  /// bytes too: pieces of a fragmented message. A message over the limit fails once its header is
  /// there, before its payload. After kFailed there is only kFailed.
  /// The payload is valid until the input changes or the next call.
  Item next(std::span<char> input, std::size_t& used);

 private:
  bool is_in_sequence(Opcode opcode) const;
  Item data(Opcode opcode, std::string_view payload);
  Item control(Opcode opcode, std::string_view payload);
  Item fail(std::uint16_t close_code);
  std::string_view padded_fragments();
  void release_fragments();

  // Constant after construction
  std::size_t max_message_bytes_;
  FrameRole role_;

  Opcode fragmented_ = Opcode::kContinuation;  ///< kContinuation: no fragmented message is open
  std::uint16_t failed_ = 0;                   ///< the close code of the failure; 0: none
  std::string fragments_;  ///< of the open message, or the one returned by the last call
};

/// The value of Sec-WebSocket-Accept for a Sec-WebSocket-Key (RFC 6455 section 4.2.2).
std::string accept_key(std::string_view key);

}  // namespace throng::protocol
