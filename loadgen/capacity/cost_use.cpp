#include "loadgen/capacity/cost_use.hpp"

#include <fmt/format.h>

#include <optional>
#include <vector>

#include "loadgen/capacity/evidence.hpp"

namespace throng::capacity {
namespace {

// What fits worse isn't the law of what was measured.
constexpr double kMostResidual = 0.1;

// The server itself is there whatever the load is.
bool is_load(Feature feature) { return feature != Feature::kProcess; }

Expression ratio_of(double value, const Expression& of, const Expression& to) {
  return Expression::constant({value, of.dimension() / to.dimension()}, "");
}

// As many of it as came with the load's others in all runs.
Expression expected(const CostTie& tie, const Rates& rates) {
  const Expression& own = rates.at(tie.feature);
  std::optional<Expression> sum;
  for (const auto& [other, each] : tie.of) {
    const Expression& rate = rates.at(other);
    const Expression part = rate * ratio_of(each, own, rate);
    sum = sum ? *sum + part : part;
  }
  return *sum;
}

std::string problem_of_tie(const CostTie& tie, const Rates& rates, const SpreadOf& spread) {
  const Expression ratio = rates.at(tie.feature) / expected(tie, rates);
  if (!ratio.is_known()) {
    return fmt::format("the runs had {}: it needs {} to compare", tie.text(),
                       fmt::join(ratio.needs(), ", "));
  }
  const Spread of_it = spread(ratio);
  if (of_it.p5 >= 1 - kAlike && of_it.p95 <= 1 + kAlike) return {};
  return fmt::format("the runs had {}; the estimate has {:.2g} to {:.2g} times that", tie.text(),
                     of_it.p5, of_it.p95);
}

// The server itself left out.
std::vector<std::size_t> terms_of_load(const CostModel& model) {
  std::vector<std::size_t> terms;
  for (std::size_t i = 0; i < model.terms.size(); ++i) {
    if (is_load(model.terms[i].feature)) terms.push_back(i);
  }
  return terms;
}

std::string problem_of_terms(const CostModel& model, const Rates& rates) {
  bool costs_something = false;
  for (const std::size_t i : terms_of_load(model)) {
    const Expression& rate = rates.at(model.terms[i].feature);
    if (!rate.is_known()) return fmt::format("it needs {}", fmt::join(rate.needs(), ", "));
    costs_something = costs_something || model.terms[i].low > 0;
  }
  return costs_something ? "" : "all that the load has may cost nothing, as far as the runs tell";
}

}  // namespace

std::string why_unusable(const CostModel& model, const Rates& rates, const SpreadOf& spread) {
  if (model.terms.empty()) return model.why_none;
  if (model.residual > kMostResidual) {
    return fmt::format("runs are {:.0f}% away from it", 100 * model.residual);
  }
  for (const Feature feature : model.unseen) {
    if (is_load(feature) && rates.at(feature).is_known()) {
      return fmt::format("no run had {}, the estimate has", feature_name(feature));
    }
  }
  for (const CostTie& tie : model.ties) {
    if (!is_load(tie.feature)) {
      return fmt::format("the runs had {}: what the server itself takes isn't told apart",
                         tie.text());
    }
    if (std::string problem = problem_of_tie(tie, rates, spread); !problem.empty()) return problem;
  }
  return problem_of_terms(model, rates);
}

Expression spent_by(const CostModel& model, std::span<const Expression> costs, const Rates& rates) {
  std::optional<Expression> sum;
  for (const std::size_t i : terms_of_load(model)) {
    const Expression part = rates.at(model.terms[i].feature) * costs[i];
    sum = sum ? *sum + part : part;
  }
  return *sum;
}

}  // namespace throng::capacity
