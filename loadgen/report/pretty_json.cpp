#include "loadgen/report/pretty_json.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <cmath>

namespace throng::report {
namespace {

namespace json = boost::json;

constexpr std::size_t kColumnLimit = 100;

std::string number_text(double number) {
  if (!std::isfinite(number)) return "null";
  if (number == std::floor(number) && std::abs(number) < 1e15) return fmt::format("{:.0f}", number);
  return fmt::format("{:.12g}", number);  // what a reader that isn't exact gives back unchanged
}

void append_pretty(std::string& out, const json::value& value, std::size_t indent);

void append_object(std::string& out, const json::object& object, std::size_t indent) {
  if (object.empty()) {
    out += "{}";
    return;
  }
  const char* separator = "{";
  for (const auto& [key, value] : object) {
    out += separator;
    out += '\n';
    out.append(indent + 2, ' ');
    out += json::serialize(json::string(key)) + ": ";
    append_pretty(out, value, indent + 2);
    separator = ",";
  }
  out += '\n';
  out.append(indent, ' ');
  out += '}';
}

void append_array(std::string& out, const json::array& array, std::size_t indent) {
  const std::string line = compact_json(array);
  const bool of_objects = !array.empty() && array[0].is_object();
  if (!of_objects && indent + line.size() <= kColumnLimit) {
    out += line;
    return;
  }
  out += '[';
  std::size_t column = kColumnLimit;
  for (std::size_t i = 0; i < array.size(); ++i) {
    std::string element;
    append_pretty(element, array[i], indent + 2);
    if (array[i].is_object() || column + element.size() + 3 > kColumnLimit) {
      out += '\n';
      out.append(indent + 2, ' ');
      column = indent + 2;
    } else {
      out += ' ';
      ++column;
    }
    out += element;
    column += element.size();
    if (i + 1 < array.size()) {
      out += ',';
      ++column;
    }
  }
  out += '\n';
  out.append(indent, ' ');
  out += ']';
}

void append_pretty(std::string& out, const json::value& value, std::size_t indent) {
  if (value.is_object()) {
    append_object(out, value.get_object(), indent);
  } else if (value.is_array()) {
    append_array(out, value.get_array(), indent);
  } else {
    out += compact_json(value);
  }
}

}  // namespace

std::string compact_json(const json::value& value) {
  if (value.is_double()) return number_text(value.get_double());
  if (!value.is_array()) return json::serialize(value);
  std::string text = "[";
  for (const json::value& element : value.get_array()) {
    if (text.size() > 1) text += ", ";
    text += compact_json(element);
  }
  return text + "]";
}

std::string pretty_json(const json::value& value) {
  std::string text;
  append_pretty(text, value, 0);
  return text + "\n";
}

}  // namespace throng::report
