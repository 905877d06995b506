#include "loadgen/compare/annotations.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace throng::compare {
namespace {

constexpr std::size_t kMost = 10;

// As the runner reads them back; a property ends at a comma or a colon, too.
std::string escaped(std::string_view text, bool property) {
  std::string out;
  for (const char c : text) {
    const bool special = c == '%' || c == '\r' || c == '\n' || (property && (c == ':' || c == ','));
    out += special ? fmt::format("%{:02X}", c) : std::string(1, c);
  }
  return out;
}

std::string command(Verdict verdict, std::string_view file, std::string_view what,
                    std::string_view message) {
  return fmt::format("::{} file={},title={}::{}\n",
                     verdict == Verdict::kRegression ? "error" : "warning", escaped(file, true),
                     escaped(fmt::format("{}: {}", verdict_word(verdict), what), true),
                     escaped(message, false));
}

}  // namespace

std::string annotations(const Comparison& all, std::string_view file) {
  std::vector<std::string> lines;
  for (const std::string& why : all.footing.refusals) {
    lines.push_back(command(Verdict::kRegression, file, "runs that can't be compared", why));
  }
  for (const std::string& run : all.broken) {
    lines.push_back(command(Verdict::kRegression, file, "ledger", "violated in " + run));
  }
  for (const Demand& each : all.demands) {
    if (each.missed.empty()) continue;
    lines.push_back(
        command(Verdict::kRegression, file, each.name, "the candidate " + missed_text(each)));
  }
  for (const Verdict verdict : {Verdict::kRegression, Verdict::kInconclusive}) {
    for (const Finding& each : all.findings) {
      if (each.verdict != verdict) continue;
      lines.push_back(command(verdict, file, each.metric->name, sentence(each)));
    }
  }
  lines.resize(std::min(lines.size(), kMost));
  std::string text;
  for (const std::string& each : lines) text += each;
  return text;
}

}  // namespace throng::compare
