#include "loadgen/measure/hdr_log_reader.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <zlib.h>

#include <array>
#include <charconv>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace throng::measure {
namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::uint32_t kEncodingCookie = 0x1c849303 | 0x10;
constexpr std::size_t kEnvelopeBytes = 8;  // a cookie and the length of what is deflated
constexpr std::size_t kHeaderBytes = 40;
constexpr std::size_t kSlots =
    Histogram::slot_of(static_cast<std::uint64_t>(Histogram::kHighestTrackable)) + 1;
// A number takes nine bytes at most.
constexpr std::size_t kMostBytes = kHeaderBytes + 9 * kSlots;

// The numbers that put_zigzag() of the writer wrote, off the front.
class Numbers {
 public:
  explicit Numbers(std::span<const std::uint8_t> bytes) : rest_(bytes) {}

  bool at_end() const { return rest_.empty(); }
  std::int64_t next() {
    constexpr int kBytesWithFlag = 8;
    std::uint64_t value = 0;
    for (int i = 0;; ++i) {
      if (rest_.empty()) throw std::runtime_error("a count is cut off");
      const std::uint64_t byte = rest_.front();
      rest_ = rest_.subspan(1);
      const bool is_whole = i == kBytesWithFlag;
      value |= (is_whole ? byte : byte & 0x7f) << (7 * i);
      if (is_whole || byte < 0x80) break;
    }
    return static_cast<std::int64_t>((value >> 1) ^ (~(value & 1) + 1));
  }

 private:
  std::span<const std::uint8_t> rest_;
};

std::uint32_t big_endian(std::span<const std::uint8_t> bytes) {
  return (std::uint32_t{bytes[0]} << 24) | (std::uint32_t{bytes[1]} << 16) |
         (std::uint32_t{bytes[2]} << 8) | bytes[3];
}

// The inverse of Histogram::slot_of().
std::int64_t lowest_in(std::size_t slot) {
  constexpr std::size_t kExactSlots = 2048;
  constexpr int kSlotsOfDoublingBits = 10;
  if (slot < kExactSlots) return static_cast<std::int64_t>(slot);
  const std::size_t shift = (slot >> kSlotsOfDoublingBits) - 1;
  return static_cast<std::int64_t>((slot - (shift << kSlotsOfDoublingBits)) << shift);
}

// Base 64 comes in groups of four; what pads the last one decodes to zeros.
Bytes from_base64(std::string_view text) {
  Bytes out(text.size() / 4 * 3);
  const int length =
      EVP_DecodeBlock(out.data(), reinterpret_cast<const unsigned char*>(text.data()),
                      static_cast<int>(text.size()));
  if (length < static_cast<int>(kEnvelopeBytes)) throw std::runtime_error("isn't base 64");
  return out;
}

Bytes inflated(std::span<const std::uint8_t> deflated) {
  Bytes out(kMostBytes);
  uLongf size = out.size();
  if (uncompress(out.data(), &size, deflated.data(), deflated.size()) != Z_OK) {
    throw std::runtime_error("can't be inflated");
  }
  out.resize(size);
  return out;
}

Histogram read_histogram(std::string_view base64) {
  const Bytes bytes = from_base64(base64);
  const std::size_t length = big_endian(std::span(bytes).subspan(4));
  if (length > bytes.size() - kEnvelopeBytes) throw std::runtime_error("is cut off");
  return decode_hdr_v2(inflated(std::span(bytes).subspan(kEnvelopeBytes, length)));
}

double read_number(std::string_view text) {
  double number = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, failed] = std::from_chars(text.data(), end, number);
  if (failed != std::errc() || stopped != end) {
    throw std::runtime_error(fmt::format("expected a time, found \"{}\"", text));
  }
  return number;
}

// Tag=send,0.000,1.000,12.345678,HISTFAAAACN4…
LoggedInterval read_interval(std::string_view line) {
  std::array<std::string_view, 5> fields;
  for (std::size_t i = 0; i + 1 < fields.size(); ++i) {
    const std::size_t comma = line.find(',');
    if (comma == line.npos) throw std::runtime_error("expected five fields");
    fields[i] = line.substr(0, comma);
    line.remove_prefix(comma + 1);
  }
  fields.back() = line;
  return {std::string(fields[0].substr(fields[0].find('=') + 1)), read_number(fields[1]),
          read_number(fields[2]), read_histogram(fields[4])};
}

}  // namespace

Histogram decode_hdr_v2(std::span<const std::uint8_t> encoded) {
  if (encoded.size() < kHeaderBytes || big_endian(encoded) != kEncodingCookie) {
    throw std::runtime_error("isn't a histogram in HdrHistogram's V2 encoding");
  }
  Histogram histogram;
  Numbers numbers(encoded.subspan(kHeaderBytes));
  for (std::size_t slot = 0; !numbers.at_end();) {
    const std::int64_t count = numbers.next();
    const auto left = static_cast<std::int64_t>(kSlots - slot);
    if (count < -left || (count >= 0 && left == 0)) {
      throw std::runtime_error("has more slots than there are");
    }
    if (count > 0) histogram.record(lowest_in(slot), static_cast<std::uint64_t>(count));
    slot += count < 0 ? static_cast<std::size_t>(-count) : 1;
  }
  return histogram;
}

std::optional<LoggedInterval> HdrLogReader::next() {
  std::string line;
  while (std::getline(in_, line)) {
    ++line_;
    if (!line.starts_with("Tag=")) continue;
    try {
      return read_interval(line);
    } catch (const std::runtime_error& error) {
      throw std::runtime_error(fmt::format("{}:{}: {}", file_, line_, error.what()));
    }
  }
  return std::nullopt;
}

}  // namespace throng::measure
