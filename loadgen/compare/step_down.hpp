#pragma once

#include <cstdint>
#include <vector>

namespace throng::compare {

/// How likely it is, for each metric of a family, that what was measured comes of chance alone,
/// adjusted for there being several: with all metrics whose value is at most A called worse, the
/// probability that one or more of them isn't worse is at most A, however they depend on each
/// other. Holm's procedure, with the joint distribution of the family's ranks in place of his
/// bound on it (Westfall and Young, "Resampling-Based Multiple Testing", 1993, algorithm 2.8): what
/// rises and falls together, as two percentiles do, is then not counted twice.

/// By losses within pairs, a row a metric and a value a pair: under the null hypothesis a pair's
/// runs could as well have been the other way round. Statistic: Wilcoxon's signed ranks, ties at
/// their mean rank. All 2^n ways up to 20 pairs, so that no value is below 2^-n; 2^17 drawn ones
/// beyond. Requires: as many values in each row.
std::vector<double> adjusted_by_signs(const std::vector<std::vector<double>>& losses);

/// By values of two samples that aren't pairs, a row a metric: the runs could as well have been
/// dealt otherwise. Statistic: the sum of the candidates' ranks, worse ones higher. Of 100,000 ways
/// that are drawn by `seed`.
/// Requires: as many values in each row of a sample.
std::vector<double> adjusted_by_labels(const std::vector<std::vector<double>>& base,
                                       const std::vector<std::vector<double>>& candidate,
                                       std::uint64_t seed);

}  // namespace throng::compare
