#include "loadgen/measure/hdr_log.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <zlib.h>

#include <algorithm>
#include <stdexcept>
#include <string>

namespace throng::measure {
namespace {

using Bytes = std::vector<std::uint8_t>;

// The 0x10 marks counts of variable length.
constexpr std::uint32_t kEncodingCookie = 0x1c849303 | 0x10;
constexpr std::uint32_t kCompressedCookie = 0x1c849304 | 0x10;
constexpr double kNanosecondsPerMillisecond = 1e6;

template <typename Integer>
void put_big_endian(Bytes& out, Integer value) {
  for (int shift = 8 * (sizeof(Integer) - 1); shift >= 0; shift -= 8) {
    out.push_back(static_cast<std::uint8_t>(value >> shift));
  }
}

// ZigZag, then LEB128 in HdrHistogram's variant: a ninth byte, if there is one, holds eight bits.
void put_zigzag(Bytes& out, std::int64_t value) {
  constexpr int kBytesWithFlag = 8;
  auto rest = (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
  for (int i = 0; i < kBytesWithFlag && rest > 0x7f; ++i) {
    out.push_back(static_cast<std::uint8_t>(rest | 0x80));
    rest >>= 7;
  }
  out.push_back(static_cast<std::uint8_t>(rest));
}

// A single empty slot is a count of 0; only a longer run is written as a negative number.
void put_empty_slots(Bytes& out, std::size_t slots) {
  if (slots == 1) put_zigzag(out, 0);
  if (slots > 1) put_zigzag(out, -static_cast<std::int64_t>(slots));
}

Bytes encode_counts(const Histogram& histogram) {
  Bytes out;
  std::size_t next_slot = 0;
  histogram.for_each_bucket([&](std::int64_t lowest_ns, std::int64_t, std::uint64_t count) {
    const std::size_t slot = Histogram::slot_of(static_cast<std::uint64_t>(lowest_ns));
    put_empty_slots(out, slot - next_slot);
    put_zigzag(out, static_cast<std::int64_t>(count));
    next_slot = slot + 1;
  });
  if (out.empty()) put_empty_slots(out, 1);
  return out;
}

Bytes deflated(const Bytes& plain) {
  uLongf size = compressBound(plain.size());
  Bytes out(size);
  if (compress(out.data(), &size, plain.data(), plain.size()) != Z_OK) {
    throw std::runtime_error("zlib could not compress a histogram");
  }
  out.resize(size);
  return out;
}

std::string base64(const Bytes& bytes) {
  std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), bytes.data(),
                                     static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(length));
  return out;
}

std::string compressed_base64(const Histogram& histogram) {
  const Bytes payload = deflated(encode_hdr_v2(histogram));
  Bytes out;
  put_big_endian(out, kCompressedCookie);
  put_big_endian(out, static_cast<std::uint32_t>(payload.size()));
  out.insert(out.end(), payload.begin(), payload.end());
  return base64(out);
}

std::string without_separators(std::string_view tag) {
  std::string out(tag);
  std::replace_if(
      out.begin(), out.end(), [](char c) { return c == ',' || c == ' ' || c == '\r' || c == '\n'; },
      '_');
  return out;
}

}  // namespace

std::vector<std::uint8_t> encode_hdr_v2(const Histogram& histogram) {
  constexpr std::uint32_t kNormalizingIndexOffset = 0;
  constexpr std::uint64_t kLowestDiscernibleValue = 1;
  constexpr std::uint64_t kRatioOne = 0x3ff0000000000000;  // 1.0 as an IEEE 754 double
  const Bytes counts = encode_counts(histogram);
  Bytes out;
  put_big_endian(out, kEncodingCookie);
  put_big_endian(out, static_cast<std::uint32_t>(counts.size()));
  put_big_endian(out, kNormalizingIndexOffset);
  put_big_endian(out, static_cast<std::uint32_t>(Histogram::kSignificantDigits));
  put_big_endian(out, kLowestDiscernibleValue);
  put_big_endian(out, static_cast<std::uint64_t>(Histogram::kHighestTrackable));
  put_big_endian(out, kRatioOne);
  out.insert(out.end(), counts.begin(), counts.end());
  return out;
}

HdrLogWriter::HdrLogWriter(std::ostream& out, std::chrono::system_clock::time_point start)
    : out_(out) {
  const std::chrono::duration<double> since_epoch = start.time_since_epoch();
  out_ << "#[Histogram log format version 1.3]\n"
       << fmt::format("#[StartTime: {:.3f} (seconds since epoch), {:%Y-%m-%dT%H:%M:%S}Z]\n",
                      since_epoch.count(), fmt::gmtime(std::chrono::system_clock::to_time_t(start)))
       << "\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\",\"Interval_Compressed_"
          "Histogram\"\n";
}

void HdrLogWriter::write(std::string_view tag, double start_s, double length_s,
                         const Histogram& histogram) {
  const double max_ms = static_cast<double>(histogram.max()) / kNanosecondsPerMillisecond;
  out_ << fmt::format("Tag={},{:.3f},{:.3f},{:.6f},{}\n", without_separators(tag), start_s,
                      length_s, max_ms, compressed_base64(histogram));
}

}  // namespace throng::measure
