#include "loadgen/report/humanise.hpp"

#include <fmt/format.h>

#include <cmath>

#include "loadgen/pacing/quantity.hpp"

namespace throng::report {
namespace {

constexpr std::string_view kUnknown = "–";

// Three significant digits of 0 <= number < 1000.
std::string three_digits(double number) {
  const int decimals = number < 9.995 ? 2 : number < 99.95 ? 1 : 0;
  return fmt::format("{:.{}f}", number, decimals);
}

std::string without_trailing_zeros(std::string number) {
  if (number.find('.') == number.npos) return number;
  number.erase(number.find_last_not_of('0') + 1);
  if (number.ends_with('.')) number.pop_back();
  return number;
}

}  // namespace

std::string count_text(std::uint64_t count) {
  const std::string digits = std::to_string(count);
  std::string grouped;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) grouped += ',';
    grouped += digits[i];
  }
  return grouped;
}

std::string duration_text(double ns) {
  if (!std::isfinite(ns)) return std::string(kUnknown);
  return pacing::format_duration(pacing::Duration(std::llround(ns)));
}

std::string span_text(double seconds) { return duration_text(seconds * 1e9); }

std::string rate_text(double per_s) {
  if (!std::isfinite(per_s)) return std::string(kUnknown);
  if (per_s >= 99.95) return fmt::format("{}/s", count_text(std::uint64_t(std::llround(per_s))));
  return fmt::format("{}/s", without_trailing_zeros(three_digits(per_s)));
}

std::string ratio_text(double ratio) {
  if (!std::isfinite(ratio)) return std::string(kUnknown);
  const double percent = ratio * 100;
  if (percent > 99.994 && percent < 100) return ">99.99%";
  if (percent > 0 && percent < 0.001) return "<0.001%";
  if (percent < 0.995) return fmt::format("{:.2g}%", percent);
  const int decimals = percent > 99.9 && percent < 100 ? 2 : 1;
  return fmt::format("{}%", without_trailing_zeros(fmt::format("{:.{}f}", percent, decimals)));
}

std::string value_text(double value, std::string_view unit) {
  if (unit == "ns") return duration_text(value);
  if (unit == "1/s") return rate_text(value);
  if (unit == "ratio") return ratio_text(value);
  return std::isfinite(value) ? count_text(std::uint64_t(value)) : std::string(kUnknown);
}

}  // namespace throng::report
