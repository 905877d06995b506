#pragma once

#include <optional>
#include <string>
#include <vector>

/// How throughput grows with threads or nodes.
namespace throng::capacity {

/// A throughput that was reached by so many.
struct ScalePoint {
  double count = 0;  ///< threads or nodes
  double throughput = 0;
  std::string from;  ///< "given", or the run's path
};

struct Interval {
  double low = 0;
  double high = 0;  ///< may be infinite
};
struct Estimated {
  double value = 0;
  std::optional<Interval> interval;  ///< 95 %, by profile likelihood
};

/// λN / (1 + σ(N − 1) + κN(N − 1)) with σ, κ >= 0. kUsl: Gunther, "A General Theory of
/// Computational Scalability Based on Rational Functions", 2008. kAmdahl: with κ = 0.
enum class Law { kUsl, kAmdahl };

/// One of the laws, fitted to points so that relative residuals of N / throughput are smallest.
class ScalingFit {
 public:
  /// `noise`: the relative standard deviation of one point, where it is known; else intervals need
  /// two points more than the law has parameters, whose distance from the fit tells it.
  /// Errors: std::invalid_argument for fewer than three different counts, for values that aren't
  /// above 0.
  ScalingFit(Law law, std::vector<ScalePoint> points, std::optional<double> noise);

  Law law() const { return law_; }
  const Estimated& lambda() const { return lambda_; }  ///< throughput of one
  const Estimated& sigma() const { return sigma_; }    ///< contention
  const Estimated& kappa() const { return kappa_; }    ///< coherency
  double r_squared() const;
  double residual() const;  ///< of throughput, at most, relative

  double throughput(double count) const;
  /// What another measurement at this count would give; no interval where noise isn't known.
  Estimated predict(double count) const;
  /// Where throughput is highest; nullopt: nowhere.
  std::optional<double> peak() const;
  /// Empty if the points go past the knee, so that the peak was seen and isn't made up; else what
  /// is missing.
  std::string why_no_peak() const;

 private:
  class Profile;
  /// Of residuals that are as good as the best; nullopt when nothing tells the noise.
  std::optional<double> highest_square(double least) const;

  // Constant after construction
  Law law_;
  std::vector<ScalePoint> points_;
  std::optional<double> noise_;
  Estimated lambda_;
  Estimated sigma_;
  Estimated kappa_;
};

/// The last point, predicted from those before it.
struct ScaleBackTest {
  ScalePoint last;
  Estimated predicted;
  double straight = 0;  ///< what a straight line through 0 and the first point says
};
/// nullopt for fewer than four different counts.
std::optional<ScaleBackTest> back_test(Law law, std::vector<ScalePoint> points,
                                       std::optional<double> noise);

}  // namespace throng::capacity
