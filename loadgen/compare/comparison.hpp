#pragma once

#include <array>
#include <span>
#include <string>
#include <vector>

#include "loadgen/compare/demands.hpp"
#include "loadgen/compare/footing.hpp"
#include "loadgen/compare/metric.hpp"
#include "loadgen/compare/sample.hpp"
#include "loadgen/compare/shift.hpp"

namespace throng::compare {

enum class Verdict { kPass, kRegression, kInconclusive };
/// "PASS", "REGRESSION", "INCONCLUSIVE"
std::string_view verdict_word(Verdict verdict);

/// A loss is a share: 0.03 where the candidate is 3 % worse, below 0 where it is better.
using Limits = std::array<double, kMetrics.size()>;
Limits default_limits();

/// How a family of metrics is judged. A metric is a REGRESSION when chance alone would make the
/// family look so bad with `alpha` at most, and the loss is half of its limit or more; it PASSES
/// when the whole interval of its loss is within the limit; else it is INCONCLUSIVE.
struct Rules {
  double alpha = 0.01;       ///< the probability of any REGRESSION where nothing is worse
  double confidence = 0.95;  ///< of each interval; what is outside is half on either side
  Limits limits = default_limits();
};

/// What came of one metric.
struct Finding {
  const Metric* metric = nullptr;
  double limit = 0;  ///< as it counted, widened if it was
  double base = 0;   ///< medians
  double candidate = 0;
  double loss = 0;      ///< estimate
  Interval interval{};  ///< of the loss; infinite where there are too few runs
  double p = 1;         ///< adjusted for the family
  /// A loss of that size would have been a REGRESSION in 95 of 100 cases, about; infinite where
  /// there are too few runs for any.
  double detectable = 0;
  Verdict verdict = Verdict::kInconclusive;
};

/// What came of two groups of runs.
struct Comparison {
  Verdict verdict = Verdict::kInconclusive;
  std::vector<Finding> findings;    ///< of the metrics that all runs have
  std::vector<std::string> broken;  ///< runs of the candidate whose ledger is violated
  std::vector<Demand> demands;      ///< what is asked of the candidate, and was missed by which
  Footing footing;
  Rules rules;
  std::vector<Sample> base;
  std::vector<Sample> candidate;

  bool refused() const { return !footing.refusals.empty(); }
};

/// With refusals, nothing is judged. Requires: neither group is empty.
Comparison compare(std::vector<Sample> base, std::vector<Sample> candidate, const Rules& rules);

/// E.g. "send.p99 is 7.1% worse (5.2% to 9.3%)": a sentence a finding that isn't a PASS.
std::string sentence(const Finding& finding);
/// What the whole means, in a sentence.
std::string verdict_sentence(const Comparison& comparison);

}  // namespace throng::compare
