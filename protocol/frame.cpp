#include "protocol/frame.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <optional>
#include <utility>

#include "protocol/utf8.hpp"

namespace throng::protocol {
namespace {

constexpr unsigned char kFinBit = 0x80;
constexpr unsigned char kReservedBits = 0x70;
constexpr unsigned char kOpcodeBits = 0x0f;
constexpr unsigned char kMaskBit = 0x80;
constexpr unsigned char kLengthBits = 0x7f;
constexpr std::uint64_t kMaxControlBytes = 125;
constexpr std::size_t kMaskBytes = 4;

constexpr std::uint16_t kNoCloseCode = 1005;
constexpr std::uint16_t kProtocolErrorCode = 1002;
constexpr std::uint16_t kBadTextCode = 1007;
constexpr std::uint16_t kTooLargeCode = 1009;

void append_big_endian(std::string& out, std::uint64_t value, int bytes) {
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) {
    out += static_cast<char>(value >> shift & 0xff);
  }
}

std::uint64_t read_big_endian(std::span<const char> bytes) {
  std::uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

void append_header(std::string& out, Opcode opcode, std::size_t size, unsigned char mask_bit) {
  const auto first = static_cast<unsigned char>(kFinBit | static_cast<unsigned char>(opcode));
  out += static_cast<char>(first);
  if (size <= kMaxControlBytes) {
    out += static_cast<char>(mask_bit | size);
  } else if (size <= 0xffff) {
    out += static_cast<char>(mask_bit | 126);
    append_big_endian(out, size, 2);
  } else {
    out += static_cast<char>(mask_bit | 127);
    append_big_endian(out, size, 8);
  }
}

bool is_control(Opcode opcode) { return static_cast<unsigned char>(opcode) >= 0x8; }

bool is_known(Opcode opcode) {
  return opcode <= Opcode::kBinary || (opcode >= Opcode::kClose && opcode <= Opcode::kPong);
}

/// The codes that a close frame may carry (RFC 6455 section 7.4 and the IANA registry).
bool is_close_code(std::uint16_t code) {
  constexpr auto kNeverSent = std::to_array<std::uint16_t>({1004, 1005, 1006});
  const bool registered = code >= 1000 && code <= 1014;
  const bool free_for_use = code >= 3000 && code <= 4999;
  return (registered || free_for_use) && std::ranges::find(kNeverSent, code) == kNeverSent.end();
}

/// One frame's header (RFC 6455 section 5.2).
struct Header {
  bool fin = false;
  Opcode opcode = Opcode::kContinuation;
  std::size_t bytes = 0;                       ///< of the header itself
  std::optional<std::uint64_t> payload_bytes;  ///< nullopt: that part isn't there yet
  std::uint32_t mask = 0;
};

/// Whether the two bytes that every frame has are ones that this role may get at all.
bool starts_well(unsigned char first, unsigned char second, FrameRole role) {
  const auto opcode = static_cast<Opcode>(first & kOpcodeBits);
  const bool masked = (second & kMaskBit) != 0;
  if ((first & kReservedBits) != 0 || !is_known(opcode)) return false;
  if (masked != (role == FrameRole::kServer)) return false;
  const bool whole_and_short = (first & kFinBit) != 0 && (second & kLengthBits) <= kMaxControlBytes;
  return !is_control(opcode) || whole_and_short;
}

/// Reads as much of a header as is there. Requires: two bytes at least, which start well.
/// False: the length isn't in its shortest form or has its high bit set.
bool read_header(std::span<const char> input, Header& header) {
  const auto first = static_cast<unsigned char>(input[0]);
  const auto second = static_cast<unsigned char>(input[1]);
  const std::uint64_t short_length = second & kLengthBits;
  const std::size_t length_bytes = short_length == 127 ? 8 : short_length == 126 ? 2 : 0;
  const std::size_t mask_bytes = (second & kMaskBit) != 0 ? kMaskBytes : 0;
  header.fin = (first & kFinBit) != 0;
  header.opcode = static_cast<Opcode>(first & kOpcodeBits);
  header.bytes = 2 + length_bytes + mask_bytes;

  if (input.size() < 2 + length_bytes) return true;
  std::uint64_t length = short_length;
  if (length_bytes != 0) {
    length = read_big_endian(input.subspan(2, length_bytes));
    const std::uint64_t least = length_bytes == 2 ? kMaxControlBytes + 1 : 0x10000;
    if (length < least || length >> 63 != 0) return false;
  }
  header.payload_bytes = length;
  if (input.size() < header.bytes) return true;
  header.mask =
      static_cast<std::uint32_t>(read_big_endian(input.subspan(2 + length_bytes, mask_bytes)));
  return true;
}

/// Whether the payload is there to its end.
bool is_whole(std::span<const char> input, const Header& header) {
  return header.payload_bytes && input.size() >= header.bytes &&
         input.size() - header.bytes >= *header.payload_bytes;
}

}  // namespace

void append_text_header(std::string& out, std::size_t payload_bytes) {
  append_header(out, Opcode::kText, payload_bytes, 0);
}

void append_frame(std::string& out, Opcode opcode, std::string_view payload) {
  append_header(out, opcode, payload.size(), 0);
  out += payload;
}

void append_masked_frame(std::string& out, Opcode opcode, std::string_view payload,
                         std::uint32_t mask) {
  append_header(out, opcode, payload.size(), kMaskBit);
  append_big_endian(out, mask, kMaskBytes);
  const std::size_t start = out.size();
  out += payload;
  apply_mask(std::span(out).subspan(start), mask);
}

std::string close_payload(std::uint16_t code, std::string_view reason) {
  std::string payload;
  append_big_endian(payload, code, 2);
  std::string_view cut = reason.substr(0, kMaxControlBytes - payload.size());
  while (!is_valid_utf8(cut)) cut.remove_suffix(1);
  return payload += cut;
}

void apply_mask(std::span<char> bytes, std::uint32_t mask, std::size_t offset) {
  std::array<char, 8> pattern;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    pattern[i] = static_cast<char>(mask >> (24 - 8 * ((offset + i) % 4)) & 0xff);
  }
  const auto pattern_word = std::bit_cast<std::uint64_t>(pattern);
  char* at = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= sizeof pattern_word; left -= sizeof pattern_word, at += sizeof pattern_word) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, sizeof word);
    word ^= pattern_word;
    std::memcpy(at, &word, sizeof word);
  }
  for (std::size_t i = 0; i < left; ++i) at[i] ^= pattern[i];
}

