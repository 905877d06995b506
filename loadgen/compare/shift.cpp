#include "loadgen/compare/shift.hpp"

#include <algorithm>
#include <limits>

namespace throng::compare {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// W = the sum of those of the ranks 1 to n that a fair coin takes.
std::vector<double> signed_rank_probabilities(std::size_t n) {
  std::vector<double> probabilities{1};
  for (std::size_t rank = 1; rank <= n; ++rank) {
    std::vector<double> next(probabilities.size() + rank);
    for (std::size_t w = 0; w < probabilities.size(); ++w) {
      next[w] += probabilities[w] / 2;
      next[w + rank] += probabilities[w] / 2;
    }
    probabilities = std::move(next);
  }
  return probabilities;
}

// U = in how many of the n * m pairs the second sample's value is below the first's, all orders
// being as likely: the largest value of all is of the first sample with n / (n + m), and then above
// all m.
std::vector<double> rank_sum_probabilities(std::size_t n, std::size_t m) {
  std::vector<std::vector<double>> row(m + 1, {1});
  for (std::size_t i = 1; i <= n; ++i) {
    for (std::size_t j = 1; j <= m; ++j) {
      const double of_first = static_cast<double>(i) / static_cast<double>(i + j);
      std::vector<double> next(i * j + 1);
      for (std::size_t u = 0; u < row[j].size(); ++u) next[u + j] += of_first * row[j][u];
      for (std::size_t u = 0; u < row[j - 1].size(); ++u) {
        next[u] += (1 - of_first) * row[j - 1][u];
      }
      row[j] = std::move(next);
    }
  }
  return row[m];
}

}  // namespace

Shift::Shift(std::vector<double> elementary, std::vector<double> probabilities)
    : elementary_(std::move(elementary)), probabilities_(std::move(probabilities)) {
  std::sort(elementary_.begin(), elementary_.end());
}

Shift Shift::of_pairs(std::span<const double> differences) {
  std::vector<double> walsh;
  for (std::size_t i = 0; i < differences.size(); ++i) {
    for (std::size_t j = i; j < differences.size(); ++j) {
      walsh.push_back((differences[i] + differences[j]) / 2);
    }
  }
  return {std::move(walsh), signed_rank_probabilities(differences.size())};
}

Shift Shift::between(std::span<const double> from, std::span<const double> to) {
  std::vector<double> differences;
  for (const double one : from) {
    for (const double other : to) differences.push_back(other - one);
  }
  return {std::move(differences), rank_sum_probabilities(from.size(), to.size())};
}

double Shift::estimate() const {
  const std::size_t middle = elementary_.size() / 2;
  if (elementary_.size() % 2 == 1) return elementary_[middle];
  return (elementary_[middle - 1] + elementary_[middle]) / 2;
}

// How many of the elementary estimates can be left out on one side; none has been when it is 0, and
// then not even the smallest of them is a bound.
std::size_t Shift::cut_off(double alpha) const {
  // Sums of powers of two are exact, others not quite.
  constexpr double kRounding = 1e-12;
  double below = 0;
  std::size_t count = 0;
  while (count < elementary_.size() && below + probabilities_[count] <= alpha + kRounding) {
    below += probabilities_[count++];
  }
  return count;
}

double Shift::low_bound(double alpha) const {
  const std::size_t count = cut_off(alpha);
  return count == 0 ? -kInfinity : elementary_[count - 1];
}

Interval Shift::interval(double confidence) const {
  const std::size_t count = cut_off((1 - confidence) / 2);
  if (count == 0) return {-kInfinity, kInfinity};
  return {elementary_[count - 1], elementary_[elementary_.size() - count]};
}

}  // namespace throng::compare
