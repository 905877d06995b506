#include "loadgen/capacity/judge.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <vector>

#include "loadgen/capacity/chat_inputs.hpp"
#include "loadgen/capacity/words.hpp"

namespace throng::capacity {
namespace {

// Ends of what a claim allows. The last bit of a product must not decide.
constexpr double kRounding = 1e-9;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

void check_dimension(const Claim& claim, const Unit& unit) {
  if (claim.value.dimension == unit.dimension) return;
  throw std::runtime_error(
      fmt::format("{}: {} is in {}, the claim in {}", claim.origin, claim.of,
                  unit.text.empty() ? "plain numbers" : unit.text,
                  claim.unit.text.empty() ? "plain numbers" : claim.unit.text));
}

std::vector<const Variable*> variables_of(const Expression& expression, const Inputs& inputs) {
  std::vector<const Variable*> used;
  for (const std::size_t index : expression.variables()) used.push_back(&inputs.variables()[index]);
  return used;
}

Basis basis_of(const std::vector<const Variable*>& used) {
  const auto any = [&](bool Variable::*is) {
    return std::any_of(used.begin(), used.end(), [&](const Variable* each) { return each->*is; });
  };
  if (any(&Variable::of_service)) return Basis::kAssumedService;
  return any(&Variable::is_measured) ? Basis::kMeasurement : Basis::kArithmetic;
}

std::string names_of_assumed(const std::vector<const Variable*>& used) {
  std::string names;
  for (const Variable* each : used) {
    if (each->of_service) names += (names.empty() ? "" : ", ") + each->name;
  }
  return names;
}

bool is_used(const std::vector<const Variable*>& used, std::string_view prefix,
             std::string_view name) {
  return std::any_of(used.begin(), used.end(), [&](const Variable* each) {
    return each->name == fmt::format("{}{}", prefix, name);
  });
}

// What was measured, one line a reading or a fitted cost.
std::vector<std::string> readings_of(const std::vector<const Variable*>& used,
                                     const Assessment& all) {
  std::vector<std::string> lines;
  for (const MeasuredFigure& figure : all.measured) {
    const bool in_use = is_used(used, kMeasuredPrefix, figure.name);
    if (!in_use) continue;
    for (const Reading& reading : figure.readings) {
      lines.push_back(fmt::format("{}: {} = {}", reading.path, figure.field,
                                  format_quantity(reading.value, figure.unit)));
    }
  }
  for (const UsedCost& cost : all.costs) {
    for (const CostTerm& term : cost.model.terms) {
      const bool in_use = is_used(used, kFittedPrefix, term.name);
      if (!in_use) continue;
      lines.push_back(fmt::format("a fit to {} runs: {} = {} ({})", cost.model.rows.size(),
                                  term.name, format_quantity(term.value, term.unit),
                                  range_text(term.low, term.high, term.unit)));
    }
  }
  return lines;
}

// How far it is beyond what is derived, as people say it.
std::string how_far(const Finding& finding) {
  const double ratio = finding.claim.value.value / finding.value->p50;
  if (ratio < 0.5) return fmt::format("the claim is {:.3g} times too low", 1 / ratio);
  if (ratio > 2) return fmt::format("the claim is {:.3g} times too high", ratio);
  return fmt::format("the claim is {:.3g}% too {}", 100 * std::abs(ratio - 1),
                     ratio < 1 ? "low" : "high");
}

void settle(Finding& finding, const std::vector<const Variable*>& used, const Unit& unit) {
  const std::string lies = spread_text(finding.value, unit);
  switch (position(*finding.value, finding.claim)) {
    case Position::kOutside:
      finding.verdict = Verdict::kRefuted;
      finding.reason = fmt::format("it is {}: {}", lies, how_far(finding));
      return;
    case Position::kAcross:
      finding.reason = fmt::format("it may be anything from {}: the inputs don't decide", lies);
      return;
    case Position::kInside:
      break;
  }
  if (finding.basis == Basis::kAssumedService) {
    finding.reason = fmt::format(
        "it agrees, but rests on what was assumed of the service: {}; "
        "give a run as --evidence",
        names_of_assumed(used));
    return;
  }
  finding.verdict = Verdict::kConfirmed;
  finding.reason = fmt::format("it is {}", lies);
}

std::string joined_needs(const Expression& expression) {
  return fmt::format("nothing can be said without {}", fmt::join(expression.needs(), ", "));
}

}  // namespace

Position position(const Spread& value, const Claim& claim) {
  const double margin = claim.value.value * (claim.tolerance + kRounding);
  const double low = claim.relation == Relation::kAtMost ? -kInfinity : claim.value.value - margin;
  const double high = claim.relation == Relation::kAtLeast ? kInfinity : claim.value.value + margin;
  if (value.p5 >= low && value.p95 <= high) return Position::kInside;
  return value.p95 < low || value.p5 > high ? Position::kOutside : Position::kAcross;
}

Finding judge_figure(const Claim& claim, const DerivedFigure& figure, const Assessment& all) {
  check_dimension(claim, figure.figure.unit);
  const Expression& expression = figure.figure.expression;
  Finding finding{.claim = claim,
                  .value = figure.value,
                  .error = std::nullopt,
                  .formula = expression.text(),
                  .reason = {},
                  .evidence = {}};
  if (!figure.value) {
    finding.reason = joined_needs(expression);
    return finding;
  }
  const auto used = variables_of(expression, all.estimate.inputs);
  finding.basis = basis_of(used);
  finding.evidence = readings_of(used, all);
  settle(finding, used, figure.figure.unit);
  // How far a bound is from what it bounds is no error.
  if (claim.relation == Relation::kAbout || finding.verdict == Verdict::kRefuted) {
    finding.error = (claim.value.value - figure.value->p50) / figure.value->p50;
  }
  if (all.estimate.requirements.service != kChatService) {
    finding.reason += fmt::format("; arithmetic only: Throng has no service for {} to measure",
                                  all.estimate.requirements.service);
  }
  return finding;
}

Finding judge_input(const Claim& claim, const Assessment& all) {
  const Variable& input = *all.estimate.inputs.find(claim.of);
  check_dimension(claim, input.unit);
  const double middle = input.distribution.mean();
  Finding finding{.claim = claim,
                  .basis = Basis::kAssumption,
                  .value = Spread{input.low, middle, input.high, input.high},
                  .error = (claim.value.value - middle) / middle,
                  .formula = "an input",
                  .reason = {},
                  .evidence = {}};
  if (position(*finding.value, claim) == Position::kOutside) {
    finding.verdict = Verdict::kRefuted;
    finding.reason = fmt::format("{} says {}", input.origin, input.text);
  } else {
    finding.reason = "it is what the estimate starts from: only counting real users can prove it";
  }
  return finding;
}

}  // namespace throng::capacity
