#pragma once

#include <cstddef>
#include <cstdint>
#include <istream>
#include <optional>
#include <span>
#include <string>

#include "loadgen/measure/histogram.hpp"

namespace throng::measure {

// The histogram that encode_hdr_v2() made: values lie at the low ends of their slots, which is as
// exact as a histogram is. Errors: std::runtime_error that says what is wrong with it.
Histogram decode_hdr_v2(std::span<const std::uint8_t> encoded);

// An interval of a log; see HdrLogWriter.
struct LoggedInterval {
  std::string tag;
  double start_s = 0;  // from the log's StartTime on
  double length_s = 0;
  Histogram histogram;
};

// Reads a log that HdrLogWriter wrote, a line at a time. What it holds of a log is one interval.
// One thread owns it.
class HdrLogReader {
 public:
  // `file` names it in errors. Requires: `in` outlives the reader.
  HdrLogReader(std::istream& in, std::string file) : in_(in), file_(std::move(file)) {}

  // nullopt: that was the last one. Errors: std::runtime_error naming the file, the line and what
  // is wrong.
  std::optional<LoggedInterval> next();

 private:
  std::istream& in_;
  const std::string file_;
  std::size_t line_ = 0;
};

}  // namespace throng::measure
