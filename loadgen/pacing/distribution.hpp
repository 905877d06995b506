#pragma once

#include <memory>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "loadgen/pacing/random.hpp"
#include "loadgen/pacing/zipf.hpp"

namespace throng::pacing {

struct WeightedValue {
  double value;
  double weight;
};

/// A random quantity of a scenario: think times (in seconds), body sizes (in bytes), ranks. A
/// value: immutable, cheap to copy, read by any thread; the randomness comes from the caller.
///
/// Errors: the factories throw std::invalid_argument naming the distribution, the parameter and
/// what was expected. They are called while a scenario loads, before any loop runs.
class Distribution {
 public:
  static Distribution constant(double value);
  /// Uniform in [low, high). Requires: low <= high.
  static Distribution uniform(double low, double high);
  /// Requires: mean > 0.
  static Distribution exponential(double mean);

  /// exp(N(log median, sigma)). Requires: median > 0, sigma >= 0.
  static Distribution lognormal(double median, double sigma);
  /// The one with that median and that 95th percentile. Requires: 0 < median <= p95.
  static Distribution lognormal_with_p95(double median, double p95);
  /// The one with that mean. Requires: mean > 0, sigma >= 0.
  static Distribution lognormal_with_mean(double mean, double sigma);

  /// Pareto cut at both ends: P(X > x) falls as x^-shape between minimum and maximum.
  /// Requires: 0 < minimum < maximum, shape > 0.
  static Distribution pareto(double minimum, double maximum, double shape);
  /// See Zipf. Requires: n is a whole number from 1 to 2^53, 0 <= exponent <= 100.
  static Distribution zipf(double n, double exponent);
  /// Each value with a probability proportional to its weight; log(values) a sample.
  /// Requires: finite values, weights >= 0, at least one weight above 0.
  static Distribution empirical(std::span<const WeightedValue> table);

  double sample(Random& random) const;
  double mean() const;
  /// For reports, e.g. "lognormal(median 4, sigma 0.8)".
  std::string describe() const;

 private:
  struct Constant {
    double value;
  };
  struct Uniform {
    double low;
    double high;
  };
  struct Exponential {
    double mean;
  };
  struct Lognormal {
    double median;
    double sigma;
  };
  struct Pareto {
    double minimum;
    double maximum;
    double shape;
  };
  struct Empirical {
    struct Row {
      double value;
      double cumulative_weight;
    };
    std::shared_ptr<const std::vector<Row>> rows;
  };
  using Kind = std::variant<Constant, Uniform, Exponential, Lognormal, Pareto, Zipf, Empirical>;

  explicit Distribution(Kind kind) : kind_(std::move(kind)) {}

  Kind kind_;
};

}  // namespace throng::pacing
