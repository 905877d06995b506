#include "loadgen/machine/system_file.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>

namespace throng::machine {
namespace {

constexpr std::string_view kSpace = " \t\n";

std::uint64_t leading_number(std::string_view text) {
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

/// Takes the first word off the text.
std::string_view take_word(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(kSpace), text.size()));
  const std::string_view word = text.substr(0, text.find_first_of(kSpace));
  text.remove_prefix(word.size());
  return word;
}

}  // namespace

std::string file_text(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string_view value_of(std::string_view text, std::string_view name) {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    if (line.starts_with(name)) {
      const std::size_t colon = line.find(':');
      const std::size_t value = line.find_first_not_of(" \t", colon + 1);
      return value == std::string_view::npos ? std::string_view() : line.substr(value);
    }
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return {};
}

std::uint64_t memory_figure(std::string_view text, std::string_view name) {
  return leading_number(value_of(text, name)) * 1024;
}

std::uint64_t number_at(std::string_view text, std::size_t index) {
  std::string_view word = take_word(text);
  for (; index > 0 && !word.empty(); --index) word = take_word(text);
  return leading_number(word);
}

}  // namespace throng::machine
