#include "loadgen/capacity/unit.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <optional>
#include <stdexcept>
#include <vector>

#include "loadgen/capacity/nearest.hpp"
#include "loadgen/pacing/quantity.hpp"

namespace throng::capacity {
namespace {

constexpr double kDay = 86400;
constexpr double kYear = 365 * kDay;

struct Word {
  std::string_view name;
  double size;
  std::optional<Base> base;  ///< none: a plain number
};

constexpr Word kWords[] = {
    {"B", 1, Base::kByte},
    {"byte", 1, Base::kByte},
    {"bit", 0.125, Base::kByte},
    {"s", 1, Base::kSecond},
    {"ns", 1e-9, Base::kSecond},
    {"us", 1e-6, Base::kSecond},
    {"\u00b5s", 1e-6, Base::kSecond},
    {"ms", 1e-3, Base::kSecond},
    {"second", 1, Base::kSecond},
    {"min", 60, Base::kSecond},
    {"minute", 60, Base::kSecond},
    {"h", 3600, Base::kSecond},
    {"hour", 3600, Base::kSecond},
    {"d", kDay, Base::kSecond},
    {"day", kDay, Base::kSecond},
    {"week", 7 * kDay, Base::kSecond},
    {"month", kYear / 12, Base::kSecond},
    {"year", kYear, Base::kSecond},
    {"delivery", 1, Base::kDelivery},
    {"%", 0.01, std::nullopt},
    {"$", 1, Base::kUsd},
    {"\u20ac", 1, Base::kEur},
};

struct Scale {
  std::string_view name;
  double size;
};

constexpr Scale kPrefixes[] = {
    {"k", 1e3},     {"K", 1e3},     {"M", 1e6},     {"G", 1e9},     {"T", 1e12},
    {"P", 1e15},    {"E", 1e18},    {"Ki", 0x1p10}, {"Mi", 0x1p20}, {"Gi", 0x1p30},
    {"Ti", 0x1p40}, {"Pi", 0x1p50}, {"Ei", 0x1p60},
};
constexpr Scale kMultiples[] = {
    {"k", 1e3},  {"K", 1e3},        {"M", 1e6},       {"B", 1e9},       {"G", 1e9},
    {"T", 1e12}, {"thousand", 1e3}, {"million", 1e6}, {"billion", 1e9}, {"trillion", 1e12},
};

std::string_view without_plural(std::string_view name) {
  return name.size() > 2 && name.ends_with('s') ? name.substr(0, name.size() - 1) : name;
}

std::optional<Word> listed_word(std::string_view name) {
  for (const Word& word : kWords) {
    if (word.name == name || (word.name.size() > 2 && word.name == without_plural(name))) {
      return word;
    }
  }
  for (std::size_t i = 0; i < kBases; ++i) {
    const auto base = static_cast<Base>(i);
    if (without_plural(base_name(base)) == without_plural(name)) return Word{name, 1, base};
  }
  return std::nullopt;
}

// "TB" and "Gbit": of all units, only these two take prefixes.
std::optional<Word> prefixed_word(std::string_view name) {
  for (const std::string_view symbol : {"B", "bit"}) {
    if (!name.ends_with(symbol)) continue;
    for (const auto& [prefix, size] : kPrefixes) {
      if (name.substr(0, name.size() - symbol.size()) != prefix) continue;
      return Word{name, size * listed_word(symbol)->size, Base::kByte};
    }
  }
  return std::nullopt;
}

[[noreturn]] void unknown_word(std::string_view name) {
  std::vector<std::string> known{"kB", "MB", "GB", "TB", "PB", "GiB", "Gbit"};
  for (const Word& word : kWords) known.emplace_back(word.name);
  for (std::size_t i = 0; i < kBases; ++i) known.emplace_back(base_name(static_cast<Base>(i)));
  throw std::invalid_argument(
      fmt::format("there is no unit \"{}\"{}", name, did_you_mean(name, known)));
}

Word find_word(std::string_view name) {
  if (const auto word = listed_word(name)) return *word;
  if (const auto word = prefixed_word(name)) return *word;
  unknown_word(name);
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(' ');
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

// One factor of a unit: divides when it stands behind "/".
void apply(Unit& unit, std::string_view name, bool divides) {
  const Word word = find_word(name);
  const Dimension dimension = word.base ? Dimension(*word.base) : Dimension();
  unit.size = divides ? unit.size / word.size : unit.size * word.size;
  unit.dimension = divides ? unit.dimension / dimension : unit.dimension * dimension;
}

double take_number(std::string_view& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || !std::isfinite(value)) {
    throw std::invalid_argument(fmt::format(
        "\"{}\" is no quantity: expected a number and a unit, such as \"40 messages/user/day\"",
        text));
  }
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

// The multiple that stands behind a number: "M users", " billion messages/day".
double take_multiple(std::string_view& text) {
  const bool attached = !text.starts_with(' ');
  const std::string_view rest = trimmed(text);
  const std::string_view word = rest.substr(0, rest.find_first_of(" /*"));
  for (const auto& [name, size] : kMultiples) {
    // A letter counts only right behind the number: "2 B" are two bytes.
    if (word != name || (!attached && name.size() == 1)) continue;
    text = rest.substr(word.size());
    return size;
  }
  return 1;
}

}  // namespace

Unit parse_unit(std::string_view text) {
  Unit unit{std::string(trimmed(text)), 1, {}};
  std::string_view rest = unit.text;
  bool divides = rest.starts_with('/');
  if (divides) rest.remove_prefix(1);
  while (!rest.empty()) {
    const std::size_t end = rest.find_first_of("/*");
    apply(unit, trimmed(rest.substr(0, end)), divides);
    if (end == rest.npos) break;
    divides = rest[end] == '/';
    rest.remove_prefix(end + 1);
    if (rest.empty()) unknown_word(rest);
  }
  return unit;
}

Unit base_unit(const Dimension& dimension) {
  return {dimension.is_plain() ? "" : dimension.text(), 1, dimension};
}

Amount parse_quantity(std::string_view text) {
  std::string_view rest = trimmed(text);
  const double number = take_number(rest);
  if (rest == "B" || rest.starts_with("B/")) {
    throw std::invalid_argument(
        fmt::format("\"{}\" may be bytes or a billion: write \"{} B\" or \"{} billion\"", text,
                    number, number));
  }
  const double multiple = take_multiple(rest);
  Unit unit = parse_unit(rest);
  return {{number * multiple * unit.size, unit.dimension}, std::move(unit)};
}

std::string format_quantity(double base_value, const Unit& unit) {
  const double value = base_value / unit.size;
  if (unit.text == "%") return fmt::format("{:.3g}%", value);
  if (unit.text == "B") return pacing::format_bytes(value);
  if (unit.text.starts_with("B/")) return pacing::format_bytes(value) + unit.text.substr(1);
  const std::string number = pacing::format_count(value);
  return unit.text.empty() ? number : number + " " + unit.text;
}

}  // namespace throng::capacity
