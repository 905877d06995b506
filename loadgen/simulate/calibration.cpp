#include "loadgen/simulate/calibration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <stdexcept>
#include <string_view>

namespace throng::simulate {
namespace {

using capacity::CostModel;
using capacity::Feature;

constexpr double kUsPerSecond = 1e6;
/// Of the logarithm: runs tell nothing of it.
constexpr double kSigma = 0.5;
/// The standard normal's 95th percentile.
constexpr double kP95 = 1.644853627;

/// What a profile calls it; nothing: simulated cores aren't charged for it.
std::optional<std::string_view> key_of(Feature feature) {
  switch (feature) {
    case Feature::kMessages:
      return "message";
    case Feature::kDeliveries:
      return "delivery";
    case Feature::kReceipts:
      return "receipt";
    case Feature::kHeartbeats:
      return "heartbeat";
    case Feature::kLogins:
      return "login";
    default:
      return std::nullopt;
  }
}

/// That of a mean, in microseconds.
std::string distribution(double mean_us) {
  if (mean_us <= 0) return "\"0us\"";
  const double median = mean_us / std::exp(kSigma * kSigma / 2);
  return fmt::format("lognormal {{ median = \"{:.4g}us\", p95 = \"{:.4g}us\" }}", median,
                     median * std::exp(kSigma * kP95));
}

bool is_told(const capacity::CostTerm& term) {
  return term.low > 0 && term.high - term.low < term.value;
}

std::string term_line(const capacity::CostTerm& term) {
  const auto key = key_of(term.feature);
  const std::string measured = fmt::format(
      "{:.4g} us ({:.4g} to {:.4g}){}", term.value * kUsPerSecond, term.low * kUsPerSecond,
      term.high * kUsPerSecond, is_told(term) ? "" : ": THE RUNS DON'T TELL");
  if (!key) return fmt::format("  -- {}: {}; not charged\n", term.name, measured);
  return fmt::format("  {} = {},  -- {}\n", *key, distribution(term.value * kUsPerSecond),
                     measured);
}

std::string tie_line(const capacity::CostTie& tie) {
  const auto key = key_of(tie.feature);
  if (!key) return {};
  return fmt::format("  {} = \"0us\",  -- {} in all runs: part of that, and not told apart\n", *key,
                     tie.text());
}

/// A text in Lua's quotes.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out + '"';
}

std::string source_of(const CostModel& model) {
  std::string text =
      fmt::format("a fit to {} runs, residuals {:.2g} %:", model.rows.size(), 100 * model.residual);
  for (const capacity::CostRow& row : model.rows) text += ' ' + row.path;
  return quoted(text);
}

}  // namespace

std::vector<std::string> untold_costs(const CostModel& model) {
  std::vector<std::string> keys;
  for (const capacity::CostTerm& term : model.terms) {
    const auto key = key_of(term.feature);
    if (key && !is_told(term)) keys.emplace_back(*key);
  }
  return keys;
}

std::string costs_file(const CostModel& model) {
  const auto is_charged = [](const auto& term) { return key_of(term.feature) && is_told(term); };
  if (std::ranges::none_of(model.terms, is_charged)) {
    throw std::runtime_error(
        "no profile: no cost has a 95 % interval above 0 and narrower than its value; give runs of "
        "more rates and mixes");
  }
  std::string text =
      "-- What one core spends, fitted by throng calibrate. The runs tell means, with their 95 %\n"
      "-- intervals behind them; that what lies around them is lognormal with sigma 0.5 is "
      "assumed.\n"
      "costs {\n";
  text += fmt::format("  source = {},\n", source_of(model));
  for (const capacity::CostTerm& term : model.terms) text += term_line(term);
  for (const capacity::CostTie& tie : model.ties) text += tie_line(tie);
  for (const Feature feature : model.unseen) {
    text += fmt::format("  -- no run had {}\n", capacity::feature_name(feature));
  }
  return text + "}\n";
}

}  // namespace throng::simulate