FrameReader::Item FrameReader::next(std::span<char> input, std::size_t& used) {
  used = 0;
  if (failed_ != 0) return fail(failed_);
  if (fragmented_ == Opcode::kContinuation) release_fragments();
  while (true) {
    const std::span<char> rest = input.subspan(used);
    if (rest.size() < 2) return {};
    Header header;
    if (!starts_well(static_cast<unsigned char>(rest[0]), static_cast<unsigned char>(rest[1]),
                     role_) ||
        !read_header(rest, header) || !is_in_sequence(header.opcode)) {
      return fail(kProtocolErrorCode);
    }
    if (!is_control(header.opcode) && header.payload_bytes &&
        *header.payload_bytes > max_message_bytes_ - fragments_.size()) {
      return fail(kTooLargeCode);
    }
    if (!is_whole(rest, header)) return {};

    const std::span<char> payload = rest.subspan(header.bytes, *header.payload_bytes);
    if (role_ == FrameRole::kServer) apply_mask(payload, header.mask);
    used += header.bytes + payload.size();
    const std::string_view text(payload.data(), payload.size());
    if (is_control(header.opcode)) return control(header.opcode, text);
    if (header.fin && header.opcode != Opcode::kContinuation) return data(header.opcode, text);

    fragments_ += text;
    if (header.opcode != Opcode::kContinuation) fragmented_ = header.opcode;
    if (header.fin)
      return data(std::exchange(fragmented_, Opcode::kContinuation), padded_fragments());
  }
}

/// Continuations continue something; nothing else may begin before it ended (section 5.4).
bool FrameReader::is_in_sequence(Opcode opcode) const {
  const bool open = fragmented_ != Opcode::kContinuation;
  return is_control(opcode) || open == (opcode == Opcode::kContinuation);
}

FrameReader::Item FrameReader::data(Opcode opcode, std::string_view payload) {
  if (opcode == Opcode::kBinary) return {.kind = Item::Kind::kBinary, .payload = payload};
  if (!is_valid_utf8(payload)) return fail(kBadTextCode);
  return {.kind = Item::Kind::kText, .payload = payload};
}

FrameReader::Item FrameReader::control(Opcode opcode, std::string_view payload) {
  if (opcode == Opcode::kPing) return {.kind = Item::Kind::kPing, .payload = payload};
  if (opcode == Opcode::kPong) return {.kind = Item::Kind::kPong, .payload = payload};
  if (payload.empty())
    return {.kind = Item::Kind::kClose, .payload = {}, .close_code = kNoCloseCode};
  if (payload.size() == 1) return fail(kProtocolErrorCode);
  const auto code = static_cast<std::uint16_t>(read_big_endian(payload.substr(0, 2)));
  payload.remove_prefix(2);
  if (!is_close_code(code)) return fail(kProtocolErrorCode);
  if (!is_valid_utf8(payload)) return fail(kBadTextCode);
  return {.kind = Item::Kind::kClose, .payload = payload, .close_code = code};
}

FrameReader::Item FrameReader::fail(std::uint16_t close_code) {
  failed_ = close_code;
  release_fragments();
  return {.kind = Item::Kind::kFailed,
          .payload = {},
          .close_code = close_code,
          .error = close_code == kTooLargeCode ? Error::kTooLarge : Error::kBadFrame};
}

std::string_view FrameReader::padded_fragments() {
  const std::size_t size = fragments_.size();
  fragments_.append(kFragmentPadding, '\0');
  return std::string_view(fragments_).substr(0, size);
}

/// Gives the memory back too: an idle connection is to cost nothing.
void FrameReader::release_fragments() {
  if (fragments_.capacity() > std::string().capacity()) fragments_ = {};
  fragments_.clear();
}

std::string accept_key(std::string_view key) {
  constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  const std::string text = std::string(key) + std::string(kGuid);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned int size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr);
  std::string accept(4 * ((size + 2) / 3) + 1, '\0');
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(accept.data()), digest.data(),
                  static_cast<int>(size));
  accept.pop_back();  // OpenSSL ends it with a NUL
  return accept;
}

}  // namespace throng::protocol
