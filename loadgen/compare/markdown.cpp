#include "loadgen/compare/markdown.hpp"

#include <fmt/format.h>

#include "loadgen/compare/table.hpp"
#include "loadgen/report/escape.hpp"

namespace throng::compare {
namespace {

constexpr std::size_t kMostText = 1'000;  // characters of a text that comes from a run

std::string safe(std::string_view text) {
  std::string escaped;
  for (const char c : report::html_text(text.substr(0, kMostText))) {
    if (std::string_view("\\`*_[]|#").find(c) != std::string_view::npos) escaped += '\\';
    escaped += c == '\n' || c == '\r' ? ' ' : c;
  }
  return escaped;
}

template <class Cells>
std::string line(const Cells& cells) {
  std::string text = "|";
  for (const auto& each : cells) text += " " + safe(each) + " |";
  return text + "\n";
}

std::string table(const Comparison& all) {
  std::string text = line(kColumns) + "|---|---|---:|---:|---:|---|---:|---:|\n";
  for (const TableRow& row : table_of(all)) text += line(row);
  return text + "\n" + legend_of(all) + "\n";
}

}  // namespace

std::string markdown_text(const Comparison& all) {
  std::string text =
      fmt::format("## {}: {}\n\n{}\n\n", all.refused() ? "NOT COMPARED" : verdict_word(all.verdict),
                  safe(title_of(all)), safe(targets_of(all)));
  if (!all.refused()) text += safe(verdict_sentence(all)) + "\n\n";
  if (!all.findings.empty()) text += table(all);
  std::string list;
  for (const std::string& remark : remarks_of(all)) list += "- " + safe(remark) + "\n";
  for (const Finding& each : all.findings) {
    if (each.verdict != Verdict::kPass) list += "- " + safe(sentence(each)) + "\n";
  }
  return list.empty() ? text : text + "\n" + list;
}

}  // namespace throng::compare
