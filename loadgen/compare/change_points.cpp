#include "loadgen/compare/change_points.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <utility>

#include "loadgen/pacing/random.hpp"

namespace throng::compare {
namespace {

struct Split {
  double distance = 0;  // energy, scaled by the sizes of both parts
  std::size_t at = 0;
};

double pairs_of(std::size_t n) { return static_cast<double>(n) * static_cast<double>(n - 1) / 2; }

class Splitter {
 public:
  Splitter(std::span<const double> values, const ChangeRules& rules)
      : rules_(rules), values_(values.begin(), values.end()), sums_(values.size()) {}

  /// Nothing if what they look like comes of chance.
  std::optional<std::size_t> split() {
    if (values_.size() < 2 * rules_.shortest) return std::nullopt;
    const Split best = best_split();
    pacing::Random random(rules_.seed, values_.size());
    for (unsigned drawn = 0; drawn < rules_.shuffles; ++drawn) {
      for (std::size_t i = values_.size(); i > 1; --i) {
        std::swap(values_[i - 1], values_[random.below(i)]);
      }
      if (best_split().distance >= best.distance) return std::nullopt;
    }
    return best.at;
  }

 private:
  Split best_split() {
    add_up();
    const std::size_t n = values_.size();
    double left = 0;
    double right = total_;
    Split best;
    for (std::size_t at = 1; at + rules_.shortest <= n; ++at) {
      left += sums_[at - 1].before;
      right -= sums_[at - 1].after;
      if (at < rules_.shortest) continue;
      if (const double found = distance(at, left, right); found > best.distance) best = {found, at};
    }
    return best;
  }

  double distance(std::size_t at, double left, double right) const {
    const std::size_t rest = values_.size() - at;
    const double product = static_cast<double>(at) * static_cast<double>(rest);
    const double between = total_ - left - right;
    const double energy = 2 * between / product - left / pairs_of(at) - right / pairs_of(rest);
    return energy * product / static_cast<double>(values_.size());
  }

  /// Of each value, how far it is from those before and behind it, in all.
  void add_up() {
    total_ = 0;
    std::fill(sums_.begin(), sums_.end(), Sums());
    for (std::size_t i = 0; i < values_.size(); ++i) {
      for (std::size_t j = i + 1; j < values_.size(); ++j) {
        const double apart = std::abs(values_[i] - values_[j]);
        sums_[i].after += apart;
        sums_[j].before += apart;
      }
      total_ += sums_[i].after;
    }
  }

  struct Sums {
    double before = 0;
    double after = 0;
  };

  const ChangeRules& rules_;
  std::vector<double> values_;  // in the order that is looked at
  std::vector<Sums> sums_;
  double total_ = 0;
};

void split_all(std::span<const double> series, std::size_t from, const ChangeRules& rules,
               std::vector<std::size_t>& found) {
  const auto at = Splitter(series, rules).split();
  if (!at) return;
  split_all(series.first(*at), from, rules, found);
  found.push_back(from + *at);
  split_all(series.subspan(*at), from + *at, rules, found);
}

}  // namespace

std::vector<std::size_t> change_points(std::span<const double> series, const ChangeRules& rules) {
  std::vector<std::size_t> found;
  split_all(series, 0, rules, found);
  return found;
}

}  // namespace throng::compare
