#include "loadgen/capacity/nearest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

namespace throng::capacity {
namespace {

// Insertions, removals and replacements of a letter that make one of the other.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0U);
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = std::exchange(row[j + 1], std::min({row[j] + 1, row[j + 1] + 1, replaced}));
    }
  }
  return row.back();
}

}  // namespace

std::string did_you_mean(std::string_view name, std::span<const std::string> candidates) {
  const std::string* best = nullptr;
  std::size_t least = (name.size() + 1) / 2;
  for (const std::string& candidate : candidates) {
    const std::size_t away = distance(name, candidate);
    if (away >= least) continue;
    least = away;
    best = &candidate;
  }
  return best == nullptr ? "" : fmt::format("; did you mean \"{}\"?", *best);
}

}  // namespace throng::capacity
