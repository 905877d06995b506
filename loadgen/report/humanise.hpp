#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace throng::report {

/// Figures as people read them in tables, on top of pacing/quantity.hpp. What isn't finite is "–".

/// "1,234,567"
std::string count_text(std::uint64_t count);
/// "950 ns", "12.3 µs", "345 ms", "2.35 s"
std::string duration_text(double ns);
/// "0.5 s", "59 s", "1m 5s", "2h 3m"
std::string span_text(double seconds);
/// "0.25/s", "16.7/s", "12,345/s"
std::string rate_text(double per_s);
/// "0%", "0.05%", "41.3%", "99.97%"; 100 % and 0 % only if it is exactly that.
std::string ratio_text(double ratio);
/// A threshold's value, by its unit: "ns", "1/s", "ratio" or "" for a count.
std::string value_text(double value, std::string_view unit);

}  // namespace throng::report
