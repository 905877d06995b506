#include "loadgen/capacity/scalability.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <functional>
#include <limits>
#include <set>
#include <stdexcept>
#include <utility>

#include "loadgen/capacity/least_squares.hpp"

namespace throng::capacity {
namespace {

constexpr std::size_t kFewestCounts = 3;
constexpr std::size_t kSparePoints = 2;
constexpr double kInside = 0.975;           // of 95 %, on one side
constexpr double kNormal = 1.959963984540;  // the same of the normal distribution
constexpr int kHalvings = 60;
constexpr double kFar = 1e6;  // times the best value: an interval that has no end

std::size_t parameters(Law law) { return law == Law::kUsl ? 3 : 2; }

std::size_t different_counts(const std::vector<ScalePoint>& points) {
  std::set<double> counts;
  for (const ScalePoint& each : points) counts.insert(each.count);
  return counts.size();
}

void check(const std::vector<ScalePoint>& points, const std::optional<double>& noise) {
  for (const ScalePoint& each : points) {
    if (each.count > 0 && each.throughput > 0 && std::isfinite(each.throughput)) continue;
    throw std::invalid_argument(
        fmt::format("{}={}: both must be above 0", each.count, each.throughput));
  }
  if (noise && !(*noise > 0)) throw std::invalid_argument("the noise must be above 0");
  if (different_counts(points) >= kFewestCounts) return;
  throw std::invalid_argument(
      fmt::format("a curve needs points at {} different counts or more", kFewestCounts));
}

// Where `square`, which rises on both sides of `best`, reaches `limit`.
Interval around(double best, double limit, const std::function<double(double)>& square) {
  const auto border = [&](double inside, double outside) {
    for (int i = 0; i < kHalvings; ++i) {
      const double middle = (inside + outside) / 2;
      (square(middle) <= limit ? inside : outside) = middle;
    }
    return inside;
  };
  Interval found{0, std::numeric_limits<double>::infinity()};
  if (square(0) > limit) found.low = border(best, 0);
  const double start = best > 0 ? best : 1 / kFar;
  double beyond = start;
  while (beyond < start * kFar && square(beyond) <= limit) beyond *= 2;
  if (square(beyond) > limit) found.high = border(best, beyond);
  return found;
}

}  // namespace

// The law is linear in 1/λ, σ/λ and κ/λ: N / throughput = 1/λ + σ/λ (N − 1) + κ/λ N(N − 1). With
// one of its parameters held, so are the others.
class ScalingFit::Profile {
 public:
  Profile(Law law, const std::vector<ScalePoint>& points) : law_(law), points_(points) {}

  LinearFit best() const {
    return fit([](double n) { return Row{{1, n - 1, n * (n - 1)}, 0}; }, parameters(law_));
  }
  double with_lambda(double lambda) const {
    if (lambda == 0) return std::numeric_limits<double>::infinity();
    return fit(
               [&](double n) {
                 return Row{{n - 1, n * (n - 1)}, 1 / lambda};
               },
               parameters(law_) - 1)
        .residual_square;
  }
  double with_sigma(double sigma) const {
    return fit(
               [&](double n) {
                 return Row{{1 + sigma * (n - 1), n * (n - 1)}, 0};
               },
               parameters(law_) - 1)
        .residual_square;
  }
  double with_kappa(double kappa) const {
    return fit(
               [&](double n) {
                 return Row{{1 + kappa * n * (n - 1), n - 1}, 0};
               },
               2)
        .residual_square;
  }

 private:
  struct Row {
    std::vector<double> values;  // behind the first columns: what the law doesn't have
    double held;                 // part of N / throughput that isn't fitted
  };

  template <class MakeRow>
  LinearFit fit(const MakeRow& make_row, std::size_t columns) const {
    LinearProblem problem{.columns = columns, .a = {}, .b = {}};
    for (const ScalePoint& point : points_) {
      Row row = make_row(point.count);
      row.values.resize(columns);
      const double scale = point.throughput / point.count;
      for (double& each : row.values) each *= scale;
      problem.add_row(row.values, 1 - row.held * scale);
    }
    return fit_non_negative(problem);
  }

