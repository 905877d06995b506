#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

/// Least squares of small dense problems whose coefficients can't be negative, as costs can't.
namespace throng::capacity {

/// b[i] ≈ Σ c[j] × a[i][j]. Where residuals are to be relative, rows and b are divided by what was
/// measured, so that b is 1 everywhere.
struct LinearProblem {
  std::size_t columns = 0;
  std::vector<double> a;  ///< row after row
  std::vector<double> b;

  std::size_t rows() const { return b.size(); }
  std::span<const double> row(std::size_t i) const {
    return std::span(a).subspan(i * columns, columns);
  }
  void add_row(std::span<const double> values, double result);
};

struct LinearFit {
  std::vector<double> coefficients;
  double residual_square = 0;  ///< Σ of the squares of all residuals
};

/// The smallest residuals with all coefficients >= 0. Cost: a factorisation, or one for each subset
/// of the columns where a coefficient would be negative.
/// Requires: 1 to 12 columns, none of them all zero, rows.
LinearFit fit_non_negative(const LinearProblem& problem);
/// The same with coefficients of any sign.
LinearFit fit_any_sign(const LinearProblem& problem);

/// Coefficients that might as well be true, given how far the rows are from the fit: of each, 95 %
/// lie in its 95 % interval, and those of one entry belong together. As many normal errors are
/// drawn as there are rows, with a scale that is itself drawn, since it is only estimated; without
/// the bounds at 0 it is the multivariate t distribution of ordinary least squares.
/// Requires: more rows than columns.
std::vector<std::vector<double>> likely_coefficients(const LinearProblem& problem,
                                                     const LinearFit& fit, std::size_t count,
                                                     std::uint64_t seed);

}  // namespace throng::capacity
