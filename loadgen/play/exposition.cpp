#include "loadgen/play/exposition.hpp"

#include <prometheus/text_serializer.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <protozero/buffer_string.hpp>
#include <protozero/pbf_builder.hpp>
#include <protozero/varint.hpp>
#include <utility>

namespace throng::play {
namespace {

using measure::NativeHistogram;
using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

// The fields of the messages of io.prometheus.client, as far as they are written here:
// https://github.com/prometheus/client_model/blob/master/io/prometheus/client/metrics.proto
using Tag = protozero::pbf_tag_type;
enum class FamilyField : Tag { kName = 1, kHelp = 2, kType = 3, kMetric = 4 };
enum class MetricField : Tag { kLabel = 1, kGauge = 2, kCounter = 3, kHistogram = 7 };
enum class LabelField : Tag { kName = 1, kValue = 2 };
enum class ValueField : Tag { kValue = 1 };  ///< of a gauge or a counter
enum class HistogramField : Tag {
  kSampleCount = 1,
  kSampleSum = 2,
  kBucket = 3,
  kSchema = 5,
  kZeroThreshold = 6,
  kZeroCount = 7,
  kPositiveSpan = 12,
  kPositiveDelta = 13
};
enum class BucketField : Tag { kCumulativeCount = 1, kUpperBound = 2 };
enum class SpanField : Tag { kOffset = 1, kLength = 2 };

/// The number of a type in the enum MetricType.
std::int32_t type_number(MetricType type) {
  switch (type) {
    case MetricType::Counter:
      return 0;
    case MetricType::Gauge:
      return 1;
    case MetricType::Summary:
      return 2;
    case MetricType::Untyped:
      return 3;
    case MetricType::Histogram:
      break;
  }
  return 4;
}

template <class Parent, class Field>
void write_value(Parent& to, Field field, double value) {
  protozero::pbf_builder<ValueField> message(to, field);
  message.add_double(ValueField::kValue, value);
}

void write_label(protozero::pbf_builder<MetricField>& to, const ClientMetric::Label& label) {
  protozero::pbf_builder<LabelField> message(to, MetricField::kLabel);
  message.add_string(LabelField::kName, label.name);
  message.add_string(LabelField::kValue, label.value);
}

void write_classic(protozero::pbf_builder<HistogramField>& to,
                   const ClientMetric::Histogram& classic) {
  to.add_uint64(HistogramField::kSampleCount, classic.sample_count);
  to.add_double(HistogramField::kSampleSum, classic.sample_sum);
  for (const ClientMetric::Bucket& bucket : classic.bucket) {
    protozero::pbf_builder<BucketField> message(to, HistogramField::kBucket);
    message.add_uint64(BucketField::kCumulativeCount, bucket.cumulative_count);
    message.add_double(BucketField::kUpperBound, bucket.upper_bound);
  }
}

void write_native(protozero::pbf_builder<HistogramField>& to, const NativeHistogram& native) {
  to.add_sint32(HistogramField::kSchema, NativeHistogram::kSchema);
  to.add_double(HistogramField::kZeroThreshold, NativeHistogram::kZeroThreshold);
  to.add_uint64(HistogramField::kZeroCount, native.zero_count);
  for (const NativeHistogram::Span& span : native.spans) {
    protozero::pbf_builder<SpanField> message(to, HistogramField::kPositiveSpan);
    message.add_sint32(SpanField::kOffset, span.offset);
    message.add_uint32(SpanField::kLength, span.length);
  }
  to.add_packed_sint64(HistogramField::kPositiveDelta, native.deltas.begin(), native.deltas.end());
}

void write_metric(protozero::pbf_builder<FamilyField>& to, const Exposed& exposed,
                  std::size_t index) {
  const ClientMetric& metric = exposed.family.metric[index];
  protozero::pbf_builder<MetricField> message(to, FamilyField::kMetric);
  for (const ClientMetric::Label& label : metric.label) write_label(message, label);
  if (exposed.family.type == MetricType::Histogram) {
    protozero::pbf_builder<HistogramField> histogram(message, MetricField::kHistogram);
    write_classic(histogram, metric.histogram);
    write_native(histogram, exposed.native[index]);
  } else if (exposed.family.type == MetricType::Counter) {
    write_value(message, MetricField::kCounter, metric.counter.value);
  } else {
    write_value(message, MetricField::kGauge, metric.gauge.value);
  }
}

std::string family_message(const Exposed& exposed) {
  std::string bytes;
  protozero::pbf_builder<FamilyField> message(bytes);
  message.add_string(FamilyField::kName, exposed.family.name);
  message.add_string(FamilyField::kHelp, exposed.family.help);
  message.add_enum(FamilyField::kType, type_number(exposed.family.type));
  for (std::size_t i = 0; i < exposed.family.metric.size(); ++i) write_metric(message, exposed, i);
  return bytes;
}

std::string to_protobuf(const std::vector<Exposed>& exposed) {
  std::string all;
  for (const Exposed& each : exposed) {
    const std::string message = family_message(each);
    protozero::add_varint_to_buffer(&all, message.size());
    all += message;
  }
  return all;
}

std::string to_text(std::vector<Exposed> exposed) {
  std::vector<MetricFamily> families;
  for (Exposed& each : exposed) families.push_back(std::move(each.family));
  return prometheus::TextSerializer().Serialize(families);
}

/// One of an Accept header, in lower case, e.g. "text/plain;version=0.0.4;q=0.5".
struct MediaRange {
  std::string_view type;
  std::map<std::string_view, std::string_view> parameters;