  Law law_;
  const std::vector<ScalePoint>& points_;
};

ScalingFit::ScalingFit(Law law, std::vector<ScalePoint> points, std::optional<double> noise)
    : law_(law), points_(std::move(points)), noise_(noise) {
  check(points_, noise_);
  std::sort(points_.begin(), points_.end(),
            [](const ScalePoint& a, const ScalePoint& b) { return a.count < b.count; });
  const Profile profile(law_, points_);
  const LinearFit best = profile.best();
  lambda_.value = 1 / best.coefficients[0];
  sigma_.value = best.coefficients[1] * lambda_.value;
  if (law_ == Law::kUsl) kappa_.value = best.coefficients[2] * lambda_.value;
  const std::optional<double> limit = highest_square(best.residual_square);
  if (!limit) return;
  lambda_.interval =
      around(lambda_.value, *limit, [&](double each) { return profile.with_lambda(each); });
  sigma_.interval =
      around(sigma_.value, *limit, [&](double each) { return profile.with_sigma(each); });
  if (law_ == Law::kAmdahl) return;
  kappa_.interval =
      around(kappa_.value, *limit, [&](double each) { return profile.with_kappa(each); });
}

std::optional<double> ScalingFit::highest_square(double least) const {
  if (noise_) return least + std::pow(kNormal * *noise_, 2);
  const std::size_t used = parameters(law_);
  if (points_.size() < used + kSparePoints) return std::nullopt;
  const auto freedom = static_cast<double>(points_.size() - used);
  const double t = quantile(boost::math::students_t(freedom), kInside);
  return least * (1 + t * t / freedom);
}

double ScalingFit::throughput(double n) const {
  return lambda_.value * n / (1 + sigma_.value * (n - 1) + kappa_.value * n * (n - 1));
}

Estimated ScalingFit::predict(double count) const {
  Estimated made{throughput(count), std::nullopt};
  const auto limit = highest_square(Profile(law_, points_).best().residual_square);
  if (!limit) return made;
  // As likely as all points together with such a measurement are.
  made.interval = around(made.value, *limit, [&](double value) {
    std::vector<ScalePoint> with = points_;
    with.push_back({count, value, {}});
    return Profile(law_, with).best().residual_square;
  });
  return made;
}

double ScalingFit::r_squared() const {
  double mean = 0;
  for (const ScalePoint& each : points_) {
    mean += each.throughput / static_cast<double>(points_.size());
  }
  double left = 0;
  double all = 0;
  for (const ScalePoint& each : points_) {
    left += std::pow(each.throughput - throughput(each.count), 2);
    all += std::pow(each.throughput - mean, 2);
  }
  return 1 - left / all;
}

double ScalingFit::residual() const {
  double most = 0;
  for (const ScalePoint& each : points_) {
    most = std::max(most, std::abs(throughput(each.count) / each.throughput - 1));
  }
  return most;
}

std::optional<double> ScalingFit::peak() const {
  if (kappa_.value <= 0 || sigma_.value >= 1) return std::nullopt;
  return std::sqrt((1 - sigma_.value) / kappa_.value);
}

std::string ScalingFit::why_no_peak() const {
  const auto highest =
      std::max_element(points_.begin(), points_.end(),
                       [](const auto& a, const auto& b) { return a.throughput < b.throughput; });
  const double last = points_.back().count;
  if (highest->count == last) {
    return fmt::format("throughput still rises at {:.4g}: no point lies past the knee", last);
  }
  if (!peak()) return "the fit has no peak, though the points have one: it isn't their law";
  if (*peak() < last) return {};
  return fmt::format("the fit's peak lies beyond {:.4g}, the last point", last);
}

std::optional<ScaleBackTest> back_test(Law law, std::vector<ScalePoint> points,
                                       std::optional<double> noise) {
  if (different_counts(points) <= kFewestCounts) return std::nullopt;
  std::sort(points.begin(), points.end(),
            [](const ScalePoint& a, const ScalePoint& b) { return a.count < b.count; });
  ScaleBackTest test{points.back(), {}, 0};
  std::erase_if(points, [&](const ScalePoint& each) { return each.count == test.last.count; });
  test.straight = points.front().throughput / points.front().count * test.last.count;
  test.predicted = ScalingFit(law, std::move(points), noise).predict(test.last.count);
  return test;
}

}  // namespace throng::capacity
