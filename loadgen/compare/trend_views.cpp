#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "loadgen/compare/share_text.hpp"
#include "loadgen/compare/trend.hpp"
#include "loadgen/report/escape.hpp"
#include "loadgen/report/plain_page.hpp"
#include "loadgen/report/pretty_json.hpp"

namespace throng::compare {
namespace {

namespace json = boost::json;

std::string harmless(std::string_view text) {
  return report::terminal_escape(report::valid_utf8(text));
}

/// The newest values, each as high as it is between the smallest and the largest.
std::string spark_line(const std::vector<double>& values) {
  constexpr std::array<const char*, 8> kBars{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  constexpr std::size_t kMost = 60;
  const std::size_t first = values.size() > kMost ? values.size() - kMost : 0;
  const auto [low, high] =
      std::minmax_element(values.begin() + static_cast<std::ptrdiff_t>(first), values.end());
  std::string line;
  for (std::size_t i = first; i < values.size(); ++i) {
    const double part = *high > *low ? (values[i] - *low) / (*high - *low) : 0;
    line += kBars[static_cast<std::size_t>(part * (kBars.size() - 1) + 0.5)];
  }
  return line;
}

std::string range_of(const Change& change) {
  return change.last_before + ".." + change.first_after;
}

std::string sentence(const Series& series, const Change& change) {
  return fmt::format("{} is {} since {}: look at {}", series.metric->name, worse_text(change.loss),
                     change.first_after, range_of(change));
}

/// Requires: it is worse.
std::string lasting_sentence(const Series& series) {
  return fmt::format("{} is {} than it was at best, until {}", series.metric->name,
                     worse_text(series.worse->loss), series.worse->last_before);
}

std::string summary(const Trend& trend) {
  std::string text = fmt::format("{} runs of {}", trend.runs, trend.scenario);
  if (trend.left_out > 0) {
    text +=
        fmt::format("; {} of another scenario, machine or generator are left out", trend.left_out);
  }
  return text;
}

json::array changes_json(const Series& series) {
  json::array changes;
  for (const Change& each : series.changes) {
    changes.push_back(json::object{{"run", each.at + 1},
                                   {"last_before", report::valid_utf8(each.last_before)},
                                   {"first_after", report::valid_utf8(each.first_after)},
                                   {"worse_by", each.loss}});
  }
  return changes;
}

std::string points_of(const Series& series, double width, double height) {
  const auto [low, high] = std::minmax_element(series.values.begin(), series.values.end());
  const double spread = *high > *low ? *high - *low : 1;
  const double step =
      width / static_cast<double>(std::max<std::size_t>(series.values.size(), 2) - 1);
  std::string points;
  for (std::size_t i = 0; i < series.values.size(); ++i) {
    points += fmt::format("{:.1f},{:.1f} ", step * static_cast<double>(i),
                          height - (series.values[i] - *low) / spread * height);
  }
  return points;
}

std::string picture(const Series& series) {
  constexpr double kWidth = 900;
  constexpr double kHeight = 120;
  const double step =
      kWidth / static_cast<double>(std::max<std::size_t>(series.values.size(), 2) - 1);
  std::string lines;
  for (const Change& each : series.changes) {
    const double x = step * (static_cast<double>(each.at) - 0.5);
    lines += fmt::format(
        "<line x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"0\" y2=\"{1}\" stroke=\"{2}\" "
        "stroke-width=\"2\"/>\n",
        x, kHeight, each.loss > 0 ? "var(--bad)" : "var(--good)");
  }
  return fmt::format(
      "<svg viewBox=\"-4 -4 {} {}\" role=\"img\" aria-label=\"{} by run\" "
      "style=\"width:100%;max-width:{}px\">\n{}<polyline fill=\"none\" stroke=\"var(--line-0)\" "
      "stroke-width=\"2\" points=\"{}\"/>\n</svg>\n",
      kWidth + 8, kHeight + 8, series.metric->name, kWidth, lines,
      points_of(series, kWidth, kHeight));
}

std::string section(const Series& series) {
  std::string html = fmt::format(
      "<section>\n<h2>{}: {}</h2>\n{}", series.metric->name,
      report::html_text(value_text(*series.metric, series.values.back())), picture(series));
  for (const Change& each : series.changes) {
    html += fmt::format("<p class=\"{}\">{}</p>\n", each.loss > 0 ? "bad" : "muted",
                        report::html_text(sentence(series, each)));
  }
  if (series.worse) {
    html += fmt::format("<p class=\"bad\">{}</p>\n", report::html_text(lasting_sentence(series)));
  }
  return html + "</section>\n";
}

}  // namespace

std::string trend_text(const Trend& trend) {
  std::string text = harmless(summary(trend)) + "\n\n";
  for (const Series& each : trend.series) {
    text += fmt::format("{:<18}{:>11}  {}\n", each.metric->name,
                        value_text(*each.metric, each.values.back()), spark_line(each.values));
  }
  text += "\n";
  for (const Series& each : trend.series) {
    for (const Change& change : each.changes) {
      text += harmless(fmt::format("run {}: {}", change.at + 1, sentence(each, change))) + "\n";
    }
  }
  for (const Series& each : trend.series) {
    if (each.worse) text += harmless(lasting_sentence(each)) + "\n";
  }
  return text + (trend.is_worse() ? "WORSE than before, and not made good since.\n"
                                  : "Nothing has become worse, or it was made good since.\n");
}

std::string trend_json(const Trend& trend) {
  json::array series;
  for (const Series& each : trend.series) {
    json::array values;
    for (const double value : each.values) values.push_back(value);
    series.push_back(json::object{{"metric", each.metric->name},
                                  {"unit", each.metric->unit},
                                  {"worse", each.worse.has_value()},
                                  {"worse_by", each.worse ? each.worse->loss : 0},
                                  {"changes", changes_json(each)},
                                  {"values", std::move(values)}});
  }
  return report::pretty_json(json::object{{"schema", "throng.trend/1"},
                                          {"scenario", report::valid_utf8(trend.scenario)},
                                          {"runs", trend.runs},
                                          {"left_out", trend.left_out},
                                          {"worse", trend.is_worse()},
                                          {"series", std::move(series)}});
}

std::string trend_html(const Trend& trend) {
  std::string sections;
  for (const Series& each : trend.series) sections += section(each);
  return report::plain_page_html(
      {.kind = "trend",
       .title = trend.scenario,
       .subtitle = summary(trend),
       .tone = trend.is_worse() ? "bad" : "good",
       .word = trend.is_worse() ? "WORSE" : "STEADY",
       .sentence = trend.is_worse() ? "A metric has become worse, and not better since."
                                    : "No metric has become worse to stay.",
       .sections = std::move(sections)});
}

}  // namespace throng::compare
