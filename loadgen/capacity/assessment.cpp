#include "loadgen/capacity/assessment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "loadgen/capacity/chat_model.hpp"
#include "loadgen/capacity/cost_text.hpp"
#include "loadgen/capacity/judge.hpp"
#include "loadgen/capacity/nearest.hpp"

namespace throng::capacity {
namespace {

// What people ask for first, as far as it is known.
constexpr std::string_view kOfTornado[] = {"fleet_price_per_month", "fleet", "price_per_month",
                                           "machines", "stored_total"};

Spread checked_spread(const Expression& expression, const std::string& name, const Inputs& inputs,
                      const Draws& draws) {
  const Spread spread = spread_of(expression, inputs.variables(), draws);
  if (std::isfinite(spread.p5) && std::isfinite(spread.p95)) return spread;
  throw std::runtime_error(fmt::format("{} = {} isn't a number", name, expression.text()));
}

// The few steps of an assessment, and what they share.
class Assessor {
 public:
  Assessor(Estimate estimate, std::vector<EvidenceRun> evidence, const AssessmentOptions& options)
      : tornado_(options.tornado) {
    all_.estimate = std::move(estimate);
    all_.evidence = std::move(evidence);
    all_.seed = options.seed;
    all_.draws = options.draws;
  }

  Assessment run() && {
    judge_evidence(all_.evidence, all_.estimate.requirements);
    std::vector<Figure> figures;
    if (all_.estimate.requirements.service == kChatService) figures = chat();
    for (Figure& own : all_.estimate.figures) {
      refuse_twice(figures, own.name);
      figures.push_back(own);
    }
    evaluate(std::move(figures));
    for (const Claim& claim : all_.estimate.claims) judge(claim);
    make_tornado();
    return std::move(all_);
  }

 private:
  Inputs& inputs() { return all_.estimate.inputs; }
  Draws draw() { return {inputs().variables(), all_.seed, all_.draws}; }

  static void refuse_twice(const std::vector<Figure>& figures, const std::string& name) {
    const bool twice = std::any_of(figures.begin(), figures.end(),
                                   [&](const Figure& each) { return each.name == name; });
    if (twice) {
      throw std::runtime_error(fmt::format("figure.{} is one that Throng derives itself", name));
    }
  }

  std::vector<Figure> chat() {
    check_chat_inputs(inputs());
    all_.measured = measured_figures(all_.evidence, load());
    std::vector<std::pair<std::string, Expression>> measured;
    for (const MeasuredFigure& each : all_.measured) measured.emplace_back(each.name, take(each));
    for (CostModel& model : fit_costs(all_.evidence, all_.seed)) {
      all_.costs.push_back({std::move(model), {}});
    }
    const auto find_measured = [&](const std::string& name) {
      return std::find_if(measured.begin(), measured.end(),
                          [&](const auto& each) { return each.first == name; })
          ->second;
    };
    return chat_figures(inputs(),
                        {find_measured, [&](std::string_view resource, const Rates& rates) {
                           return spent(resource, rates);
                         }});
  }

  // Only what is used becomes an input.
  Expression spent(std::string_view resource, const Rates& rates) {
    UsedCost& cost = *std::find_if(all_.costs.begin(), all_.costs.end(), [&](const UsedCost& each) {
      return each.model.resource->name == resource;
    });
    const Draws draws = draw();
    cost.why_unused = why_unusable(cost.model, rates, [&](const Expression& each) {
      return spread_of(each, inputs().variables(), draws);
    });
    const std::string stream = fmt::format("a fit of {}", resource);
    if (!cost.why_unused.empty()) {
      return Expression::unknown(parse_unit(cost.model.resource->rate).dimension,
                                 fmt::format("{}: {}", stream, cost.why_unused));
    }
    std::vector<Expression> costs;
    for (const CostTerm& term : cost.model.terms) {
      costs.push_back(inputs().add_fitted(std::string(kFittedPrefix) + term.name, term.unit,
                                          term.likely, term.low, term.high, stream));
    }
    return spent_by(cost.model, costs, rates);
  }

  // What the runs must have been like.
  Load load() {
    const Draws draws = draw();
    const auto known = [&](const Expression& expression) -> std::optional<Spread> {
      if (!expression.is_known()) return std::nullopt;
      return spread_of(expression, inputs().variables(), draws);
    };
    return {known(chat_fan_out(inputs())), known(inputs().get("message_bytes"))};
  }

