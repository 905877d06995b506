#pragma once

#include <span>
#include <vector>

namespace throng::compare {

struct Interval {
  double low = 0;
  double high = 0;
};

/// By how much values are shifted: the estimate of Hodges and Lehmann ("Estimates of location based
/// on rank tests", 1963), and the exact interval that belongs to the rank test, whatever the
/// distribution's shape. A plain value.
class Shift {
 public:
  /// Of differences within pairs, by Wilcoxon's signed ranks; they are symmetric about the shift.
  /// Requires: one or more.
  static Shift of_pairs(std::span<const double> differences);

  /// From one sample to another, by rank sums (Mann and Whitney). Requires: one or more of each.
  static Shift between(std::span<const double> from, std::span<const double> to);

  double estimate() const;

  /// Holds the shift with at least that probability, as much of what is left on either side. Where
  /// there are too few values for it, it is everything: low is -infinity.
  Interval interval(double confidence) const;

  /// The shift isn't below, but with probability `alpha` at most; -infinity as above.
  double low_bound(double alpha) const;

  /// The least alpha for which there is a bound.
  double least_alpha() const { return probabilities_.front(); }

 private:
  Shift(std::vector<double> elementary, std::vector<double> probabilities);
  std::size_t cut_off(double alpha) const;

  // Constant after construction
  std::vector<double> elementary_;     // estimates by two values each, rising
  std::vector<double> probabilities_;  // that so many of them are below 0 where there is no shift
};

}  // namespace throng::compare
