#include "loadgen/report/threshold.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "loadgen/pacing/quantity.hpp"

namespace throng::report {
namespace {

constexpr std::string_view kDuration = "ns";
constexpr std::string_view kRate = "1/s";
constexpr std::string_view kRatio = "ratio";
constexpr std::string_view kCount = "";

// The metrics, a table for each family.

using Value = std::optional<double>;

struct LatencyMetric {
  std::string_view name;
  std::int64_t LatencySummary::*field;  // nullptr: on the curve only
  double percentile;
};
constexpr LatencyMetric kLatencyMetrics[] = {
    {"mean", &LatencySummary::mean, 0},
    {"p50", &LatencySummary::p50, 50},
    {"p75", nullptr, 75},
    {"p90", &LatencySummary::p90, 90},
    {"p95", nullptr, 95},
    {"p99", &LatencySummary::p99, 99},
    {"p99.9", &LatencySummary::p999, 99.9},
    {"p999", &LatencySummary::p999, 99.9},
    {"p99.99", &LatencySummary::p9999, 99.99},
    {"p9999", &LatencySummary::p9999, 99.99},
    {"max", &LatencySummary::max, 100},
};

struct OperationMetric {
  std::string_view name;
  std::string_view unit;
  double (*value)(const OperationFigures&);
};
constexpr OperationMetric kOperationMetrics[] = {
    {"count", kCount, [](const OperationFigures& each) { return double(each.count); }},
    {"rate", kRate, [](const OperationFigures& each) { return each.rate_per_s; }},
    {"errors", kCount, [](const OperationFigures& each) { return double(each.error_count()); }},
    {"dropped", kCount, [](const OperationFigures& each) { return double(each.dropped); }},
    {"unresolved", kCount, [](const OperationFigures& each) { return double(each.unresolved); }},
};

struct RunMetric {
  std::string_view name;
  std::string_view unit;
  Value (*value)(const RunResult&);
};
#define THRONG_COUNT(group, field)                                                                 \
  {                                                                                                \
#group "." #field, kCount, [](const RunResult& run) { return Value(double(run.group.field)); } \
  }
#define THRONG_LEDGER(field)                                              \
  {                                                                       \
    "ledger." #field, kCount, [](const RunResult& run) {                  \
      return run.ledger.kept ? Value(double(run.ledger.field)) : Value(); \
    }                                                                     \
  }
constexpr RunMetric kRunMetrics[] = {
    THRONG_COUNT(users, planned),
    THRONG_COUNT(users, connected_peak),
    THRONG_COUNT(users, logins),
    THRONG_LEDGER(sent),
    THRONG_LEDGER(acked),
    THRONG_LEDGER(expected),
    THRONG_LEDGER(delivered),
    THRONG_LEDGER(lost),
    THRONG_LEDGER(duplicated),
    THRONG_LEDGER(reordered),
    THRONG_LEDGER(misdelivered),
    THRONG_LEDGER(corrupted),
    THRONG_LEDGER(phantom),
    THRONG_LEDGER(cursor_violations),
    THRONG_LEDGER(trimmed),
    THRONG_LEDGER(late),
    THRONG_LEDGER(unresolved),
    {"validity.late_release.p99", kDuration,
     [](const RunResult& run) { return Value(double(run.validity.late_release_ns.p99)); }},
    {"validity.late_release.max", kDuration,
     [](const RunResult& run) { return Value(double(run.validity.late_release_ns.max)); }},
    {"validity.generator_cpu_ratio", kRatio,
     [](const RunResult& run) { return run.validity.generator_cpu_ratio; }},
    {"validity.achieved_rate_ratio", kRatio,
     [](const RunResult& run) { return run.validity.achieved_rate_ratio; }},
    {"validity.little_residual", kRatio,
     [](const RunResult& run) { return run.validity.little_residual; }},
    {"validity.core_wait_ratio", kRatio,
     [](const RunResult& run) { return run.validity.core_wait_ratio; }},
    {"validity.loop_turn.p99", kDuration,
     [](const RunResult& run) { return Value(double(run.validity.loop_turn_ns.p99)); }},
    {"validity.loop_turn.max", kDuration,
     [](const RunResult& run) { return Value(double(run.validity.loop_turn_ns.max)); }},
};
#undef THRONG_COUNT
#undef THRONG_LEDGER

// Names before the dot that aren't an operation's.
bool is_run_group(std::string_view name) {
  return name == "users" || name == "ledger" || name == "validity";
}

template <class Table>
auto find_by_name(const Table& table, std::string_view name)
    -> const std::decay_t<decltype(*table)>* {
  const auto found = std::find_if(std::begin(table), std::end(table),
                                  [&](const auto& row) { return row.name == name; });
  return found == std::end(table) ? nullptr : &*found;
}

Value percentile_of(const PercentileCurve& curve, double percentile, std::int64_t max_ns) {
  if (curve.empty()) return std::nullopt;
  for (const PercentilePoint& point : curve) {
    if (point.percentile >= percentile) return double(point.ns);
  }
  return double(max_ns);  // the curve ends where so few values say no more than their maximum
}

/// Between two points of the curve in proportion; what it leaves out is beyond its last one.
double share_beyond(const PercentileCurve& curve, double bound_ns, std::int64_t max_ns) {
  PercentilePoint below;
  for (const PercentilePoint& point : curve) {
    if (double(point.ns) > bound_ns) {
      const double way = (bound_ns - double(below.ns)) / double(point.ns - below.ns);
      return 1 - (below.percentile + way * (point.percentile - below.percentile)) / 100;
    }
    below = point;
  }
  return double(max_ns) > bound_ns ? 1 - below.percentile / 100 : 0;
}

Value latency_value(const OperationFigures& figures, bool service, const LatencyMetric& metric) {
  const LatencySummary& summary = service ? figures.service_ns : figures.latency_ns;
  const PercentileCurve& curve = service ? figures.service_curve : figures.latency_curve;
  const bool measured = figures.count > 0 && !(service && curve.empty() && summary.max == 0);
  if (!measured) return std::nullopt;
  if (metric.field != nullptr) return double(summary.*metric.field);
  return percentile_of(curve, metric.percentile, summary.max);
}

std::uint64_t errors_of_kind(const OperationFigures& figures, const std::string& kind) {
  const auto found = figures.errors.find(kind);
  return found != figures.errors.end() ? found->second : 0;
}

// What the name of a metric stands for.
struct Metric {
  std::string_view unit;
  std::function<Value(const RunResult&)> value;
  double percentile = 0;
  std::function<std::optional<Tail>(const RunResult&, double bound_ns)> beyond{};
};

// A metric of an operation, for runs in which that ran.
Metric of_operation(std::string_view operation, std::string_view unit,
                    std::function<Value(const OperationFigures&)> value) {
  return {unit, [name = std::string(operation), value = std::move(value)](const RunResult& run) {
            const OperationFigures* figures = run.find_operation(name);
            return figures != nullptr && figures->ran() ? value(*figures) : std::nullopt;
          }};
}

std::optional<Metric> errors_metric(std::string_view operation, std::string_view kind,
                                    bool as_ratio) {
  return of_operation(operation, as_ratio ? kRatio : kCount,
                      [as_ratio, kind = std::string(kind)](const OperationFigures& each) {
                        const double errors =
                            double(kind.empty() ? each.error_count() : errors_of_kind(each, kind));
                        const double finished = double(each.count + each.error_count());
                        if (!as_ratio) return Value(errors);
                        return finished > 0 ? Value(errors / finished) : Value();
                      });
}

std::function<std::optional<Tail>(const RunResult&, double)> tail_of(std::string_view operation,
                                                                     bool service) {
  return [name = std::string(operation), service](const RunResult& run,
                                                  double bound_ns) -> std::optional<Tail> {
    const OperationFigures* each = run.find_operation(name);
    if (each == nullptr || each->count == 0) return std::nullopt;
    const auto& curve = service ? each->service_curve : each->latency_curve;
    const auto& summary = service ? each->service_ns : each->latency_ns;
    return Tail{share_beyond(curve, bound_ns, summary.max), each->count};
  };
}

std::optional<Metric> operation_metric(std::string_view operation, std::string_view name,
                                       bool bound_is_percentage) {
  constexpr std::string_view kErrorsOfKind = "errors.";
  constexpr std::string_view kService = "service.";
  if (name == "errors") return errors_metric(operation, "", bound_is_percentage);
  if (name.starts_with(kErrorsOfKind) && name.size() > kErrorsOfKind.size()) {
    return errors_metric(operation, name.substr(kErrorsOfKind.size()), bound_is_percentage);
  }
  if (const auto* metric = find_by_name(kOperationMetrics, name)) {
    return of_operation(operation, metric->unit, metric->value);
  }
  const bool service = name.starts_with(kService);
  const auto* latency =
      find_by_name(kLatencyMetrics, service ? name.substr(kService.size()) : name);
  if (latency == nullptr) return std::nullopt;
  Metric metric = of_operation(operation, kDuration, [=](const OperationFigures& each) {
    return latency_value(each, service, *latency);
  });
  if (latency->percentile > 0 && latency->percentile < 100) {
    metric.percentile = latency->percentile;
    metric.beyond = tail_of(operation, service);
  }
  return metric;
}

Value all_errors(const RunResult& run, bool as_ratio) {
  double errors = 0;
  double finished = 0;
  for (const auto& [name, each] : run.operations) {
    errors += double(each.error_count());
    finished += double(each.count + each.error_count());
  }
  if (!as_ratio) return errors;
  return finished > 0 ? Value(errors / finished) : Value();
}

std::optional<Metric> find_metric(std::string_view name, bool bound_is_percentage) {
  if (const auto* metric = find_by_name(kRunMetrics, name)) {
    return Metric{metric->unit, metric->value};
  }
  if (name == "errors") {
    return Metric{bound_is_percentage ? kRatio : kCount,
                  [=](const RunResult& run) { return all_errors(run, bound_is_percentage); }};
  }
  if (const auto* metric = find_by_name(kRunMetrics, fmt::format("ledger.{}", name))) {
    return Metric{metric->unit, metric->value};
  }
  const std::size_t dot = name.find('.');
  const std::string_view first = name.substr(0, dot);
  if (dot == name.npos || first.empty() || is_run_group(first)) return std::nullopt;
  return operation_metric(first, name.substr(dot + 1), bound_is_percentage);
}

// The grammar.

constexpr std::string_view kBlanks = " \t";

struct ComparisonSign {
  std::string_view sign;
  Comparison comparison;
};
// Longest first: `<=` isn't `<`.
constexpr ComparisonSign kSigns[] = {
    {"<=", Comparison::kLessOrEqual}, {">=", Comparison::kGreaterOrEqual},
    {"==", Comparison::kEqual},       {"!=", Comparison::kNotEqual},
    {"<", Comparison::kLess},         {">", Comparison::kGreater},
};

// A share: "0.1%" or "0.001".
std::optional<double> read_ratio(std::string_view text) {
  const bool percentage = text.ends_with('%');
  if (percentage) text.remove_suffix(1);
  const auto number = pacing::parse_number(text);
  if (!number) return std::nullopt;
  return percentage ? *number / 100 : *number;
}

// Without a unit it could be meant in seconds or in milliseconds: better to ask.
std::optional<double> read_duration(std::string_view text) {
  const auto duration = pacing::parse_duration(text);
  if (!duration || pacing::parse_number(text)) return std::nullopt;
  return double(duration->count());
}

std::optional<double> read_rate(std::string_view text) {
  constexpr std::string_view kPerSecond = "/s";
  if (text.ends_with(kPerSecond)) text.remove_suffix(kPerSecond.size());
  const auto number = pacing::parse_number(text);
  return number ? std::optional(*number) : std::nullopt;
}

std::optional<double> read_bound(std::string_view text, std::string_view unit) {
  if (unit == kDuration) return read_duration(text);
  if (unit == kRate) return read_rate(text);
  if (unit == kRatio) return read_ratio(text);
  const auto count = pacing::parse_count(text);
  return count ? std::optional(double(*count)) : std::nullopt;
}

std::string_view what_fits(std::string_view metric_unit) {
  if (metric_unit == kDuration) return "a duration such as 500ms or 2s";
  if (metric_unit == kRate) return "a rate such as 1000, 10k or 10k/s";
  if (metric_unit == kRatio) return "a share such as 0.1% or 0.001";
  return "a number such as 0 or 10k";
}

ReportError problem(std::string_view expr, std::size_t at, std::string_view expected) {
  return {fmt::format("threshold \"{}\", column {}: expected {}", expr, at + 1, expected)};
}

bool holds(double value, Comparison comparison, double bound) {
  switch (comparison) {
    case Comparison::kLess:
      return value < bound;
    case Comparison::kLessOrEqual:
      return value <= bound;
    case Comparison::kGreater:
      return value > bound;
    case Comparison::kGreaterOrEqual:
      return value >= bound;
    case Comparison::kEqual:
      return value == bound;
    case Comparison::kNotEqual:
      return value != bound;
  }
  return false;
}

bool is_of_ledger(std::string_view metric) {
  return metric.starts_with("ledger.") ||
         find_by_name(kRunMetrics, fmt::format("ledger.{}", metric)) != nullptr;
}

std::string why_no_value(const Threshold& threshold, const RunResult& run) {
  if (is_of_ledger(threshold.metric)) return "no ledger was kept";
  const std::string operation = threshold.metric.substr(0, threshold.metric.find('.'));
  if (is_run_group(operation)) return fmt::format("{} was not measured", threshold.metric);
  const OperationFigures* figures = run.find_operation(operation);
  if (figures == nullptr || !figures->ran()) return fmt::format("{} never ran", operation);
  if (figures->count == 0) return fmt::format("no {} finished without an error", operation);
  return fmt::format("{} was not measured for {}", threshold.metric.substr(operation.size() + 1),
                     operation);
}

}  // namespace

