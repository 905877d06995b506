#pragma once

#include <chrono>
#include <cstdint>
#include <ostream>
#include <string_view>
#include <vector>

#include "loadgen/measure/histogram.hpp"

namespace throng::measure {

// The histogram in HdrHistogram's "V2" encoding, not compressed: a header of 40 bytes and the
// counts of all slots up to the highest used one, as variable-length integers in which a negative
// number stands for that many empty slots.
std::vector<std::uint8_t> encode_hdr_v2(const Histogram& histogram);

// Writes a HdrHistogram log, the format that HistogramLogProcessor, HdrHistogram's plotters and
// hdr-histogram-js read:
//
//   #[Histogram log format version 1.3]
//   #[StartTime: 1700000000.250 (seconds since epoch), 2023-11-14T22:13:20Z]
//   "StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"
//   Tag=send,0.000,1.000,12.345678,HISTFAAAACN4nJNpmSzMwMDAwgABzFCaEcj8DwL2HyACh58zMgEAlUUJKQ==
//
// Times of a line are in seconds, from StartTime on; Interval_Max is in milliseconds, to the
// nanosecond; the histogram is in nanoseconds, "V2" encoded, deflated and in base 64. One thread
// owns a writer; it writes to `out` only within its own calls.
//
// A run's latency.hlog (play::RunFiles) has these tags:
//
//   send          an operation: what completed in that second, warm-up and drain included
//   total.send    at the log's end: the histogram that the operation's latency_ns in run.json is
//                 read from, of what was due in the measured time, the unresolved included
//   service.send  the same for service_ns, if there is any
//
// No operation has a dot in its name, so a tag without one is a second's, and adding up the lines
// of one tag is always right.
class HdrLogWriter {
 public:
  // Writes the header. Requires: `out` outlives the writer.
  HdrLogWriter(std::ostream& out, std::chrono::system_clock::time_point start);

  // Writes one interval: what `tag` measured in [start_s, start_s + length_s). The format has no
  // way to quote, so commas, spaces and line breaks in a tag become '_'. Errors: those of `out`,
  // which the caller checks once at the end.
  void write(std::string_view tag, double start_s, double length_s, const Histogram& histogram);

 private:
  std::ostream& out_;
};

}  // namespace throng::measure
