#include "loadgen/play/exposition.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <map>
#include <protozero/pbf_reader.hpp>
#include <string>
#include <vector>

namespace throng::play {
namespace {

using prometheus::MetricType;
using protozero::pbf_reader;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::string kProtobuf =
    "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited";

TEST(Negotiate, GivesProtobufToPrometheusWithNativeHistograms) {
  // The headers of Prometheus 2.42 and of 3.x.
  EXPECT_EQ(negotiate(kProtobuf + ",application/openmetrics-text;version=1.0.0;q=0.8,"
                                  "text/plain;version=0.0.4;q=0.5,*/*;q=0.1"),
            Format::kProtobuf);
  EXPECT_EQ(negotiate(kProtobuf + ";q=0.6,application/openmetrics-text;version=1.0.0;"
                                  "escaping=allow-utf-8;q=0.5,text/plain;version=0.0.4;q=0.2,"
                                  "*/*;q=0.1"),
            Format::kProtobuf);
}

TEST(Negotiate, GivesTextToPrometheusWithoutThem) {
  EXPECT_EQ(negotiate("application/openmetrics-text;version=1.0.0,application/openmetrics-text;"
                      "version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"),
            Format::kText);
}

TEST(Negotiate, GivesTextToWhoeverDoesNotNameProtobuf) {
  for (const char* accept :
       {"", "*/*", "text/html,application/xml;q=0.9,*/*;q=0.8", ",;=,q", ";"}) {
    EXPECT_EQ(negotiate(accept), Format::kText) << accept;
  }
}

TEST(Negotiate, GivesOnlyTheProtobufThatIsAskedFor) {
  const std::string type = "application/vnd.google.protobuf";
  EXPECT_EQ(negotiate(type), Format::kText);
  EXPECT_EQ(negotiate(type + ";proto=io.prometheus.client.MetricFamily"), Format::kText);
  EXPECT_EQ(negotiate(type + ";proto=io.prometheus.client.MetricFamily;encoding=text"),
            Format::kText);
  EXPECT_EQ(negotiate(type + ";proto=other.Message;encoding=delimited"), Format::kText);
}

TEST(Negotiate, HeedsTheQuality) {
  EXPECT_EQ(negotiate(kProtobuf + ";q=0.4, text/plain;version=0.0.4;q=0.5"), Format::kText);
  EXPECT_EQ(negotiate(kProtobuf + ";q=0.5, text/plain;version=0.0.4;q=0.4"), Format::kProtobuf);
  // A version that the page hasn't is no reason for text.
  EXPECT_EQ(negotiate(kProtobuf + ";q=0.5, text/plain;version=1.0.0;q=0.9"), Format::kProtobuf);
  EXPECT_EQ(negotiate(kProtobuf + ";q=0"), Format::kText);
  EXPECT_EQ(negotiate(kProtobuf + ";q=much"), Format::kText);
}

TEST(Negotiate, TakesSpacesAndAnyCase) {
  EXPECT_EQ(
      negotiate("  Application/vnd.google.Protobuf ;\tPROTO = io.prometheus.client.MetricFamily "
                "; Encoding = delimited ; Q=1 , text/plain;q=0.9"),
      Format::kProtobuf);
}

/// The fields of a message by number; numbers as the doubles they stand for.
struct Message {
  std::map<int, std::vector<std::string>> bytes;
  std::map<int, std::vector<double>> doubles;
  std::map<int, std::vector<std::uint64_t>> varints;

  explicit Message(const std::string& encoded) {
    pbf_reader reader(encoded);
    while (reader.next()) {
      const int field = static_cast<int>(reader.tag());
      switch (reader.wire_type()) {
        case protozero::pbf_wire_type::length_delimited:
          bytes[field].push_back(reader.get_string());
          break;
        case protozero::pbf_wire_type::fixed64:
          doubles[field].push_back(reader.get_double());
          break;
        default:
          varints[field].push_back(reader.get_uint64());
      }
    }
  }

