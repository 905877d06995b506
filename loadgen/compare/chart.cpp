#include "loadgen/compare/chart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "loadgen/compare/percentiles.hpp"
#include "loadgen/compare/share_text.hpp"
#include "loadgen/report/escape.hpp"
#include "loadgen/report/humanise.hpp"

namespace throng::compare {
namespace {

constexpr double kWidth = 900;
constexpr double kLeft = 80;
constexpr double kRight = 20;
constexpr const char* kBaseColour = "var(--line-0)";
constexpr const char* kCandidateColour = "var(--line-1)";

std::string svg(double height, const std::string& label, const std::string& content) {
  return fmt::format(
      "<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\" "
      "style=\"width:100%;max-width:{}px;font-size:13px\">\n{}</svg>\n",
      kWidth, height, report::html_text(label), kWidth, content);
}

std::string text(double x, double y, const char* anchor, const std::string& content) {
  return fmt::format(
      "<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\" fill=\"var(--muted)\">{}</text>\n", x, y,
      anchor, report::html_escape(content));
}

std::string rule(double x1, double y1, double x2, double y2, const char* colour) {
  return fmt::format(
      "<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" stroke=\"{}\"/>\n", x1, y1, x2,
      y2, colour);
}

/// Where a value lies between two ends on the screen.
struct Scale {
  double from;
  double to;
  double at_from;
  double at_to;
  double operator()(double value) const {
    return at_from + (value - from) / (to - from) * (at_to - at_from);
  }
};

/// Percentiles evenly by how rare what is above them is: 90, 99 and 99.9 are as far from each
/// other.
double rarity(double percentile) { return -std::log10(1 - std::min(percentile, 99.9999) / 100); }

class PercentileChart {
 public:
  PercentileChart(report::PercentileCurve base, report::PercentileCurve candidate)
      : base_(std::move(base)), candidate_(std::move(candidate)) {
    double low = 1e300;
    double high = 1;
    double rarest = 0;
    for (const auto* curve : {&base_, &candidate_}) {
      for (const auto& [percentile, ns] : *curve) {
        low = std::min(low, std::log10(std::max<double>(double(ns), 1)));
        high = std::max(high, std::log10(std::max<double>(double(ns), 1)));
        rarest = std::max(rarest, rarity(percentile));
      }
    }
    x_ = {0, std::max(rarest, 0.1), kLeft, kWidth - kRight};
    y_ = {low, std::max(high, low + 0.1), kBottom, kTop};
  }

  std::string html(std::string_view operation) const {
    return svg(kHeight, fmt::format("latency of {} by percentile", operation),
               grid() + line(base_, kBaseColour) + line(candidate_, kCandidateColour) + legend());
  }

 private:
  static constexpr double kHeight = 320;
  static constexpr double kTop = 30;
  static constexpr double kBottom = 290;

  std::string grid() const {
    std::string html;
    for (const double percentile : {0.0, 50.0, 90.0, 99.0, 99.9, 99.99}) {
      if (rarity(percentile) > x_.to) continue;
      const double x = x_(rarity(percentile));
      html += rule(x, kTop, x, kBottom, "var(--rule)");
      html += text(x, kBottom + 18, "middle", fmt::format("{:g}%", percentile));
    }
    constexpr int kSteps = 4;
    for (int i = 0; i <= kSteps; ++i) {
      const double value = y_.from + (y_.to - y_.from) * i / kSteps;
      html += rule(kLeft, y_(value), kWidth - kRight, y_(value), "var(--rule)");
      html += text(kLeft - 8, y_(value) + 4, "end", report::duration_text(std::pow(10, value)));
    }
    return html;
  }

  std::string line(const report::PercentileCurve& curve, const char* colour) const {
    std::string points;
    for (const auto& [percentile, ns] : curve) {
      points += fmt::format("{:.1f},{:.1f} ", x_(rarity(percentile)),
                            y_(std::log10(std::max<double>(double(ns), 1))));
    }
    return fmt::format("<polyline fill=\"none\" stroke=\"{}\" stroke-width=\"2\" points=\"{}\"/>\n",
                       colour, points);
  }

  static std::string legend() {
    return rule(kLeft + 10, 16, kLeft + 40, 16, kBaseColour) +
           text(kLeft + 46, 20, "start", "base") +
           rule(kLeft + 100, 16, kLeft + 130, 16, kCandidateColour) +
           text(kLeft + 136, 20, "start", "candidate");
  }

  report::PercentileCurve base_;
  report::PercentileCurve candidate_;
  Scale x_{};
  Scale y_{};
};

const char* colour_of(Verdict verdict) {
  if (verdict == Verdict::kPass) return "var(--good)";
  return verdict == Verdict::kRegression ? "var(--bad)" : "var(--doubtful)";
}

/// So far to either side that every limit, and every interval that isn't huge, can be seen.
double reach_of(const Comparison& all) {
  constexpr double kMost = 0.5;
  double reach = 0;
  for (const Finding& each : all.findings) {
    for (const double value : {each.limit, -each.interval.low, each.interval.high}) {
      reach = std::max(reach, std::min(value, kMost));
    }
  }
  return reach * 1.1;
}

std::string row_of(const Finding& finding, const Scale& x, double y) {
  const auto within = [&](double value) { return x(std::clamp(value, x.from, x.to)); };
  std::string html = text(0, y + 4, "start", std::string(finding.metric->name));
  html += fmt::format(
      "<line x1=\"{:.1f}\" x2=\"{:.1f}\" y1=\"{:.1f}\" y2=\"{:.1f}\" stroke=\"{}\" "
      "stroke-width=\"4\"/><circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"6\" fill=\"{}\"/>\n",
      within(finding.interval.low), within(finding.interval.high), y, y, colour_of(finding.verdict),
      within(finding.loss), y, colour_of(finding.verdict));
  return html + rule(x(finding.limit), y - 11, x(finding.limit), y + 11, "var(--ink)");
}

}  // namespace

std::string percentile_chart(const Comparison& all, std::string_view operation) {
  report::PercentileCurve base = median_curve(all.base, operation);
  report::PercentileCurve candidate = median_curve(all.candidate, operation);
  if (base.empty() || candidate.empty()) return {};
  return PercentileChart(std::move(base), std::move(candidate)).html(operation);
}

std::string interval_chart(const Comparison& all) {
  if (all.findings.empty()) return {};
  constexpr double kRow = 34;
  constexpr double kNames = 150;
  const double height = kRow * static_cast<double>(all.findings.size() + 1);
  const double reach = reach_of(all);
  const Scale x{-reach, reach, kNames, kWidth - kRight};
  std::string html = rule(x(0), 0, x(0), height - kRow, "var(--muted)");
  double y = kRow / 2;
  for (const Finding& each : all.findings) {
    html += row_of(each, x, y);
    y += kRow;
  }
  for (const double share : {-reach, 0.0, reach}) {
    html += text(x(share), y + 4,
                 share < 0   ? "start"
                 : share > 0 ? "end"
                             : "middle",
                 share == 0 ? "the same" : worse_text(share));
  }
  return svg(height, "by how much each metric is worse, with its interval and its limit", html);
}

}  // namespace throng::compare
