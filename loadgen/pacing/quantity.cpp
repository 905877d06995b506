#include "loadgen/pacing/quantity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/throw_exception.hpp>
#include <charconv>
#include <cmath>
#include <optional>
#include <span>
#include <stdexcept>

namespace throng::pacing {
namespace {

struct Unit {
  std::string_view name;
  double size;
};

constexpr std::array<Unit, 7> kMultiples{
    {{"", 1}, {"k", 1e3}, {"K", 1e3}, {"M", 1e6}, {"B", 1e9}, {"G", 1e9}, {"T", 1e12}}};
constexpr std::array<Unit, 10> kTimes{{{"ns", 1},
                                       {"us", 1e3},
                                       {"\u00b5s", 1e3},  // the micro sign
                                       {"\u03bcs", 1e3},  // the Greek letter
                                       {"ms", 1e6},
                                       {"s", 1e9},
                                       {"m", 60e9},
                                       {"min", 60e9},
                                       {"h", 3600e9},
                                       {"d", 86400e9}}};
constexpr double kSecond = 1e9;

constexpr std::array<Unit, 5> kCountScale{
    {{"", 1}, {"k", 1e3}, {"M", 1e6}, {"B", 1e9}, {"T", 1e12}}};
constexpr std::array<Unit, 6> kByteScale{
    {{" B", 1}, {" kB", 1e3}, {" MB", 1e6}, {" GB", 1e9}, {" TB", 1e12}, {" PB", 1e15}}};
constexpr std::array<Unit, 4> kShortTimeScale{
    {{" ns", 1}, {" \u00b5s", 1e3}, {" ms", 1e6}, {" s", 1e9}}};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

void skip_spaces(std::string_view& text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
}

// Takes digits with at most one point off the front: no sign, no exponent, no "inf".
std::optional<double> take_decimal(std::string_view& text) {
  if (text.empty() || !(is_digit(text.front()) || text.front() == '.')) return std::nullopt;
  double value = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (error != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

// Takes what stands before the next digit or space off the front and looks it up.
std::optional<double> take_unit(std::string_view& text, std::span<const Unit> units) {
  std::size_t length = 0;
  while (length < text.size() && !is_digit(text[length]) && text[length] != ' ') ++length;
  for (const auto& [name, size] : units) {
    if (text.substr(0, length) != name) continue;
    text.remove_prefix(length);
    return size;
  }
  return std::nullopt;
}

std::optional<double> number_from(std::string_view text) {
  const auto value = take_decimal(text);
  if (!value) return std::nullopt;
  const auto size = take_unit(text, kMultiples);
  if (!size || !text.empty()) return std::nullopt;
  return *value * *size;
}

std::optional<double> nanoseconds_from(std::string_view text) {
  auto rest = text;
  if (const auto seconds = take_decimal(rest); seconds && rest.empty()) return *seconds * kSecond;
  double total = 0;
  do {
    const auto value = take_decimal(text);
    skip_spaces(text);
    const auto size = take_unit(text, kTimes);
    if (!value || !size) return std::nullopt;
    total += *value * *size;
    skip_spaces(text);
  } while (!text.empty());
  return total;
}

QuantityError not_a(std::string_view what, std::string_view text, std::string_view expected) {
  return {fmt::format("\"{}\" is not a {}: expected {}", text, what, expected)};
}

// Three significant digits without zeros at the end: 12.3, 250, 1.
std::string three_digits(double value) {
  const int digits_before_point = value >= 100 ? 3 : value >= 10 ? 2 : 1;
  if (value < 1) return fmt::format("{:.3g}", value);
  auto text = fmt::format("{:.{}f}", value, 3 - digits_before_point);
  if (text.find('.') == std::string::npos) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

// In the largest unit that leaves at least 1, once rounded to three digits.
std::string scaled(double value, std::span<const Unit> scale) {
  if (value < 0) return "-" + scaled(-value, scale);
  std::size_t unit = 0;
  while (unit + 1 < scale.size() && value >= 0.9995 * scale[unit + 1].size) ++unit;
  return three_digits(value / scale[unit].size) + std::string{scale[unit].name};
}

}  // namespace

void throw_exception_from_error(const QuantityError& error, const boost::source_location& where) {
  boost::throw_exception(std::invalid_argument{error.message}, where);
}

QuantityResult<double> parse_number(std::string_view text) {
  const auto number = number_from(text);
  if (!number) return not_a("number", text, "one such as 0.5, 250, 10k, 1.5M or 2B");
  return *number;
}

QuantityResult<std::uint64_t> parse_count(std::string_view text) {
  const auto number = number_from(text);
  // 1.001k comes out a few units in the last place beside 1001.
  const double whole = std::round(number.value_or(0));
  if (!number || std::abs(*number - whole) > whole * 1e-15 || whole > 0x1p53) {
    return not_a("count", text, "a whole number such as 250, 10k, 1.5M or 2B");
  }
  return static_cast<std::uint64_t>(whole);
}

QuantityResult<Duration> parse_duration(std::string_view text) {
  const auto ns = nanoseconds_from(text);
  if (!ns || *ns >= 0x1p63) {
    return not_a("duration", text, "one such as 250ms, 30s, 1.5m, 1m 30s, 2h, 1d or 10 (seconds)");
  }
  return Duration{std::llround(*ns)};
}

std::string format_count(double count) { return scaled(count, kCountScale); }

std::string format_bytes(double bytes) { return scaled(bytes, kByteScale); }

std::string format_duration(Duration duration) {
  using namespace std::chrono_literals;
  if (duration < 0s) return "-" + format_duration(-std::max(duration, -Duration::max()));
  if (duration == 0s) return "0 s";
  if (duration < 59'950ms) return scaled(static_cast<double>(duration.count()), kShortTimeScale);
  const double exact_s = to_seconds(duration);
  const auto seconds = std::llround(exact_s);
  if (seconds < 3600) return fmt::format("{}m {}s", seconds / 60, seconds % 60);
  const auto minutes = std::llround(exact_s / 60);
  if (minutes < 24 * 60) return fmt::format("{}h {}m", minutes / 60, minutes % 60);
  const auto hours = std::llround(exact_s / 3600);
  return fmt::format("{}d {}h", hours / 24, hours % 24);
}

}  // namespace throng::pacing
