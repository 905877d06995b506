#include "loadgen/capacity/least_squares.hpp"

#include <gmock/gmock.h>

#include <algorithm>

#include "loadgen/pacing/random.hpp"

namespace throng::capacity {
namespace {

using testing::DoubleEq;
using testing::DoubleNear;
using testing::ElementsAre;

LinearProblem problem_of(std::vector<std::vector<double>> rows, std::vector<double> results) {
  LinearProblem problem{.columns = rows.front().size(), .a = {}, .b = {}};
  for (std::size_t i = 0; i < rows.size(); ++i) problem.add_row(rows[i], results[i]);
  return problem;
}

TEST(LeastSquares, FindsWhatFitsExactly) {
  const auto problem = problem_of({{1, 0}, {1, 1}, {1, 2}}, {3, 5, 7});
  const LinearFit fit = fit_non_negative(problem);
  EXPECT_THAT(fit.coefficients, ElementsAre(DoubleNear(3, 1e-9), DoubleNear(2, 1e-9)));
  EXPECT_NEAR(fit.residual_square, 0, 1e-15);
}

TEST(LeastSquares, ColumnsOfVeryDifferentSizesAreNoTrouble) {
  const auto problem = problem_of({{1e-9, 1e9}, {2e-9, 1e9}, {3e-9, 4e9}}, {3, 5, 10});
  const LinearFit fit = fit_non_negative(problem);
  EXPECT_NEAR(fit.coefficients[0] * 1e-9, 2, 1e-6);
  EXPECT_NEAR(fit.coefficients[1] * 1e9, 1, 1e-6);
}

TEST(LeastSquares, ANegativeCoefficientBecomesZeroAndTheOthersMakeUp) {
  const auto problem = problem_of({{1, 0}, {1, 1}, {1, 2}}, {7, 5, 3});
  EXPECT_LT(fit_any_sign(problem).coefficients[1], 0);
  const LinearFit fit = fit_non_negative(problem);
  EXPECT_THAT(fit.coefficients, ElementsAre(DoubleNear(5, 1e-9), DoubleEq(0)));
  EXPECT_NEAR(fit.residual_square, 8, 1e-9);
}

TEST(LeastSquares, WhereAllWouldBeNegativeNothingIsLeft) {
  EXPECT_THAT(fit_non_negative(problem_of({{1}, {2}}, {-1, -2})).coefficients, ElementsAre(0));
}

// A problem with these true coefficients and normal errors of the standard deviation.
LinearProblem noisy(const std::vector<double>& truth, double deviation, std::uint64_t seed) {
  pacing::Random random(seed, 1);
  LinearProblem problem{.columns = truth.size(), .a = {}, .b = {}};
  for (int i = 0; i < 12; ++i) {
    std::vector<double> row;
    double result = deviation * random.normal();
    for (const double each : truth) {
      row.push_back(random.uniform01());
      result += each * row.back();
    }
    problem.add_row(row, result);
  }
  return problem;
}

double at(std::vector<double> values, double q) {
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(q * static_cast<double>(values.size() - 1))];
}

// Of so many seeds, in how many the 95 % interval of each coefficient has the truth.
std::vector<int> covered(const std::vector<double>& truth, int seeds) {
  std::vector<int> counts(truth.size());
  for (int seed = 1; seed <= seeds; ++seed) {
    const LinearProblem problem = noisy(truth, 0.05, static_cast<std::uint64_t>(seed));
    const auto likely = likely_coefficients(problem, fit_non_negative(problem), 300,
                                            static_cast<std::uint64_t>(seed));
    for (std::size_t j = 0; j < truth.size(); ++j) {
      std::vector<double> own;
      for (const auto& each : likely) own.push_back(each[j]);
      if (at(own, 0.025) <= truth[j] && truth[j] <= at(own, 0.975)) ++counts[j];
    }
  }
  return counts;
}

TEST(LeastSquares, IntervalsHaveTheTruthAsOftenAsTheySay) {
  EXPECT_THAT(covered({0.5, 2, 1}, 300),
              testing::Each(testing::AllOf(testing::Ge(279), testing::Le(297))));
}

TEST(LeastSquares, IntervalsHaveAZeroThatIsTrue) {
  EXPECT_THAT(covered({0, 2}, 100), testing::Each(testing::Ge(93)));
}

TEST(LeastSquares, TheSameSeedGivesTheSameLikelyCoefficients) {
  const LinearProblem problem = noisy({1, 2}, 0.05, 1);
  const LinearFit fit = fit_non_negative(problem);
  EXPECT_EQ(likely_coefficients(problem, fit, 5, 1), likely_coefficients(problem, fit, 5, 1));
  EXPECT_NE(likely_coefficients(problem, fit, 5, 1), likely_coefficients(problem, fit, 5, 2));
}

}  // namespace
}  // namespace throng::capacity
