#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "loadgen/pacing/clock.hpp"

namespace throng::pacing {

/// Why a text isn't the quantity it should be: what it was and what was expected, e.g.
/// `"10x" is not a number of things: expected 250, 10k, 1.5M or 2B`.
struct QuantityError {
  std::string message;
};

/// What `.value()` of a failed result throws: std::invalid_argument with the message.
[[noreturn]] void throw_exception_from_error(const QuantityError& error,
                                             const boost::source_location& where);

template <class T>
using QuantityResult = boost::system::result<T, QuantityError>;

/// Numbers as people type and read them: on the command line, in Lua and in reports. `k` or `K` is
/// a thousand, `M` a million, `B` or `G` a billion, `T` a trillion. What is parsed is never
/// negative; its errors say what was expected.

/// "0.5", "10k", "1.5M".
QuantityResult<double> parse_number(std::string_view text);
/// The same for whole numbers of things, up to 2^53: "250", "10k", "1.5M", not "0.5".
QuantityResult<std::uint64_t> parse_count(std::string_view text);
/// "250ms", "1.5m", "1m 30s", "2h", "1d", "10us"; a number alone is in seconds. Up to 292 years.
QuantityResult<Duration> parse_duration(std::string_view text);

/// Three significant digits at most: "0.25", "950", "1.2M", "20B".
std::string format_count(double count);
/// "12.3 ms", "4.5 s", and from a minute on in two units: "3m 20s", "2h 0m", "1d 3h".
std::string format_duration(Duration duration);
/// Decimal units: "512 B", "11.3 kB", "3.65 PB".
std::string format_bytes(double bytes);

}  // namespace throng::pacing
