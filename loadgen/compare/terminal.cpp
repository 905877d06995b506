#include "loadgen/compare/terminal.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "loadgen/compare/table.hpp"
#include "loadgen/report/escape.hpp"

namespace throng::compare {
namespace {

std::string harmless(std::string_view text) {
  return report::terminal_escape(report::valid_utf8(text));
}

std::string coloured(Verdict verdict, std::string_view text, bool colour) {
  if (!colour) return std::string(text);
  const int code = verdict == Verdict::kPass ? 32 : verdict == Verdict::kRegression ? 31 : 33;
  return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
}

std::string line(const TableRow& row) {
  return fmt::format("{:<18}{:>11}{:>11}{:>10}  {:<18}{:>6}{:>9}\n", row[1], row[2], row[3], row[4],
                     row[5], row[6], row[7]);
}

constexpr int kVerdictWidth = 14;

std::string table(const Comparison& all, bool colour) {
  TableRow head;
  std::copy(kColumns.begin(), kColumns.end(), head.begin());
  std::string text = fmt::format("{:<{}}", head[0], kVerdictWidth) + line(head);
  const auto rows = table_of(all);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::string word = fmt::format("{:<{}}", rows[i][0], kVerdictWidth);
    text += coloured(all.findings[i].verdict, word, colour) + line(rows[i]);
  }
  return text + legend_of(all) + "\n\n";
}

}  // namespace

std::string terminal_text(const Comparison& all, bool colour) {
  std::string text = fmt::format("{} · {}\n\n", harmless(title_of(all)), harmless(targets_of(all)));
  if (!all.findings.empty()) text += table(all, colour);
  for (const std::string& remark : remarks_of(all)) text += "- " + harmless(remark) + "\n";
  for (const Finding& each : all.findings) {
    if (each.verdict != Verdict::kPass) text += harmless(sentence(each)) + "\n";
  }
  if (all.refused()) return text + "\nThese runs can't be compared.\n";
  const std::string word(verdict_word(all.verdict));
  return text + fmt::format("\n{}  {}\n", coloured(all.verdict, word, colour),
                            harmless(verdict_sentence(all)));
}

}  // namespace throng::compare
