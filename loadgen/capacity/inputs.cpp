#include "loadgen/capacity/inputs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "loadgen/capacity/nearest.hpp"

namespace throng::capacity {
namespace {

using pacing::Distribution;

constexpr std::string_view kBetween = "..";
constexpr std::string_view kLognormal = " lognormal";
constexpr std::string_view kMultiples = "kKMBGT";

template <class... Args>
[[noreturn]] void fail(fmt::format_string<Args...> format, Args&&... args) {
  throw std::invalid_argument(fmt::format(format, std::forward<Args>(args)...));
}

// The first of a term's units that has the dimension. A plain number is in the first of them.
Unit fitting_unit(const Term& term, const Amount& amount, bool& plain) {
  plain = amount.unit.text.empty();
  std::string_view rest = term.unit;
  for (;;) {
    const std::size_t bar = rest.find('|');
    Unit unit = parse_unit(rest.substr(0, bar));
    if (plain || unit.dimension == amount.quantity.dimension) return unit;
    if (bar == rest.npos) break;
    rest.remove_prefix(bar + 1);
  }
  fail("{} is in {}, not in {}", term.name, term.unit.empty() ? "plain numbers" : term.unit,
       amount.unit.text);
}

// An end of an interval, in base units.
double base_value(const Amount& amount, const Term* term) {
  if (term == nullptr) return amount.quantity.value;
  bool plain = false;
  const Unit unit = fitting_unit(*term, amount, plain);
  return plain ? amount.quantity.value * unit.size : amount.quantity.value;
}

void check_rule(const Variable& variable, Rule rule) {
  if (variable.low <= 0) fail("{} must be above 0, not {}", variable.name, variable.text);
  if (rule == Rule::kShare && variable.high > 1) {
    fail("{} is a share: at most 100%, not {}", variable.name, variable.text);
  }
  if (rule == Rule::kAtLeastOne && variable.low < 1) {
    fail("{} must be at least 1, not {}", variable.name, variable.text);
  }
  if (rule == Rule::kSeveral && variable.low < 2) {
    fail("{} must be at least 2, not {}", variable.name, variable.text);
  }
}

Distribution spread(double low, double high, bool lognormal) {
  if (low == high) return Distribution::constant(low);
  if (lognormal) return Distribution::lognormal_with_p95(std::sqrt(low * high), high);
  return Distribution::uniform(low, high);
}

// "5%..15% lognormal" without the word, which it is told by `lognormal`.
std::string_view without_shape(std::string_view text, bool& lognormal) {
  lognormal = text.ends_with(kLognormal);
  if (lognormal) text.remove_suffix(kLognormal.size());
  return text;
}

// "40..80 B" and "1B..2B users" have their unit at the end only.
Amount parse_low_end(std::string_view text, const Unit& unit) {
  const std::size_t number_end = text.find_first_not_of("0123456789.+-");
  const bool multiple = number_end + 1 == text.size() && kMultiples.find(text.back()) != text.npos;
  if (number_end != text.npos && !multiple) return parse_quantity(text);
  return parse_quantity(fmt::format("{} {}", text, unit.text));
}

Variable parse_variable(const std::string& name, const std::string& text, const Term* term) {
  Variable variable;
  variable.name = name;
  variable.text = text;
  bool lognormal = false;
  const std::string_view ends = without_shape(text, lognormal);
  const std::size_t between = ends.find(kBetween);
  const bool interval = between != ends.npos;
  if (lognormal && !interval) fail("{}: lognormal takes an interval such as \"40..80\"", name);
  const Amount high = parse_quantity(interval ? ends.substr(between + kBetween.size()) : ends);
  const Amount low = interval ? parse_low_end(ends.substr(0, between), high.unit) : high;
  if (low.quantity.dimension != high.quantity.dimension) {
    fail("{} goes from {} to {}", name, low.unit.text, high.unit.text);
  }
  bool plain = false;
  variable.unit = term != nullptr ? fitting_unit(*term, high, plain) : high.unit;
  variable.low = base_value(low, term);
  variable.high = base_value(high, term);
  if (variable.low > variable.high) fail("{}: {} goes down", name, text);
  check_rule(variable, term != nullptr ? term->rule : Rule::kPositive);
  variable.distribution = spread(variable.low, variable.high, lognormal);
  variable.of_service = term != nullptr && term->of_service;
  return variable;
}

}  // namespace

Inputs::Inputs(std::map<std::string, std::string> settings) : settings_(std::move(settings)) {}

void Inputs::know_only(std::span<const Term> terms) {
  terms_ = terms;
  for (const auto& [name, text] : settings_) {
    check_name(name);
    const Term& term = *find_term(name);
    if (term.rule == Rule::kCurve) fail("{} is a list, which only an estimate can give", name);
    add(parse_variable(name, text, &term));
    variables_.back().origin = "--set";
  }
}

const Term* Inputs::find_term(std::string_view name) const {
  const auto found = std::find_if(terms_.begin(), terms_.end(),
                                  [&](const Term& term) { return term.name == name; });
  return found == terms_.end() ? nullptr : &*found;
}

std::vector<std::string> Inputs::names() const {
  std::vector<std::string> all;
  for (const Term& term : terms_) all.emplace_back(term.name);
  for (const Variable& variable : variables_) all.push_back(variable.name);
  return all;
}

void Inputs::check_name(const std::string& name) const {
  if (terms_.empty() || find_term(name) != nullptr) return;
  fail("there is no input \"{}\"{}", name, did_you_mean(name, names()));
}

void Inputs::add(Variable variable) {
  if (variable.stream.empty()) variable.stream = variable.name;
  variables_.push_back(std::move(variable));
}

void Inputs::give(const std::string& name, const std::string& text, const std::string& origin) {
  check_name(name);
  const Term* term = find_term(name);
  const Variable* earlier = find(name);
  if (earlier != nullptr && earlier->origin != "--set") {
    fail("{} stands here again, after {}", name, earlier->origin);
  }
  if (term != nullptr && term->rule == Rule::kCurve) fail("{} must be a list of numbers", name);
  Variable own = parse_variable(name, text, term);
  own.origin = origin;
  if (earlier != nullptr) return;
  const auto setting = settings_.find(name);
  if (setting != settings_.end()) {
    const Term free{name, own.unit.text, Rule::kPositive, false, ""};
    own = parse_variable(name, setting->second, &free);
    own.origin = "--set";
  }
  add(std::move(own));
}

void Inputs::give_curve(const std::string& name, std::span<const double> points,
                        const std::string& origin) {
  check_name(name);
  const Term* term = find_term(name);
  if (term == nullptr || term->rule != Rule::kCurve) fail("{} can't be a list", name);
  if (find(name) != nullptr) fail("{} stands here again", name);
  const double sum = std::accumulate(points.begin(), points.end(), 0.0);
  const bool negative = std::any_of(points.begin(), points.end(), [](double p) { return p < 0; });
  if (negative || !(sum > 0) || !std::isfinite(sum)) {
    fail("{} must be a list of loads at equal distances over the day, 0 or more", name);
  }
  const double peak = *std::max_element(points.begin(), points.end());
  const double ratio = peak * static_cast<double>(points.size()) / sum;
  Variable variable;
  variable.name = name;
  variable.distribution = Distribution::constant(ratio);
  variable.low = variable.high = ratio;
  variable.text = fmt::format("{} points, peak over mean {:.3g}", points.size(), ratio);
  variable.origin = origin;
  add(std::move(variable));
}

Expression Inputs::add_measured(const std::string& name, const Unit& unit,
                                std::span<const double> readings, const std::string& origin) {
  std::vector<pacing::WeightedValue> table;
  for (const double reading : readings) table.push_back({reading, 1});
  const auto [low, high] = std::minmax_element(readings.begin(), readings.end());
  Variable variable{name, unit, Distribution::empirical(table), *low, *high, {}, origin};
  variable.text = format_quantity(*low, unit);
  if (*low < *high) variable.text += fmt::format("..{}", format_quantity(*high, unit));
  variable.is_measured = true;
  add(std::move(variable));
  return Expression::variable(variables_.size() - 1, name, unit.dimension);
}

Expression Inputs::add_fitted(const std::string& name, const Unit& unit,
                              std::span<const double> likely, double low, double high,
                              const std::string& stream) {
  const Expression fitted = add_measured(name, unit, likely, stream);
  Variable& variable = variables_.back();
  variable.low = low;
  variable.high = high;
  variable.text = fmt::format("{}..{}", format_quantity(low, unit), format_quantity(high, unit));
  variable.stream = stream;
  return fitted;
}

Expression Inputs::get(const std::string& name) const {
  if (const Variable* variable = find(name)) {
    const auto index = static_cast<std::size_t>(variable - variables_.data());
    return Expression::variable(index, name, variable->unit.dimension);
  }
  const Term* term = find_term(name);
  if (term == nullptr) fail("there is no input \"{}\"{}", name, did_you_mean(name, names()));
  const std::string_view unit = term->unit;
  return Expression::unknown(parse_unit(unit.substr(0, unit.find('|'))).dimension, "input." + name);
}

const Variable* Inputs::find(std::string_view name) const {
  const auto found = std::find_if(variables_.begin(), variables_.end(),
                                  [&](const Variable& each) { return each.name == name; });
  return found == variables_.end() ? nullptr : &*found;
}

void Inputs::check_settings() const {
  for (const auto& [name, text] : settings_) {
    if (find(name) == nullptr) {
      fail("--set {}: there is no input \"{}\"{}", name, name, did_you_mean(name, names()));
    }
  }
}

}  // namespace throng::capacity