  Message message(int field, std::size_t index = 0) const {
    return Message(bytes.at(field).at(index));
  }
};

std::int64_t unzigzag(std::uint64_t value) { return protozero::decode_zigzag64(value); }

std::vector<std::int64_t> packed_sint64(const std::string& encoded) {
  // As the only field of a message of its own: 1, delimited.
  std::string framed = "\x0A";
  framed += static_cast<char>(encoded.size());
  pbf_reader reader(framed += encoded);
  reader.next();
  const auto range = reader.get_packed_sint64();
  return {range.begin(), range.end()};
}

std::vector<Message> delimited(const std::string& page) {
  std::vector<Message> messages;
  const char* at = page.data();
  const char* const end = at + page.size();
  while (at != end) {
    const auto size = protozero::decode_varint(&at, end);
    messages.emplace_back(std::string(at, size));
    at += size;
  }
  return messages;
}

Exposed counter(double value) {
  Exposed exposed{.family = {"throng_sends_total", "What was sent.", MetricType::Counter, {}}};
  exposed.family.metric.emplace_back();
  exposed.family.metric.back().label = {{"operation", "send"}, {"kind", "\"a\"\n"}};
  exposed.family.metric.back().counter.value = value;
  return exposed;
}

Exposed histogram(measure::NativeHistogram native) {
  Exposed exposed{.family = {"throng_seconds", "How long.", MetricType::Histogram, {}}};
  exposed.family.metric.emplace_back();
  exposed.family.metric.back().histogram = {
      .sample_count = native.count,
      .sample_sum = native.sum_s,
      .bucket = {{2, 0.5}, {native.count, std::numeric_limits<double>::infinity()}}};
  exposed.native.push_back(std::move(native));
  return exposed;
}

TEST(Protobuf, HasAMessageForEachFamily) {
  const auto families = delimited(serialize(Format::kProtobuf, {counter(7.5), counter(8)}));
  ASSERT_EQ(families.size(), 2U);
  EXPECT_THAT(families[0].bytes.at(1), ElementsAre("throng_sends_total"));
  EXPECT_THAT(families[0].bytes.at(2), ElementsAre("What was sent."));
  EXPECT_THAT(families[0].varints.at(3), ElementsAre(0U));
  const Message metric = families[0].message(4);
  EXPECT_THAT(metric.message(1, 0).bytes.at(1), ElementsAre("operation"));
  EXPECT_THAT(metric.message(1, 0).bytes.at(2), ElementsAre("send"));
  EXPECT_THAT(metric.message(1, 1).bytes.at(2), ElementsAre("\"a\"\n"));
  EXPECT_THAT(metric.message(3).doubles.at(1), ElementsAre(7.5));
}

TEST(Protobuf, TellsGaugesFromCounters) {
  Exposed gauge = counter(0);
  gauge.family.type = MetricType::Gauge;
  gauge.family.metric[0].gauge.value = -3;
  const auto families = delimited(serialize(Format::kProtobuf, {gauge}));
  EXPECT_THAT(families.at(0).varints.at(3), ElementsAre(1U));
  EXPECT_THAT(families[0].message(4).message(2).doubles.at(1), ElementsAre(-3));
  EXPECT_EQ(families[0].message(4).bytes.count(3), 0U);
}

TEST(Protobuf, HasClassicAndNativeBuckets) {
  const auto families =
      delimited(serialize(Format::kProtobuf, {histogram({.count = 10,
                                                         .sum_s = 12.25,
                                                         .zero_count = 1,
                                                         .spans = {{-70, 2}, {5, 1}},
                                                         .deltas = {4, -3, 3}})}));
  EXPECT_THAT(families.at(0).varints.at(3), ElementsAre(4U));
  const Message read = families[0].message(4).message(7);
  EXPECT_THAT(read.varints.at(1), ElementsAre(10U));
  EXPECT_THAT(read.doubles.at(2), ElementsAre(12.25));
  EXPECT_THAT(read.message(3, 0).varints.at(1), ElementsAre(2U));
  EXPECT_THAT(read.message(3, 0).doubles.at(2), ElementsAre(0.5));
  EXPECT_THAT(read.message(3, 1).doubles.at(2),
              ElementsAre(std::numeric_limits<double>::infinity()));
  EXPECT_EQ(unzigzag(read.varints.at(5).at(0)), 5);
  EXPECT_THAT(read.doubles.at(6), ElementsAre(0x1p-128));
  EXPECT_THAT(read.varints.at(7), ElementsAre(1U));
  EXPECT_EQ(unzigzag(read.message(12, 0).varints.at(1).at(0)), -70);
  EXPECT_THAT(read.message(12, 0).varints.at(2), ElementsAre(2U));
  EXPECT_EQ(unzigzag(read.message(12, 1).varints.at(1).at(0)), 5);
  EXPECT_THAT(packed_sint64(read.bytes.at(13).at(0)), ElementsAre(4, -3, 3));
}

TEST(Protobuf, KnowsAnEmptyHistogramAsNative) {
  // Prometheus does so by the threshold of the zero bucket.
  const auto families = delimited(serialize(Format::kProtobuf, {histogram({})}));
  const Message read = families.at(0).message(4).message(7);
  EXPECT_GT(read.doubles.at(6).at(0), 0);
  EXPECT_EQ(read.bytes.count(12), 0U);
}

TEST(Text, HasClassicBuckets) {
  const std::string text =
      serialize(Format::kText, {counter(7.5), histogram({.count = 3, .sum_s = 1.5})});
  EXPECT_THAT(text,
              HasSubstr("throng_sends_total{operation=\"send\",kind=\"\\\"a\\\"\\n\"} 7.5\n"));
  EXPECT_THAT(text, HasSubstr("throng_seconds_bucket{le=\"0.5\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("throng_seconds_bucket{le=\"+Inf\"} 3\n"));
}

TEST(ContentType, NamesTheVersionOrTheMessage) {
  EXPECT_THAT(std::string(content_type(Format::kText)), HasSubstr("text/plain; version=0.0.4"));
  EXPECT_EQ(negotiate(content_type(Format::kProtobuf)), Format::kProtobuf);
}

}  // namespace
}  // namespace throng::play