  std::string_view parameter(std::string_view name) const {
    const auto found = parameters.find(name);
    return found == parameters.end() ? std::string_view() : found->second;
  }
  bool is_text() const {
    const std::string_view version = parameter("version");
    return type == "text/plain" && (version.empty() || version == "0.0.4");
  }
  bool is_protobuf() const {
    return type == "application/vnd.google.protobuf" && parameter("encoding") == "delimited" &&
           parameter("proto") == "io.prometheus.client.metricfamily";
  }
  double quality() const {
    const std::string_view text = parameter("q");
    double value = text.empty() ? 1 : 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
  }
};

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpaces = " \t";
  const std::size_t begin = std::min(text.find_first_not_of(kSpaces), text.size());
  return text.substr(begin, text.find_last_not_of(kSpaces) + 1 - begin);
}

/// Takes the part before `separator` off `rest`; all of it if there is none.
std::string_view take(std::string_view& rest, char separator) {
  const std::string_view part = rest.substr(0, rest.find(separator));
  rest.remove_prefix(std::min(part.size() + 1, rest.size()));
  return trimmed(part);
}

MediaRange parse_range(std::string_view text) {
  MediaRange range{.type = take(text, ';'), .parameters = {}};
  while (!text.empty()) {
    std::string_view value = take(text, ';');
    const std::string_view name = take(value, '=');
    range.parameters[name] = trimmed(value);
  }
  return range;
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
    return 'A' <= c && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return lower;
}

}  // namespace

Format negotiate(std::string_view accept) {
  const std::string lower = lower_case(accept);
  std::string_view rest = lower;
  double text = 0;
  double protobuf = 0;
  while (!rest.empty()) {
    const MediaRange range = parse_range(take(rest, ','));
    if (range.is_text()) text = std::max(text, range.quality());
    if (range.is_protobuf()) protobuf = std::max(protobuf, range.quality());
  }
  return protobuf > 0 && protobuf >= text ? Format::kProtobuf : Format::kText;
}

std::string_view content_type(Format format) {
  return format == Format::kText
             ? "text/plain; version=0.0.4; charset=utf-8"
             : "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; "
               "encoding=delimited";
}

std::string serialize(Format format, std::vector<Exposed> exposed) {
  return format == Format::kText ? to_text(std::move(exposed)) : to_protobuf(exposed);
}

}  // namespace throng::play