  Expression take(const MeasuredFigure& figure) {
    if (figure.readings.empty()) {
      return Expression::unknown(figure.unit.dimension, figure.why_none);
    }
    std::vector<double> values;
    for (const Reading& reading : figure.readings) values.push_back(reading.value);
    return inputs().add_measured(std::string(kMeasuredPrefix) + figure.name, figure.unit, values,
                                 fmt::format("{}: {}", figure.readings.front().path, figure.field));
  }

  void evaluate(std::vector<Figure> figures) {
    const Draws draws = draw();
    for (Figure& figure : figures) {
      std::optional<Spread> value;
      if (figure.expression.is_known()) {
        value = checked_spread(figure.expression, figure.name, inputs(), draws);
      }
      all_.figures.push_back({std::move(figure), value});
    }
  }

  const DerivedFigure* find_figure(std::string_view name) const {
    const auto found =
        std::find_if(all_.figures.begin(), all_.figures.end(),
                     [&](const DerivedFigure& each) { return each.figure.name == name; });
    return found == all_.figures.end() ? nullptr : &*found;
  }

  // What is both, as messages_per_day may be, was given.
  void judge(const Claim& claim) {
    if (inputs().find(claim.of) != nullptr) {
      all_.findings.push_back(judge_input(claim, all_));
      return;
    }
    const DerivedFigure* found = find_figure(claim.of);
    if (found == nullptr) unknown_figure(claim);
    all_.findings.push_back(judge_figure(claim, *found, all_));
  }

  [[noreturn]] void unknown_figure(const Claim& claim) {
    std::vector<std::string> names;
    for (const DerivedFigure& each : all_.figures) names.push_back(each.figure.name);
    for (const Variable& each : inputs().variables()) names.push_back(each.name);
    throw std::runtime_error(fmt::format("{}: there is no figure \"{}\" to claim{}", claim.origin,
                                         claim.of, did_you_mean(claim.of, names)));
  }

  void make_tornado() {
    const DerivedFigure* of = nullptr;
    for (const std::string_view name : kOfTornado) {
      const DerivedFigure* found = find_figure(name);
      if (of == nullptr && found != nullptr && found->value) of = found;
    }
    if (!tornado_.empty()) of = wanted_of_tornado();
    if (of != nullptr) all_.tornado = tornado_of(of->figure, inputs().variables(), draw());
  }

  const DerivedFigure* wanted_of_tornado() const {
    const DerivedFigure* found = find_figure(tornado_);
    if (found == nullptr) {
      std::vector<std::string> names;
      for (const DerivedFigure& each : all_.figures) names.push_back(each.figure.name);
      throw std::runtime_error(fmt::format("--tornado: there is no figure \"{}\"{}", tornado_,
                                           did_you_mean(tornado_, names)));
    }
    if (found->value) return found;
    throw std::runtime_error(fmt::format("--tornado: {} is unknown: it needs {}", tornado_,
                                         fmt::join(found->figure.expression.needs(), ", ")));
  }

  const std::string tornado_;
  Assessment all_;
};

}  // namespace

std::string_view verdict_word(Verdict verdict) {
  switch (verdict) {
    case Verdict::kConfirmed:
      return "CONFIRMED";
    case Verdict::kRefuted:
      return "REFUTED";
    case Verdict::kNotProved:
      break;
  }
  return "NOT PROVED";
}

std::string_view basis_word(Basis basis) {
  switch (basis) {
    case Basis::kAssumption:
      return "assumption";
    case Basis::kArithmetic:
      return "arithmetic";
    case Basis::kAssumedService:
      return "arithmetic on assumed costs";
    case Basis::kMeasurement:
      break;
  }
  return "measurement";
}

std::size_t Assessment::count(Verdict verdict) const {
  return static_cast<std::size_t>(
      std::count_if(findings.begin(), findings.end(),
                    [&](const Finding& finding) { return finding.verdict == verdict; }));
}

bool Assessment::lacks_proof() const {
  return std::any_of(findings.begin(), findings.end(), [](const Finding& finding) {
    return finding.verdict == Verdict::kNotProved && finding.basis != Basis::kAssumption;
  });
}

Assessment assess(Estimate estimate, std::vector<EvidenceRun> evidence,
                  const AssessmentOptions& options) {
  try {
    return Assessor(std::move(estimate), std::move(evidence), options).run();
  } catch (const std::invalid_argument& error) {
    throw std::runtime_error(error.what());
  }
}

}  // namespace throng::capacity
