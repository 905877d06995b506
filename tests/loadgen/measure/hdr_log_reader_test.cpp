#include "loadgen/measure/hdr_log_reader.hpp"

#include <gmock/gmock.h>

#include <sstream>
#include <stdexcept>

#include "loadgen/measure/hdr_log.hpp"

namespace throng::measure {
namespace {

using testing::HasSubstr;

// As exact as its slots.
Histogram by_slots(const Histogram& histogram) {
  Histogram same;
  histogram.for_each_bucket([&](std::int64_t lowest_ns, std::int64_t, std::uint64_t count) {
    same.record(lowest_ns, count);
  });
  return same;
}

Histogram sample() {
  Histogram histogram;
  for (std::int64_t value = 1; value < Histogram::kHighestTrackable; value *= 3) {
    histogram.record(value, static_cast<std::uint64_t>(value % 7) + 1);
  }
  histogram.record(Histogram::kHighestTrackable);
  histogram.record(1'000, std::uint64_t{1} << 40);
  return histogram;
}

std::string error_of(const std::string& log) {
  std::istringstream in(log);
  HdrLogReader reader(in, "latency.hlog");
  try {
    while (reader.next()) continue;
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

TEST(HdrLogReader, DecodesWhatWasEncoded) {
  EXPECT_EQ(decode_hdr_v2(encode_hdr_v2(sample())), by_slots(sample()));
  EXPECT_EQ(decode_hdr_v2(encode_hdr_v2(Histogram())), Histogram());
}

TEST(HdrLogReader, ReadsWhatTheWriterWrote) {
  std::stringstream log;
  HdrLogWriter writer(log, {});
  writer.write("send", 0, 1, sample());
  writer.write("my op", 12, 1, Histogram());
  HdrLogReader reader(log, "latency.hlog");
  const auto first = reader.next();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->tag, "send");
  EXPECT_EQ(first->length_s, 1);
  EXPECT_EQ(first->histogram, by_slots(sample()));
  const auto second = reader.next();
  ASSERT_TRUE(second);
  EXPECT_EQ(second->tag, "my_op");
  EXPECT_EQ(second->start_s, 12);
  EXPECT_FALSE(reader.next());
}

TEST(HdrLogReader, SaysWhereALineIsWrong) {
  EXPECT_THAT(error_of("#\nTag=send,0.000\n"), HasSubstr("latency.hlog:2: expected five fields"));
  EXPECT_THAT(error_of("Tag=send,x,1.000,1.0,AAAA\n"), HasSubstr("expected a time, found \"x\""));
  EXPECT_THAT(error_of("Tag=send,0.000,1.000,1.0,!!!!\n"), HasSubstr("isn't base 64"));
  EXPECT_THAT(error_of("Tag=send,0.000,1.000,1.0,\n"), HasSubstr("isn't base 64"));
  EXPECT_THAT(error_of("Tag=send,0.000,1.000,1.0,AAAAAAAAAAAA\n"), HasSubstr("can't be inflated"));
  EXPECT_THAT(error_of("Tag=send,0.000,1.000,1.0,AAAA/////////\n"), HasSubstr("base 64"));
}

TEST(HdrLogReader, RefusesWhatIsNoHistogram) {
  auto encoded = encode_hdr_v2(sample());
  encoded.back() |= 0x80;
  EXPECT_THROW(decode_hdr_v2(encoded), std::runtime_error);  // a count that is cut off
  encoded[0] ^= 1;
  EXPECT_THROW(decode_hdr_v2(encoded), std::runtime_error);
  EXPECT_THROW(decode_hdr_v2(std::vector<std::uint8_t>(10)), std::runtime_error);
}

TEST(HdrLogReader, RefusesMoreSlotsThanThereAre) {
  auto encoded = encode_hdr_v2(Histogram());
  // The most negative number: so many empty slots.
  encoded.insert(encoded.end(), {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff});
  EXPECT_THROW(decode_hdr_v2(encoded), std::runtime_error);
}

}  // namespace
}  // namespace throng::measure
