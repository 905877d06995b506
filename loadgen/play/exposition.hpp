#pragma once

#include <prometheus/metric_family.h>

#include <string>
#include <string_view>
#include <vector>

#include "loadgen/measure/native_histogram.hpp"

namespace throng::play {

/// A metric family, and its native histograms, which prometheus-cpp has not.
struct Exposed {
  prometheus::MetricFamily family;
  /// One for each metric of a family of histograms; else empty.
  std::vector<measure::NativeHistogram> native = {};
};

enum class Format {
  kText,      ///< version 0.0.4: histograms have classic buckets
  kProtobuf,  ///< delimited MetricFamily messages: histograms are classic and native
};

/// What a client wants that sends this Accept header: Protobuf if it names it and doesn't prefer
/// text, else text. Example of one that wants Protobuf:
///   application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited,
///   text/plain;version=0.0.4;q=0.5,*/*;q=0.1
Format negotiate(std::string_view accept);

/// The value of the Content-Type header.
std::string_view content_type(Format format);

/// Requires: gauges, counters and histograms only.
std::string serialize(Format format, std::vector<Exposed> exposed);

}  // namespace throng::play
