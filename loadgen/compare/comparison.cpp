#include "loadgen/compare/comparison.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <limits>

#include "loadgen/compare/share_text.hpp"
#include "loadgen/compare/step_down.hpp"

namespace throng::compare {
namespace {

constexpr std::uint64_t kSeed = 1;       // of the orders that are drawn where there are no pairs
constexpr double kMissedAt = 0.05;       // of the detectable loss
constexpr double kIrrelevantPart = 0.5;  // of a limit

using Row = std::vector<double>;

bool in_all(std::span<const Sample> group, std::size_t metric) {
  return std::all_of(group.begin(), group.end(),
                     [&](const Sample& each) { return each.values[metric].has_value(); });
}

Row values_of(std::span<const Sample> group, std::size_t metric) {
  Row values;
  for (const Sample& each : group) values.push_back(*each.values[metric]);
  return values;
}

double median(Row values) {
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

/// From any fixed point, since only differences count.
Row losses_from_one(const Metric& metric, const Row& values) {
  Row losses;
  for (const double each : values) losses.push_back(loss(metric, 1, each));
  return losses;
}

struct Family {
  std::vector<std::size_t> metrics;
  std::vector<Row> base;  // losses from 1, a row a metric
  std::vector<Row> candidate;

  Row differences(std::size_t row) const {
    Row made;
    std::transform(candidate[row].begin(), candidate[row].end(), base[row].begin(),
                   std::back_inserter(made), std::minus<>());
    return made;
  }
  Shift shift(std::size_t row, bool paired) const {
    return paired ? Shift::of_pairs(differences(row)) : Shift::between(base[row], candidate[row]);
  }
  Row adjusted(bool paired) const {
    if (!paired) return adjusted_by_labels(base, candidate, kSeed);
    std::vector<Row> rows;
    for (std::size_t row = 0; row < metrics.size(); ++row) rows.push_back(differences(row));
    return adjusted_by_signs(rows);
  }
};

Family family_of(Comparison& all) {
  Family family;
  for (std::size_t i = 0; i < kMetrics.size(); ++i) {
    if (!in_all(all.base, i) || !in_all(all.candidate, i)) {
      all.footing.notes.push_back(fmt::format("{}: not in all runs", kMetrics[i].name));
      continue;
    }
    family.metrics.push_back(i);
    family.base.push_back(losses_from_one(kMetrics[i], values_of(all.base, i)));
    family.candidate.push_back(losses_from_one(kMetrics[i], values_of(all.candidate, i)));
  }
  return family;
}

/// The loss that the test would have found and the estimate shown in 95 of 100 cases. As if each
/// metric had its part of alpha for itself, which is less than it has.
double detectable_loss(const Shift& shift, double alpha, double part, double relevant) {
  if (shift.least_alpha() > alpha) return std::numeric_limits<double>::infinity();
  const double estimate = shift.estimate();
  const double to_be_sure = estimate - shift.low_bound(std::max(part, shift.least_alpha()));
  return std::max(to_be_sure, relevant) + estimate - shift.low_bound(kMissedAt);
}

Verdict judge(const Finding& finding, double alpha) {
  if (finding.p <= alpha && finding.loss >= finding.limit * kIrrelevantPart) {
    return Verdict::kRegression;
  }
  return finding.interval.high <= finding.limit ? Verdict::kPass : Verdict::kInconclusive;
}

Finding finding_of(const Comparison& all, std::size_t index, const Shift& shift, double p,
                   std::size_t family_size) {
  const Metric& metric = kMetrics[index];
  Finding made;
  made.metric = &metric;
  made.limit = all.rules.limits[index] * all.footing.widening;
  made.base = median(values_of(all.base, index));
  made.candidate = median(values_of(all.candidate, index));
  made.loss = share_of_loss(metric, shift.estimate());
  const Interval interval = shift.interval(all.rules.confidence);
  made.interval = {share_of_loss(metric, interval.low), share_of_loss(metric, interval.high)};
  made.p = p;
  made.detectable =
      share_of_loss(metric, detectable_loss(shift, all.rules.alpha,
                                            all.rules.alpha / static_cast<double>(family_size),
                                            loss_of_share(metric, made.limit * kIrrelevantPart)));
  made.verdict = judge(made, all.rules.alpha);
  return made;
}

void judge_family(Comparison& all) {
  const Family family = family_of(all);
  if (family.metrics.empty()) {
    all.footing.refusals.push_back("there is no figure that all runs have");
    return;
  }
  const Row p = family.adjusted(all.footing.paired);
  for (std::size_t row = 0; row < family.metrics.size(); ++row) {
    all.findings.push_back(finding_of(all, family.metrics[row],
                                      family.shift(row, all.footing.paired), p[row],
                                      family.metrics.size()));
  }
}

bool any(const Comparison& all, Verdict verdict) {
  return std::any_of(all.findings.begin(), all.findings.end(),
                     [&](const Finding& each) { return each.verdict == verdict; });
}

const Demand* first_missed(const Comparison& all) {
  const auto found = std::find_if(all.demands.begin(), all.demands.end(),
                                  [](const Demand& each) { return !each.missed.empty(); });
  return found == all.demands.end() ? nullptr : &*found;
}

Verdict overall(const Comparison& all) {
  if (!all.broken.empty() || first_missed(all) != nullptr || any(all, Verdict::kRegression))
    return Verdict::kRegression;
  return any(all, Verdict::kInconclusive) ? Verdict::kInconclusive : Verdict::kPass;
}

std::string names_of(const Comparison& all, Verdict verdict) {
  std::string names;
  for (const Finding& each : all.findings) {
    if (each.verdict != verdict) continue;
    names += (names.empty() ? "" : ", ") + std::string(each.metric->name);
  }
  return names;
}

}  // namespace

std::string_view verdict_word(Verdict verdict) {
  switch (verdict) {
    case Verdict::kPass:
      return "PASS";
    case Verdict::kRegression:
      return "REGRESSION";
    case Verdict::kInconclusive:
      break;
  }
  return "INCONCLUSIVE";
}

Limits default_limits() {
  Limits limits{};
  std::transform(kMetrics.begin(), kMetrics.end(), limits.begin(),
                 [](const Metric& metric) { return metric.limit; });
  return limits;
}

Comparison compare(std::vector<Sample> base, std::vector<Sample> candidate, const Rules& rules) {
  Comparison all;
  all.rules = rules;
  all.footing = footing_of(base, candidate);
  all.base = std::move(base);
  all.candidate = std::move(candidate);
  if (all.refused()) return all;
  for (const Sample& each : all.candidate) {
    if (!each.ledger_holds) all.broken.push_back(each.path);
  }
  all.demands = demands_of(all.base, all.candidate);
  // There are no figures of a run that the target spoiled.
  if (all.demands.back().missed.empty()) judge_family(all);
  if (!all.refused()) all.verdict = overall(all);
  return all;
}

std::string sentence(const Finding& finding) {
  const std::string name(finding.metric->name);
  if (finding.verdict == Verdict::kRegression) {
    return fmt::format("{} is {} ({}); {} is its limit", name, worse_text(finding.loss),
                       interval_text(finding.interval), share_text(finding.limit));
  }
  if (finding.verdict == Verdict::kPass) {
    return fmt::format("{} isn't worse by more than {} ({})", name, share_text(finding.limit),
                       interval_text(finding.interval));
  }
  if (std::isinf(finding.detectable)) {
    return fmt::format("{} may be worse by any amount: there are too few runs to tell", name);
  }
  return fmt::format("{} may be worse by more than {} ({}); the smallest loss seen for sure is {}",
                     name, share_text(finding.limit), interval_text(finding.interval),
                     share_text(finding.detectable));
}

std::string verdict_sentence(const Comparison& all) {
  if (!all.broken.empty()) {
    return fmt::format("The candidate breaks the ledger in {} of {} runs, e.g. {}.",
                       all.broken.size(), all.candidate.size(), all.broken.front());
  }
  if (const Demand* demand = first_missed(all)) {
    return fmt::format("The candidate {}.", missed_text(*demand));
  }
  switch (all.verdict) {
    case Verdict::kPass:
      return fmt::format("None of {} metrics is worse by more than its limit.",
                         all.findings.size());
    case Verdict::kRegression:
      return fmt::format("Worse: {}.", names_of(all, Verdict::kRegression));
    case Verdict::kInconclusive:
      break;
  }
  return fmt::format("The runs vary too much to tell: {}. More pairs, or longer runs, can.",
                     names_of(all, Verdict::kInconclusive));
}

}  // namespace throng::compare
