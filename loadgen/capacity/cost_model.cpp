#include "loadgen/capacity/cost_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "loadgen/capacity/least_squares.hpp"

namespace throng::capacity {
namespace {

// A count that others tell to within this, over all runs, has no cost of its own.
constexpr double kTied = 0.05;
// What contributes less to a tie isn't worth telling.
constexpr double kTold = 0.02;
// An interval needs to know how far runs are from the fit.
constexpr std::size_t kSpareRuns = 2;
constexpr std::size_t kLikely = 1000;
constexpr double kOutside = 0.025;  // on each side of a 95 % interval

double count(const FeatureCounts& counts, Feature feature) {
  return counts[static_cast<std::size_t>(feature)];
}

// Which costs have a column, and what became of the others.
class Columns {
 public:
  explicit Columns(CostModel& model) : model_(model) {
    for (const Resource::Cost& cost : model.resource->costs) sort_in(cost);
  }

  const std::vector<const Resource::Cost*>& kept() const { return kept_; }
  LinearProblem problem() const {
    return problem([](const CostRow&) { return 1.0; });
  }
  /// Why costs can't be told apart; empty if they can.
  const std::string& mixed() const { return mixed_; }

 private:
  // Everything over what was spent, so that residuals are relative.
  template <class Result>
  LinearProblem problem(const Result& result) const {
    LinearProblem made{.columns = kept_.size(), .a = {}, .b = {}};
    for (const CostRow& row : model_.rows) {
      std::vector<double> values;
      for (const Resource::Cost* cost : kept_) {
        values.push_back(count(row.reading.counts, cost->feature) / row.reading.spent);
      }
      made.add_row(values, result(row));
    }
    return made;
  }

  void sort_in(const Resource::Cost& cost) {
    const auto relative = [&](const CostRow& row) {
      return count(row.reading.counts, cost.feature) / row.reading.spent;
    };
    double square = 0;
    for (const CostRow& row : model_.rows) square += std::pow(relative(row), 2);
    if (square == 0) return model_.unseen.push_back(cost.feature);
    if (!kept_.empty()) {
      const LinearProblem others = problem(relative);
      const LinearFit fit = fit_non_negative(others);
      const double tied = tied_below(square);
      if (fit.residual_square < tied) return tie(cost, others, fit, square);
      if (fit_any_sign(others).residual_square < tied) mixed_ = mixture(cost.feature);
    }
    kept_.push_back(&cost);
  }

  // As many runs as columns agree with anything.
  double tied_below(double square) const {
    const auto rows = static_cast<double>(model_.rows.size());
    return kTied * kTied * square * std::max(0.0, 1 - static_cast<double>(kept_.size()) / rows);
  }

  void tie(const Resource::Cost& cost, const LinearProblem& others, const LinearFit& fit,
           double square) {
    CostTie made{cost.feature, {}};
    for (std::size_t j = 0; j < kept_.size(); ++j) {
      double part = 0;
      for (std::size_t i = 0; i < others.rows(); ++i) {
        part += std::pow(fit.coefficients[j] * others.row(i)[j], 2);
      }
      if (part < kTold * kTold * square) continue;
      made.of.emplace_back(kept_[j]->feature, fit.coefficients[j]);
    }
    model_.ties.push_back(std::move(made));
  }

  // One of them is a difference of others: what it costs would be taken off theirs.
  std::string mixture(Feature feature) const {
    std::string names;
    for (const Resource::Cost* cost : kept_) {
      names += fmt::format("{}{}", names.empty() ? "" : ", ", feature_name(cost->feature));
    }
    return fmt::format("what {} cost can't be told from {}: play them in other proportions",
                       feature_name(feature), names);
  }

  CostModel& model_;
  std::vector<const Resource::Cost*> kept_;
  std::string mixed_;
};

double quantile(std::vector<double> values, double q) {
  const auto place = static_cast<std::ptrdiff_t>(q * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), values.begin() + place, values.end());
  return values[static_cast<std::size_t>(place)];
}

CostTerm make_term(const Resource::Cost& cost, double value, std::vector<double> likely) {
  const double low = quantile(likely, kOutside);
  const double high = quantile(likely, 1 - kOutside);
  return {cost.feature, std::string(cost.name), parse_unit(cost.unit), value, low,
          high,         std::move(likely)};
}

std::string why_not(const CostModel& model, const Columns& columns) {
  if (columns.kept().empty()) return "no run tells what was spent, and on what";
  const std::size_t needed = columns.kept().size() + kSpareRuns;
  if (model.rows.size() >= needed) return columns.mixed();
  const std::string runs =
      model.rows.size() == 1 ? "one run" : fmt::format("{} runs", model.rows.size());
  return fmt::format("{} can't tell {} costs apart: at least {} are needed", runs,
                     columns.kept().size(), needed);
}

}  // namespace

double CostTie::expected(const FeatureCounts& counts) const {
  double sum = 0;
  for (const auto& [other, each] : of) sum += each * count(counts, other);
  return sum;
}

std::string CostTie::text() const {
  std::string all;
  for (const auto& [other, each] : of) {
    all += fmt::format("{}{:.3g} × {}", all.empty() ? "" : " + ", each, feature_name(other));
  }
  return fmt::format("{} = {}", feature_name(feature), all);
}

double CostModel::predict(const FeatureCounts& counts) const {
  double sum = 0;
  for (const CostTerm& term : terms) sum += term.value * count(counts, term.feature);
  return sum;
}

CostModel fit_cost(const Resource& resource, std::vector<CostRow> rows, std::uint64_t seed) {
  CostModel model;
  model.resource = &resource;
  model.rows = std::move(rows);
  const Columns columns(model);
  model.why_none = why_not(model, columns);
  if (!model.why_none.empty()) return model;
  const LinearProblem problem = columns.problem();
  const LinearFit fit = fit_non_negative(problem);
  const auto likely = likely_coefficients(problem, fit, kLikely, seed);
  for (std::size_t j = 0; j < problem.columns; ++j) {
    std::vector<double> own;
    for (const std::vector<double>& each : likely) own.push_back(each[j]);
    model.terms.push_back(make_term(*columns.kept()[j], fit.coefficients[j], std::move(own)));
  }
  const double freedom = static_cast<double>(problem.rows() - problem.columns);
  model.residual = std::sqrt(fit.residual_square / freedom);
  return model;
}

std::optional<BackTest> back_test(const Resource& resource, const std::vector<CostRow>& rows) {
  std::vector<CostRow> half;
  for (std::size_t i = 0; i < rows.size(); i += 2) half.push_back(rows[i]);
  const CostModel model = fit_cost(resource, std::move(half), 0);
  if (model.terms.empty() || rows.size() < 2) return std::nullopt;
  BackTest test;
  for (std::size_t i = 1; i < rows.size(); i += 2, ++test.predicted) {
    const CostReading& reading = rows[i].reading;
    const double error = model.predict(reading.counts) / reading.spent - 1;
    if (std::abs(error) > std::abs(test.worst)) test.worst = error;
    test.mean += std::abs(error);
  }
  test.mean /= static_cast<double>(test.predicted);
  return test;
}

}  // namespace throng::capacity
