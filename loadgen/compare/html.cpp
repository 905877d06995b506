#include "loadgen/compare/html.hpp"

#include <fmt/format.h>

#include "loadgen/compare/chart.hpp"
#include "loadgen/compare/table.hpp"
#include "loadgen/report/escape.hpp"
#include "loadgen/report/plain_page.hpp"

namespace throng::compare {
namespace {

std::string section(std::string_view title, const std::string& content) {
  if (content.empty()) return {};
  return fmt::format("<section>\n<h2>{}</h2>\n{}</section>\n", title, content);
}

std::string table_html(const Comparison& all) {
  if (all.findings.empty()) return {};
  std::string html = "<div class=\"scroll\" tabindex=\"0\">\n<table><thead><tr>";
  for (const char* each : kColumns) html += fmt::format("<th scope=\"col\">{}</th>", each);
  html += "</tr></thead><tbody>\n";
  for (const TableRow& row : table_of(all)) {
    html += "<tr>";
    for (const std::string& cell : row) html += fmt::format("<td>{}</td>", report::html_text(cell));
    html += "</tr>\n";
  }
  return html + fmt::format("</tbody></table>\n</div>\n<p class=\"muted\">{}</p>\n",
                            report::html_text(legend_of(all)));
}

std::string remarks_html(const Comparison& all) {
  std::string html;
  for (const std::string& each : remarks_of(all))
    html += fmt::format("<li>{}</li>\n", report::html_text(each));
  for (const Finding& each : all.findings) {
    if (each.verdict != Verdict::kPass)
      html += fmt::format("<li>{}</li>\n", report::html_text(sentence(each)));
  }
  return html.empty() ? "" : "<ul class=\"notes\">\n" + html + "</ul>\n";
}

std::string runs_html(const Comparison& all) {
  std::string html = "<div class=\"scroll\" tabindex=\"0\">\n<table><thead><tr><th>run</th>";
  for (const Metric& each : kMetrics) html += fmt::format("<th>{}</th>", each.name);
  html += "</tr></thead><tbody>\n";
  for (const auto* group : {&all.base, &all.candidate}) {
    for (const Sample& run : *group) {
      html += fmt::format("<tr><th scope=\"row\">{}</th>", report::html_text(run.path));
      for (std::size_t i = 0; i < kMetrics.size(); ++i) {
        const auto& value = run.values[i];
        html += fmt::format("<td class=\"number\">{}</td>",
                            value ? report::html_text(value_text(kMetrics[i], *value)) : "–");
      }
      html += "</tr>\n";
    }
  }
  return html + "</tbody></table>\n</div>\n";
}

const char* tone(const Comparison& all) {
  if (all.refused() || all.verdict == Verdict::kInconclusive) return "doubtful";
  return all.verdict == Verdict::kPass ? "good" : "bad";
}

std::string sections_of(const Comparison& all) {
  return section("Metrics", table_html(all) + remarks_html(all)) +
         section("How much worse, with intervals and limits", interval_chart(all)) +
         section("Latency of a send", percentile_chart(all, "send")) +
         section("Latency of a delivery", percentile_chart(all, "deliver")) +
         section("Runs", runs_html(all));
}

}  // namespace

std::string html_text(const Comparison& all) {
  return report::plain_page_html(
      {.kind = "comparison",
       .title = title_of(all),
       .subtitle = targets_of(all),
       .tone = tone(all),
       .word = std::string(all.refused() ? "NOT COMPARED" : verdict_word(all.verdict)),
       .sentence = all.refused() ? "These runs can’t be compared." : verdict_sentence(all),
       .sections = sections_of(all)});
}

}  // namespace throng::compare
