#include "loadgen/capacity/markdown.hpp"

#include <fmt/format.h>

#include <span>

#include "loadgen/capacity/tables.hpp"
#include "loadgen/capacity/words.hpp"
#include "loadgen/report/escape.hpp"

namespace throng::capacity {
namespace {

// What stands in a cell must not end it, nor begin markup.
std::string cell(std::string_view text) {
  std::string safe;
  for (const char c : report::valid_utf8(text)) {
    if (std::string_view("|*_`[]<>\\").find(c) != std::string_view::npos) safe += '\\';
    safe += c == '\n' ? ' ' : c;
  }
  return safe;
}

std::string row(std::span<const std::string> cells) {
  std::string text = "|";
  for (const std::string& each : cells) text += fmt::format(" {} |", cell(each));
  return text + "\n";
}

std::string section(const Table& table) {
  std::string text = fmt::format("\n## {}\n\n", table.title);
  if (table.rows.empty()) return text + table.when_empty + "\n";
  text += row(table.head) + "|";
  for (std::size_t i = 0; i < table.head.size(); ++i) text += "---|";
  text += "\n";
  for (const auto& each : table.rows) text += row(each);
  return text;
}

}  // namespace

std::string markdown_text(const Assessment& all) {
  std::string text = fmt::format("# {}\n\n{}\n\n**{}**\n", cell(all.estimate.title),
                                 cell(provenance_text(all)), count_text(all));
  for (const Table& each : tables_of(all)) text += section(each);
  return text;
}

}  // namespace throng::capacity
