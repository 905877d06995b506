#include "loadgen/capacity/html.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "loadgen/capacity/tables.hpp"
#include "loadgen/capacity/words.hpp"
#include "loadgen/report/escape.hpp"
#include "loadgen/report/plain_page.hpp"

namespace throng::capacity {
namespace {

std::string row(std::span<const std::string> cells, const char* cell) {
  std::string html = "<tr>";
  for (const std::string& each : cells)
    html += fmt::format("<{0}>{1}</{0}>", cell, report::html_text(each));
  return html + "</tr>\n";
}

std::string table_html(const Table& table) {
  if (table.rows.empty())
    return fmt::format("<p class=\"muted\">{}</p>\n", report::html_text(table.when_empty));
  std::string html = "<table><thead>" + row(table.head, "th") + "</thead><tbody>\n";
  for (const auto& each : table.rows) html += row(each, "td");
  return html + "</tbody></table>\n";
}

// From the figure at an input's P5 to that at its P95, all inputs on one scale.
std::string bars(const Tornado& tornado) {
  constexpr double kWidth = 900;
  constexpr double kLabel = 220;
  constexpr double kRow = 26;
  double low = tornado.middle;
  double high = tornado.middle;
  for (const TornadoBar& each : tornado.bars) {
    low = std::min({low, each.at_low, each.at_high});
    high = std::max({high, each.at_low, each.at_high});
  }
  if (tornado.bars.empty() || low == high) return {};
  const auto x = [&](double value) {
    return kLabel + (value - low) / (high - low) * (kWidth - kLabel);
  };
  const double height = kRow * static_cast<double>(tornado.bars.size());
  std::string html = fmt::format(
      "<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{} by input\" "
      "style=\"max-width:100%;font-size:13px\">\n",
      kWidth, height, report::html_text(tornado.figure));
  double top = 0;
  for (const TornadoBar& each : tornado.bars) {
    const auto [from, to] = std::minmax({x(each.at_low), x(each.at_high)});
    html += fmt::format(
        "<text x=\"0\" y=\"{:.0f}\" fill=\"var(--ink)\">{}</text>"
        "<rect x=\"{:.1f}\" y=\"{:.0f}\" width=\"{:.1f}\" height=\"18\" fill=\"var(--line-0)\"/>\n",
        top + 17, report::html_text(each.input), from, top + 4, std::max(to - from, 1.0));
    top += kRow;
  }
  return html + fmt::format(
                    "<line x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"0\" y2=\"{1:.0f}\" "
                    "stroke=\"var(--ink)\"/>\n</svg>\n",
                    x(tornado.middle), height);
}

Verdict worst(const Assessment& all) {
  if (all.count(Verdict::kRefuted) > 0) return Verdict::kRefuted;
  return all.lacks_proof() ? Verdict::kNotProved : Verdict::kConfirmed;
}

const char* tone(Verdict verdict) {
  if (verdict == Verdict::kNotProved) return "doubtful";
  return verdict == Verdict::kRefuted ? "bad" : "good";
}

}  // namespace

std::string html_text(const Assessment& all) {
  std::string sections;
  for (const Table& each : tables_of(all)) {
    sections += fmt::format("<section>\n<h2>{}</h2>\n", report::html_text(each.title));
    if (each.title == kTornadoTitle && all.tornado) sections += bars(*all.tornado);
    sections +=
        "<div class=\"scroll\" tabindex=\"0\">\n" + table_html(each) + "</div>\n</section>\n";
  }
  const Verdict verdict = worst(all);
  return report::plain_page_html({.kind = "capacity",
                                  .title = all.estimate.title,
                                  .subtitle = provenance_text(all),
                                  .tone = tone(verdict),
                                  .word = std::string(verdict_word(verdict)),
                                  .sentence = count_text(all),
                                  .sections = sections});
}

}  // namespace throng::capacity
