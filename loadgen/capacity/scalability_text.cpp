#include "loadgen/capacity/scalability_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <utility>

#include "loadgen/report/escape.hpp"
#include "loadgen/report/humanise.hpp"
#include "loadgen/report/pretty_json.hpp"

namespace throng::capacity {
namespace {

namespace json = boost::json;

constexpr double kCounted = 1000;  // from here on people read digits in groups of three

std::string number(double value) {
  if (!std::isfinite(value)) return "∞";
  if (value < kCounted) return fmt::format("{:.4g}", value);
  return report::count_text(static_cast<std::uint64_t>(std::llround(value)));
}

std::string estimated_text(const Estimated& value) {
  if (!value.interval) return number(value.value);
  return fmt::format("{} ({} to {})", number(value.value), number(value.interval->low),
                     number(value.interval->high));
}

const char* law_name(Law law) { return law == Law::kUsl ? "USL" : "Amdahl"; }

double error_of(double predicted, double measured) { return predicted / measured - 1; }

bool inside(double value, const Interval& interval) {
  return value >= interval.low && value <= interval.high;
}

bool refused(double straight, const Estimated& predicted) {
  return predicted.interval && !inside(straight, *predicted.interval);
}

std::string tested_line(Law law, const ScaleBackTest& test) {
  std::string line =
      fmt::format("  {:<14} {}: off by {:+.1f}%", law_name(law), estimated_text(test.predicted),
                  100 * error_of(test.predicted.value, test.last.throughput));
  if (!test.predicted.interval) return line + ", without an interval\n";
  const bool holds = inside(test.last.throughput, *test.predicted.interval);
  return line + (holds ? ", the interval has it\n" : ", the interval doesn't have it\n");
}

// JSON has no infinity.
json::value finite(double value) {
  return std::isfinite(value) ? json::value(value) : json::value(nullptr);
}

json::object to_json(const Estimated& estimated) {
  json::object object{{"value", estimated.value}, {"low", nullptr}, {"high", nullptr}};
  if (estimated.interval) {
    object["low"] = estimated.interval->low;
    object["high"] = finite(estimated.interval->high);
  }
  return object;
}

json::value to_json(const std::optional<ScaleBackTest>& test) {
  if (!test) return nullptr;
  json::object object = to_json(test->predicted);
  object["count"] = test->last.count;
  object["measured"] = test->last.throughput;
  object["straight_line"] = test->straight;
  object["straight_line_refused"] = refused(test->straight, test->predicted);
  return object;
}

}  // namespace

ScalingReport::ScalingReport(std::string of, std::vector<ScalePoint> points,
                             std::optional<double> noise, std::vector<double> wanted)
    : of_(std::move(of)),
      points_(std::move(points)),
      noise_(noise),
      wanted_(std::move(wanted)),
      usl_(Law::kUsl, points_, noise),
      amdahl_(Law::kAmdahl, points_, noise) {
  std::sort(points_.begin(), points_.end(),
            [](const ScalePoint& a, const ScalePoint& b) { return a.count < b.count; });
}

std::string ScalingReport::why_refused(double count) const {
  return count <= points_.back().count ? std::string() : usl_.why_no_peak();
}

bool ScalingReport::refuses() const {
  return std::any_of(wanted_.begin(), wanted_.end(),
                     [&](double count) { return !why_refused(count).empty(); });
}

std::string ScalingReport::law_line(const ScalingFit& fit) const {
  return fmt::format("{:<8}{:<30}{:<30}{:<34}{:<10}{:.4f}\n", law_name(fit.law()),
                     estimated_text(fit.lambda()), estimated_text(fit.sigma()),
                     fit.law() == Law::kUsl ? estimated_text(fit.kappa()) : "0",
                     fmt::format("{:.1f}%", 100 * fit.residual()), fit.r_squared());
}

std::string ScalingReport::points_table() const {
  std::string text =
      fmt::format("{:<8}{:<14}{:<14}{:<14}from\n", "count", "measured", "USL", "Amdahl");
  for (const ScalePoint& each : points_) {
    text += fmt::format("{:<8.4g}{:<14}{:<14}{:<14}{}\n", each.count, number(each.throughput),
                        number(usl_.throughput(each.count)), number(amdahl_.throughput(each.count)),
                        report::terminal_escape(report::valid_utf8(each.from)));
  }
  return text;
}

std::string ScalingReport::back_test_text() const {
  const auto by_usl = back_test(Law::kUsl, points_, noise_);
  const auto by_amdahl = back_test(Law::kAmdahl, points_, noise_);
  if (!by_usl) return "back-test: it takes points at 4 different counts or more\n";
  const ScalePoint& last = by_usl->last;
  return fmt::format("back-test: {:.4g}, where {} was measured, from the points before it\n",
                     last.count, number(last.throughput)) +
         tested_line(Law::kUsl, *by_usl) + tested_line(Law::kAmdahl, *by_amdahl) +
         fmt::format("  {:<14} {}: off by {:+.1f}%{}\n", "straight line", number(by_usl->straight),
                     100 * error_of(by_usl->straight, last.throughput),
                     refused(by_usl->straight, by_usl->predicted)
                         ? ", refused: outside of what USL takes for likely"
                         : "");
}

std::string ScalingReport::text() const {
  std::string text = points_table();
  text += fmt::format("\n{:<8}{:<30}{:<30}{:<34}{:<10}R², which proves nothing\n", "law",
                      "λ, of one", "σ, contention", "κ, coherency", "residual");
  text += law_line(usl_) + law_line(amdahl_);
  if (!usl_.lambda().interval) {
    text +=
        "no intervals: so few points don't tell their own noise; give more of them, or --noise\n";
  }
  text += "\n" + back_test_text();
  const std::string why = usl_.why_no_peak();
  text += why.empty() ? fmt::format("\npeak: {} at {:.4g}\n", number(usl_.throughput(*usl_.peak())),
                                    *usl_.peak())
                      : fmt::format("\npeak: not told: {}\n", why);
  for (const double count : wanted_) {
    const std::string refusal = why_refused(count);
    text += refusal.empty()
                ? fmt::format("at {:.4g}: {}\n", count, estimated_text(usl_.predict(count)))
                : fmt::format("at {:.4g}: REFUSED, {}\n", count, refusal);
  }
  return text;
}

std::string ScalingReport::json() const {
  json::array points;
  for (const ScalePoint& each : points_) {
    points.push_back(json::object{{"count", each.count},
                                  {"throughput", each.throughput},
                                  {"from", json::string(report::valid_utf8(each.from))}});
  }
  json::array laws;
  for (const ScalingFit* fit : {&usl_, &amdahl_}) {
    laws.push_back(json::object{{"law", law_name(fit->law())},
                                {"lambda", to_json(fit->lambda())},
                                {"sigma", to_json(fit->sigma())},
                                {"kappa", to_json(fit->kappa())},
                                {"residual", fit->residual()},
                                {"r_squared", finite(fit->r_squared())},
                                {"back_test", to_json(back_test(fit->law(), points_, noise_))}});
  }
  json::array wanted;
  for (const double count : wanted_) {
    const std::string why = why_refused(count);
    json::object at{{"count", count}, {"refused", why}, {"predicted", nullptr}};
    if (why.empty()) at["predicted"] = to_json(usl_.predict(count));
    wanted.push_back(std::move(at));
  }
  const std::string why = usl_.why_no_peak();
  return report::pretty_json(
      json::object{{"schema", "throng.scale/1"},
                   {"of", of_},
                   {"noise", noise_ ? json::value(*noise_) : json::value(nullptr)},
                   {"points", points},
                   {"laws", laws},
                   {"peak", why.empty() ? json::value(*usl_.peak()) : json::value(nullptr)},
                   {"why_no_peak", why},
                   {"at", wanted}});
}

}  // namespace throng::capacity
