#include "loadgen/compare/step_down.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "loadgen/pacing/random.hpp"

namespace throng::compare {
namespace {

constexpr std::size_t kMostEnumerated = 20;
constexpr std::uint64_t kSignsDrawn = 1 << 17;
constexpr std::uint64_t kLabelsDrawn = 100'000;

using Row = std::vector<double>;

/// Ranks from 1, equal values at the mean of theirs.
Row mean_ranks(const Row& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  Row ranks(values.size());
  for (std::size_t from = 0, to = 0; from < order.size(); from = to) {
    while (to < order.size() && values[order[to]] == values[order[from]]) ++to;
    for (std::size_t i = from; i < to; ++i) {
      ranks[order[i]] = static_cast<double>(from + to + 1) / 2;
    }
  }
  return ranks;
}

/// Makes statistics of several metrics comparable: of a spread of 1.
void normalise(Row& weights) {
  double squares = 0;
  for (const double each : weights) squares += each * each;
  if (squares == 0) return;
  for (double& each : weights) each /= std::sqrt(squares);
}

/// Counts how often chance is as extreme as what was measured, in the order of that.
class StepDown {
 public:
  explicit StepDown(Row observed)
      : observed_(std::move(observed)), order_(observed_.size()), counts_(observed_.size()) {
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    std::stable_sort(order_.begin(), order_.end(),
                     [&](std::size_t a, std::size_t b) { return observed_[a] > observed_[b]; });
  }

  void count(const Row& statistics) {
    constexpr double kRounding = 1e-9;
    ++ways_;
    double most = -std::numeric_limits<double>::infinity();
    for (std::size_t i = order_.size(); i-- > 0;) {
      const std::size_t metric = order_[i];
      most = std::max(most, statistics[metric]);
      if (most >= observed_[metric] - kRounding) ++counts_[metric];
    }
  }

  Row adjusted() const {
    Row p(observed_.size());
    double most = 0;
    for (const std::size_t metric : order_) {
      most = std::max(most, static_cast<double>(counts_[metric]) / static_cast<double>(ways_));
      p[metric] = most;
    }
    return p;
  }

 private:
  // Constant after construction
  Row observed_;
  std::vector<std::size_t> order_;  // the most extreme first

  std::vector<std::uint64_t> counts_;
  std::uint64_t ways_ = 0;
};

/// Signed ranks, a row a metric.
std::vector<Row> signed_ranks(const std::vector<Row>& losses) {
  std::vector<Row> rows;
  for (const Row& each : losses) {
    Row sizes(each.size());
    std::transform(each.begin(), each.end(), sizes.begin(), [](double x) { return std::abs(x); });
    Row ranks = mean_ranks(sizes);
    for (std::size_t i = 0; i < each.size(); ++i) {
      if (each[i] <= 0) ranks[i] *= each[i] < 0 ? -1 : 0;
    }
    normalise(ranks);
    rows.push_back(std::move(ranks));
  }
  return rows;
}

Row sums_of(const std::vector<Row>& rows) {
  Row sums;
  for (const Row& row : rows) sums.push_back(std::accumulate(row.begin(), row.end(), 0.0));
  return sums;
}

/// Turns one pair round.
void flip(std::vector<Row>& rows, Row& sums, std::size_t pair) {
  for (std::size_t metric = 0; metric < rows.size(); ++metric) {
    sums[metric] -= 2 * rows[metric][pair];
    rows[metric][pair] = -rows[metric][pair];
  }
}

// By a Gray code: from one way to the next only one pair is turned round.
void count_all_signs(std::vector<Row> rows, std::size_t pairs, StepDown& result) {
  Row sums = sums_of(rows);
  result.count(sums);
  for (std::uint64_t way = 1; way < std::uint64_t{1} << pairs; ++way) {
    flip(rows, sums, static_cast<std::size_t>(std::countr_zero(way)));
    result.count(sums);
  }
}

void count_some_signs(std::vector<Row> rows, std::size_t pairs, StepDown& result) {
  pacing::Random random(0, 0);
  result.count(sums_of(rows));
  for (std::uint64_t drawn = 1; drawn < kSignsDrawn; ++drawn) {
    Row sums = sums_of(rows);
    for (std::size_t pair = 0; pair < pairs; ++pair) {
      if (random.chance(0.5)) flip(rows, sums, pair);
    }
    result.count(sums);
  }
}

/// Of both samples together, the base's first; each row's sum is 0.
std::vector<Row> centred_ranks(const std::vector<Row>& base, const std::vector<Row>& candidate) {
  std::vector<Row> rows;
  for (std::size_t metric = 0; metric < base.size(); ++metric) {
    Row all = base[metric];
    all.insert(all.end(), candidate[metric].begin(), candidate[metric].end());
    Row ranks = mean_ranks(all);
    const double middle = static_cast<double>(ranks.size() + 1) / 2;
    for (double& each : ranks) each -= middle;
    normalise(ranks);
    rows.push_back(std::move(ranks));
  }
  return rows;
}

Row sums_of_chosen(const std::vector<Row>& rows, const std::vector<std::size_t>& order,
                   std::size_t first) {
  Row sums(rows.size());
  for (std::size_t metric = 0; metric < rows.size(); ++metric) {
    for (std::size_t i = first; i < order.size(); ++i) sums[metric] += rows[metric][order[i]];
  }
  return sums;
}

}  // namespace

std::vector<double> adjusted_by_signs(const std::vector<std::vector<double>>& losses) {
  if (losses.empty()) return {};
  const std::size_t pairs = losses.front().size();
  std::vector<Row> rows = signed_ranks(losses);
  StepDown result(sums_of(rows));
  if (pairs <= kMostEnumerated) {
    count_all_signs(std::move(rows), pairs, result);
  } else {
    count_some_signs(std::move(rows), pairs, result);
  }
  return result.adjusted();
}

std::vector<double> adjusted_by_labels(const std::vector<std::vector<double>>& base,
                                       const std::vector<std::vector<double>>& candidate,
                                       std::uint64_t seed) {
  if (base.empty()) return {};
  const std::vector<Row> rows = centred_ranks(base, candidate);
  const std::size_t first = base.front().size();
  std::vector<std::size_t> order(rows.front().size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const Row observed = sums_of_chosen(rows, order, first);
  StepDown result(observed);
  result.count(observed);
  pacing::Random random(seed, 0);
  for (std::uint64_t drawn = 1; drawn < kLabelsDrawn; ++drawn) {
    for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
    result.count(sums_of_chosen(rows, order, first));
  }
  return result.adjusted();
}

}  // namespace throng::compare
