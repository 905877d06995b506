#include "loadgen/capacity/least_squares.hpp"

#include <Eigen/Cholesky>
#include <Eigen/QR>
#include <cmath>

#include "loadgen/pacing/random.hpp"

namespace throng::capacity {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;
using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

// Columns of very different sizes, as seconds and bytes are, are solved at length 1.
class Scaled {
 public:
  explicit Scaled(const LinearProblem& problem)
      : a_(Eigen::Map<const RowMajor>(problem.a.data(), Eigen::Index(problem.rows()),
                                      Eigen::Index(problem.columns))),
        lengths_(a_.colwise().norm()) {
    a_.array().rowwise() /= lengths_.transpose().array();
    gram_ = a_.transpose() * a_;
  }

  LinearFit fit(const VectorXd& b) const {
    const VectorXd all = a_.transpose() * b;
    VectorXd solved = gram_.ldlt().solve(all);
    if ((solved.array() < 0).any()) solved = best_subset(b, all);
    return unscaled(solved, b);
  }

  LinearFit fit_any_sign(const VectorXd& b) const {
    return unscaled(a_.colPivHouseholderQr().solve(b), b);
  }

 private:
  // The minimum has the coefficients of ordinary least squares on the columns where it isn't 0.
  VectorXd best_subset(const VectorXd& b, const VectorXd& all) const {
    VectorXd best = VectorXd::Zero(a_.cols());
    double least = b.squaredNorm();
    for (std::uint32_t subset = 1; subset < 1U << a_.cols(); ++subset) {
      const VectorXd candidate = solve_on(subset, all);
      const double square = (b - a_ * candidate).squaredNorm();
      if ((candidate.array() < 0).any() || square >= least) continue;
      best = candidate;
      least = square;
    }
    return best;
  }

  VectorXd solve_on(std::uint32_t subset, const VectorXd& all) const {
    std::vector<Eigen::Index> chosen;
    for (Eigen::Index j = 0; j < a_.cols(); ++j) {
      if ((subset >> j & 1U) != 0) chosen.push_back(j);
    }
    const MatrixXd gram = gram_(chosen, chosen);
    VectorXd solved = VectorXd::Zero(a_.cols());
    const VectorXd part = gram.ldlt().solve(VectorXd(all(chosen)));
    solved(chosen) = part;
    return solved;
  }

  LinearFit unscaled(const VectorXd& solved, const VectorXd& b) const {
    const VectorXd coefficients = solved.array() / lengths_.array();
    return {{coefficients.begin(), coefficients.end()}, (b - a_ * solved).squaredNorm()};
  }

  RowMajor a_;
  VectorXd lengths_;
  MatrixXd gram_;
};

VectorXd to_vector(std::span<const double> values) {
  return Eigen::Map<const VectorXd>(values.data(), Eigen::Index(values.size()));
}

VectorXd fitted(const LinearProblem& problem, const LinearFit& fit) {
  return Eigen::Map<const RowMajor>(problem.a.data(), Eigen::Index(problem.rows()),
                                    Eigen::Index(problem.columns)) *
         to_vector(fit.coefficients);
}

double chi_squared(pacing::Random& random, std::size_t freedom) {
  double sum = 0;
  for (std::size_t i = 0; i < freedom; ++i) sum += std::pow(random.normal(), 2);
  return sum;
}

}  // namespace

void LinearProblem::add_row(std::span<const double> values, double result) {
  a.insert(a.end(), values.begin(), values.end());
  b.push_back(result);
}

LinearFit fit_non_negative(const LinearProblem& problem) {
  return Scaled(problem).fit(to_vector(problem.b));
}

LinearFit fit_any_sign(const LinearProblem& problem) {
  return Scaled(problem).fit_any_sign(to_vector(problem.b));
}

std::vector<std::vector<double>> likely_coefficients(const LinearProblem& problem,
                                                     const LinearFit& fit, std::size_t count,
                                                     std::uint64_t seed) {
  const Scaled scaled(problem);
  const VectorXd middle = fitted(problem, fit);
  const std::size_t freedom = problem.rows() - problem.columns;
  pacing::Random random(seed, 0);
  std::vector<std::vector<double>> all;
  for (std::size_t i = 0; i < count; ++i) {
    const double scale = std::sqrt(fit.residual_square / chi_squared(random, freedom));
    VectorXd drawn = middle;
    for (double& each : drawn) each += scale * random.normal();
    all.push_back(scaled.fit(drawn).coefficients);
  }
  return all;
}

}  // namespace throng::capacity
