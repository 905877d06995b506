#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace throng::compare {

struct ChangeRules {
  std::size_t shortest = 5;  ///< a level lasts so many values or more
  /// None of so many orders of the values that are drawn may split as clearly as they do. It is
  /// asked anew for every run of a history, so one in 20 would cry wolf once a month.
  unsigned shuffles = 19'999;
  std::uint64_t seed = 1;
};

/// Where the level of a series changes: the index of each new level's first value, rising.
/// E-divisive (Matteson and James, "A nonparametric approach for multiple change point analysis of
/// multivariate data", 2014): the split by which the energy distance of both parts is largest,
/// tested by permutation, and again within each part. As MongoDB's performance tests have it, each
/// part is split in two, not three. Cost: n^2 for each order that is drawn, and mostly few are
/// where nothing changes.
std::vector<std::size_t> change_points(std::span<const double> series, const ChangeRules& rules);

}  // namespace throng::compare
