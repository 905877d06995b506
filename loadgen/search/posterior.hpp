#pragma once

#include <optional>
#include <span>
#include <vector>

namespace throng::search {

/// What one probe tells of one condition; see Reading.
struct Sample {
  double log_load = 0;  ///< natural, as all logarithms here
  double measured_s = 0;
  bool held = false;
  std::optional<double> excess;
  std::optional<double> events;
  double time = 0;  ///< from 0, the first probe, to 1, the last
};

/// Where a knee may lie, as logarithms of the load.
class Posterior {
 public:
  /// `weights` are of `places`, which rise; `slope` is of log excess over log load, on average.
  Posterior(std::vector<double> places, const std::vector<double>& weights, double slope);

  /// The place below which it lies with that probability. Requires: 0 < probability < 1.
  double quantile(double probability) const;
  double slope() const { return slope_; }

 private:
  std::vector<double> places_;
  std::vector<double> below_;  // the probability below each, from 0 to 1
  double slope_;
};

/// Probabilistic bisection (Horstein, "Sequential transmission using noiseless feedback", IEEE
/// Trans. Inf. Theory 9, 1963; Waeber, Frazier and Henderson, "Bisection search with noisy
/// responses", SIAM J. Control Optim. 51, 2013) with probes that say more than yes or no.
///
/// Near the knee, excess is (load / knee)^slope on average and comes in bursts, as excursions of a
/// queue beyond a level do: how many of them a probe sees is Poisson, what each brings exponential.
/// Slope and frequency of bursts are unknown, too, and every ratio of them as likely beforehand.
/// Far from the knee the model needn't hold: there counts only whether the condition did, and
/// beyond 8 times the bound or below an eighth of it, only that. One probe of 1,000 may say
/// anything.
///
/// Before any probe the knee is anywhere from `low` to `high`. Requires: low < high.
/// Cost: about a millisecond for 20 samples.
Posterior locate_knee(std::span<const Sample> samples, double low, double high);

/// By how much the knee moved from the first sample to the last; nullopt unless that explains them
/// 30 times as well as a knee that stays. Cost: about ten milliseconds for 20 samples.
std::optional<double> find_drift(std::span<const Sample> samples, double low, double high);

}  // namespace throng::search