boost::system::result<Threshold, ReportError> parse_threshold(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(kBlanks), text.size());
  const std::string_view expr = text.substr(begin, text.find_last_not_of(kBlanks) + 1 - begin);

  const std::size_t metric_end = std::min(expr.find_first_of(" \t<>=!"), expr.size());
  const std::string_view metric_name = expr.substr(0, metric_end);
  if (metric_name.empty()) return problem(expr, 0, "a metric, one of:\n" + known_metrics());

  const std::size_t sign_at = std::min(expr.find_first_not_of(kBlanks, metric_end), expr.size());
  const auto sign = std::find_if(std::begin(kSigns), std::end(kSigns), [&](const auto& each) {
    return expr.substr(sign_at).starts_with(each.sign);
  });
  if (sign == std::end(kSigns)) return problem(expr, sign_at, "one of < <= > >= == !=");

  const std::size_t sign_end = sign_at + sign->sign.size();
  const std::size_t bound_at = std::min(expr.find_first_not_of(kBlanks, sign_end), expr.size());
  const auto metric = find_metric(metric_name, expr.ends_with('%'));
  if (!metric) return problem(expr, 0, "a metric, one of:\n" + known_metrics());
  const auto bound = read_bound(expr.substr(bound_at), metric->unit);
  if (!bound) return problem(expr, bound_at, what_fits(metric->unit));
  Threshold threshold{std::string(expr),
                      std::string(metric_name),
                      std::string(metric->unit),
                      sign->comparison,
                      *bound,
                      metric->value};
  threshold.percentile = metric->percentile;
  if (metric->beyond) {
    threshold.beyond = [beyond = metric->beyond, at = *bound](const RunResult& run) {
      return beyond(run, at);
    };
  }
  return threshold;
}

ThresholdResult evaluate(const Threshold& threshold, const RunResult& run) {
  ThresholdResult result{threshold.expr, threshold.value(run), threshold.unit, false, {}};
  if (result.value) {
    result.pass = holds(*result.value, threshold.comparison, threshold.bound);
  } else {
    result.note = why_no_value(threshold, run);
  }
  return result;
}

std::string known_metrics() {
  const auto names = [](const auto& table) {
    std::string list;
    for (const auto& row : table) list += (list.empty() ? "" : ", ") + std::string(row.name);
    return list;
  };
  return fmt::format(
      "  OPERATION.   {}, errors.KIND\n"
      "  OPERATION. or OPERATION.service.   {}\n"
      "  {}\n"
      "  errors, and what stands behind ledger. alone, e.g. lost",
      names(kOperationMetrics), names(kLatencyMetrics), names(kRunMetrics));
}

}  // namespace throng::report
