#include "loadgen/measure/hdr_log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <zlib.h>

#include <chrono>
#include <sstream>
#include <string>
#include <vector>

namespace throng::measure {
namespace {

using ::testing::StartsWith;
using Bytes = std::vector<std::uint8_t>;

std::string hex(const Bytes& bytes) {
  std::string out;
  for (const auto byte : bytes) {
    constexpr char kDigits[] = "0123456789abcdef";
    out += {kDigits[byte >> 4], kDigits[byte & 15]};
  }
  return out;
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, separator);) parts.push_back(part);
  return parts;
}

Bytes from_base64(const std::string& text) {
  Bytes out(text.size());
  const int length =
      EVP_DecodeBlock(out.data(), reinterpret_cast<const unsigned char*>(text.data()),
                      static_cast<int>(text.size()));
  const auto padding = text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;
  out.resize(static_cast<std::size_t>(length - padding));
  return out;
}

std::uint32_t big_endian_32(const Bytes& bytes, std::size_t at) {
  return std::uint32_t{bytes.at(at)} << 24 | std::uint32_t{bytes.at(at + 1)} << 16 |
         std::uint32_t{bytes.at(at + 2)} << 8 | bytes.at(at + 3);
}

Bytes inflated(const Bytes& deflated) {
  Bytes out(1 << 20);
  uLongf size = out.size();
  EXPECT_EQ(uncompress(out.data(), &size, deflated.data(), deflated.size()), Z_OK);
  out.resize(size);
  return out;
}

// The "V2" bytes inside one field of a log, after checking what wraps them.
Bytes unwrapped(const std::string& field) {
  const Bytes wrapped = from_base64(field);
  EXPECT_EQ(big_endian_32(wrapped, 0), 0x1c849314U);
  EXPECT_EQ(big_endian_32(wrapped, 4), wrapped.size() - 8);
  return inflated(Bytes(wrapped.begin() + 8, wrapped.end()));
}

Histogram mixed() {
  Histogram histogram;
  histogram.record(0);
  histogram.record(2, 2);
  histogram.record(3);
  histogram.record(2'047, 63);
  histogram.record(2'048, 64);
  histogram.record(1'000'000, 300);
  histogram.record(12'345'678, 5'000'000'000);
  histogram.record(Histogram::kHighestTrackable);
  return histogram;
}

std::string log_of(std::string_view tag, double start_s, double length_s,
                   const Histogram& histogram) {
  std::ostringstream out;
  HdrLogWriter(out, std::chrono::system_clock::time_point{})
      .write(tag, start_s, length_s, histogram);
  return split(out.str(), '\n').at(3);
}

// The bytes in the next three tests are those of HdrHistogram 2.1.12 for Java, given the same
// values and the same range.
TEST(EncodeHdrV2, WritesAnEmptyHistogramAsHdrHistogramDoes) {
  EXPECT_EQ(hex(encode_hdr_v2(Histogram())),
            "1c8493130000000100000000000000030000000000000001"
            "000003ffffffffff3ff0000000000000"
            "00");
}

TEST(EncodeHdrV2, WritesCountsAndEmptyRunsAsHdrHistogramDoes) {
  EXPECT_EQ(hex(encode_hdr_v2(mixed())),
            "1c8493130000001900000000000000030000000000000001"
            "000003ffffffffff3ff0000000000000"
            "02000402f51f7e8001bf8e01d804813980c8afa025b5a80202");
}

TEST(EncodeHdrV2, WritesTheLargestCountInNineBytes) {
  Histogram histogram;
  histogram.record(1, std::uint64_t{1} << 62);
  EXPECT_EQ(hex(encode_hdr_v2(histogram)),
            "1c8493130000000a00000000000000030000000000000001"
            "000003ffffffffff3ff0000000000000"
            "00808080808080808080");
}

TEST(HdrLogWriter, UnwrapsToTheEncodingFromWhatHdrHistogramCompressed) {
  EXPECT_EQ(unwrapped("HISTFAAAADh4nJNpmSzMwMAgyQABzFCaEcj8DwL2HyACTAwsTF/l6xoY9/cx3mBptGw4sX6B6tYV"
                      "TEwAmzgQrQ=="),
            encode_hdr_v2(mixed()));
}

TEST(HdrLogWriter, StartsWithVersionStartTimeAndLegend) {
  std::ostringstream out;
  HdrLogWriter writer(
      out, std::chrono::system_clock::time_point(std::chrono::milliseconds(1'700'000'000'250)));
  EXPECT_EQ(out.str(),
            "#[Histogram log format version 1.3]\n"
            "#[StartTime: 1700000000.250 (seconds since epoch), 2023-11-14T22:13:20Z]\n"
            "\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\",\"Interval_Compressed_"
            "Histogram\"\n");
}

TEST(HdrLogWriter, WritesALineThatDecodesToTheHistogram) {
  Histogram histogram = mixed();
  histogram.record(12'345'678);
  const auto fields = split(log_of("send", 0, 1, histogram), ',');
  ASSERT_EQ(fields.size(), 5U);
  EXPECT_EQ(fields[0], "Tag=send");
  EXPECT_EQ(fields[1], "0.000");
  EXPECT_EQ(fields[2], "1.000");
  EXPECT_EQ(fields[3], "4398046.511103");
  EXPECT_THAT(fields[4], StartsWith("HISTFA"));
  EXPECT_EQ(unwrapped(fields[4]), encode_hdr_v2(histogram));
  EXPECT_NE(unwrapped(fields[4]), encode_hdr_v2(mixed()));
}

TEST(HdrLogWriter, GivesTheMaximumInMillisecondsAndTimesInSeconds) {
  Histogram histogram;
  histogram.record(12'345'678);
  EXPECT_THAT(log_of("deliver", 61.5, 0.25, histogram),
              StartsWith("Tag=deliver,61.500,0.250,12.345678,"));
}

TEST(HdrLogWriter, DecodesToManyCountsInEveryDoubling) {
  Histogram histogram;
  for (std::int64_t value = 1; value <= Histogram::kHighestTrackable; value += 1 + value / 50) {
    histogram.record(value, static_cast<std::uint64_t>(value));
  }
  EXPECT_EQ(unwrapped(split(log_of("send", 0, 1, histogram), ',').at(4)), encode_hdr_v2(histogram));
}

TEST(HdrLogWriter, ReplacesWhatWouldSplitATag) {
  EXPECT_THAT(log_of("add to cart,\r\nfast", 0, 1, Histogram()),
              StartsWith("Tag=add_to_cart___fast,0.000,"));
}

}  // namespace
}  // namespace throng::measure
