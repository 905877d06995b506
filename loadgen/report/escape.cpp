#include "loadgen/report/escape.hpp"

#include <fmt/format.h>

#include <cstdint>

namespace throng::report {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

bool is_continuation(std::string_view text, std::size_t i) {
  return i < text.size() && (std::uint8_t(text[i]) & 0xC0) == 0x80;
}

// The length of the well-formed sequence at `i` (Unicode 15, table 3-7), 0 if there is none.
std::size_t sequence_length(std::string_view text, std::size_t i) {
  const auto first = std::uint8_t(text[i]);
  if (first < 0x80) return 1;
  if (!is_continuation(text, i + 1)) return 0;
  const auto second = std::uint8_t(text[i + 1]);
  if (first >= 0xC2 && first <= 0xDF) return 2;
  if (!is_continuation(text, i + 2)) return 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const bool overlong = first == 0xE0 && second < 0xA0;
    const bool surrogate = first == 0xED && second > 0x9F;
    return overlong || surrogate ? 0 : 3;
  }
  if (!is_continuation(text, i + 3)) return 0;
  const bool too_low = first == 0xF0 && second < 0x90;
  const bool too_high = first == 0xF4 && second > 0x8F;
  return first >= 0xF0 && first <= 0xF4 && !too_low && !too_high ? 4 : 0;
}

std::string_view html_entity(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    default:
      return {};
  }
}

bool is_control(char c) { return std::uint8_t(c) < 0x20 || c == 0x7F; }

// U+0080 to U+009F, which some terminals obey as they do ESC.
bool is_c1_control(std::string_view text, std::size_t i) {
  return text[i] == '\xC2' && is_continuation(text, i + 1) && std::uint8_t(text[i + 1]) < 0xA0;
}

}  // namespace

std::string valid_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = sequence_length(text, i);
    out += length > 0 ? text.substr(i, length) : kReplacement;
    i += length > 0 ? length : 1;
  }
  return out;
}

std::string html_escape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const std::string_view entity = html_entity(c);
    entity.empty() ? out += c : out += entity;
  }
  return out;
}

std::string html_text(std::string_view text) { return html_escape(valid_utf8(text)); }

std::string xml_escape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const std::string_view entity = html_entity(c);
    const std::string_view three = text.substr(i, 3);
    if (!entity.empty()) {
      out += entity;
    } else if (three == "\uFFFE" || three == "\uFFFF") {
      out += kReplacement;
      i += 2;
    } else if (c == '\n' || c == '\t' || c == '\r') {
      out += fmt::format("&#{};", int(c));
    } else if (std::uint8_t(c) < 0x20) {
      out += kReplacement;
    } else {
      out += c;
    }
  }
  return out;
}

std::string script_json_escape(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    const std::string_view three = json.substr(i, 3);
    if (c == '<' || c == '>' || c == '&') {
      out += fmt::format("\\u{:04x}", int(c));
    } else if (three == "\u2028" || three == "\u2029") {
      out += three == "\u2028" ? "\\u2028" : "\\u2029";
      i += 2;
    } else {
      out += c;
    }
  }
  return out;
}

std::string terminal_escape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool c1 = is_c1_control(text, i);
    out += c1 || is_control(text[i]) ? '?' : text[i];
    i += c1 ? 1 : 0;
  }
  return out;
}

}  // namespace throng::report
