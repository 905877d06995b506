#include "loadgen/pacing/distribution.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "loadgen/pacing/power_integral.hpp"

namespace throng::pacing {
namespace {

template <class... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};
template <class... Functions>
Overloaded(Functions...) -> Overloaded<Functions...>;

void require(bool holds, const char* expected, double got) {
  if (!holds) throw std::invalid_argument(fmt::format("{}, not {:g}", expected, got));
}

}  // namespace

Distribution Distribution::constant(double value) {
  require(std::isfinite(value), "constant: expected a finite value", value);
  return Distribution{Constant{value}};
}

Distribution Distribution::uniform(double low, double high) {
  require(std::isfinite(low), "uniform: expected a finite lower bound", low);
  require(std::isfinite(high) && high >= low,
          "uniform: expected a finite upper bound that is not below the lower one", high);
  return Distribution{Uniform{low, high}};
}

Distribution Distribution::exponential(double mean) {
  require(std::isfinite(mean) && mean > 0, "exponential: expected a mean above 0", mean);
  return Distribution{Exponential{mean}};
}

Distribution Distribution::lognormal(double median, double sigma) {
  require(std::isfinite(median) && median > 0, "lognormal: expected a median above 0", median);
  require(std::isfinite(sigma) && sigma >= 0, "lognormal: expected a sigma of at least 0", sigma);
  return Distribution{Lognormal{median, sigma}};
}

Distribution Distribution::lognormal_with_p95(double median, double p95) {
  require(std::isfinite(median) && median > 0, "lognormal: expected a median above 0", median);
  require(std::isfinite(p95) && p95 >= median,
          "lognormal: expected a 95th percentile that is not below the median", p95);
  constexpr double kNormalP95 = 1.6448536269514722;
  return lognormal(median, std::log(p95 / median) / kNormalP95);
}

Distribution Distribution::lognormal_with_mean(double mean, double sigma) {
  require(std::isfinite(mean) && mean > 0, "lognormal: expected a mean above 0", mean);
  return lognormal(mean * std::exp(-sigma * sigma / 2), sigma);
}

Distribution Distribution::pareto(double minimum, double maximum, double shape) {
  require(std::isfinite(minimum) && minimum > 0, "pareto: expected a minimum above 0", minimum);
  require(std::isfinite(maximum) && maximum > minimum,
          "pareto: expected a finite maximum above the minimum", maximum);
  require(std::isfinite(shape) && shape > 0, "pareto: expected a shape above 0", shape);
  return Distribution{Pareto{minimum, maximum, shape}};
}

Distribution Distribution::zipf(double n, double exponent) {
  require(n >= 1 && n <= 0x1p53 && n == std::floor(n),
          "zipf: expected a whole number of ranks from 1 to 2^53", n);
  require(exponent >= 0 && exponent <= 100, "zipf: expected an exponent from 0 to 100", exponent);
  return Distribution{Zipf{static_cast<std::uint64_t>(n), exponent}};
}

Distribution Distribution::empirical(std::span<const WeightedValue> table) {
  auto rows = std::make_shared<std::vector<Empirical::Row>>();
  double total = 0;
  for (const auto& [value, weight] : table) {
    require(std::isfinite(value), "empirical: expected finite values", value);
    require(std::isfinite(weight) && weight >= 0, "empirical: expected weights of at least 0",
            weight);
    total += weight;
    if (weight > 0) rows->push_back({value, total});
  }
  require(std::isfinite(total) && total > 0,
          "empirical: expected weights with a finite sum above 0", total);
  return Distribution{Empirical{std::move(rows)}};
}

double Distribution::sample(Random& random) const {
  return std::visit(
      Overloaded{
          [](const Constant& c) { return c.value; },
          [&](const Uniform& u) { return u.low + (u.high - u.low) * random.uniform01(); },
          [&](const Exponential& e) { return e.mean * random.exponential(); },
          [&](const Lognormal& l) { return l.median * std::exp(l.sigma * random.normal()); },
          [&](const Pareto& p) {
            const double kept = 1 - std::pow(p.minimum / p.maximum, p.shape);
            const double x = p.minimum * std::pow(1 - kept * random.uniform01(), -1 / p.shape);
            return std::min(x, p.maximum);
          },
          [&](const Zipf& z) { return static_cast<double>(z.sample(random)); },
          [&](const Empirical& e) {
            const double point = random.uniform01() * e.rows->back().cumulative_weight;
            const auto row =
                std::ranges::upper_bound(*e.rows, point, {}, &Empirical::Row::cumulative_weight);
            // Rounding can put the point on the very end.
            return row == e.rows->end() ? e.rows->back().value : row->value;
          },
      },
      kind_);
}

double Distribution::mean() const {
  return std::visit(
      Overloaded{
          [](const Constant& c) { return c.value; },
          [](const Uniform& u) { return u.low + (u.high - u.low) / 2; },
          [](const Exponential& e) { return e.mean; },
          [](const Lognormal& l) { return l.median * std::exp(l.sigma * l.sigma / 2); },
          [](const Pareto& p) {
            const double ratio = p.maximum / p.minimum;
            return p.minimum * power_integral(ratio, p.shape) / power_integral(ratio, p.shape + 1);
          },
          [](const Zipf& z) { return z.mean(); },
          [](const Empirical& e) {
            double sum = 0;
            double below = 0;
            for (const auto& [value, cumulative_weight] : *e.rows) {
              sum += value * (cumulative_weight - below);
              below = cumulative_weight;
            }
            return sum / below;
          },
      },
      kind_);
}

std::string Distribution::describe() const {
  return std::visit(
      Overloaded{
          [](const Constant& c) { return fmt::format("constant({:g})", c.value); },
          [](const Uniform& u) { return fmt::format("uniform({:g} to {:g})", u.low, u.high); },
          [](const Exponential& e) { return fmt::format("exponential(mean {:g})", e.mean); },
          [](const Lognormal& l) {
            return fmt::format("lognormal(median {:g}, sigma {:g})", l.median, l.sigma);
          },
          [](const Pareto& p) {
            return fmt::format("pareto({:g} to {:g}, shape {:g})", p.minimum, p.maximum, p.shape);
          },
          [](const Zipf& z) {
            return fmt::format("zipf({} ranks, exponent {:g})", z.n(), z.exponent());
          },
          [](const Empirical& e) {
            return fmt::format("empirical({} values, mean {:g})", e.rows->size(),
                               Distribution{e}.mean());
          },
      },
      kind_);
}

}  // namespace throng::pacing
