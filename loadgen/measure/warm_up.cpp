#include "loadgen/measure/warm_up.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace throng::measure {
namespace {

constexpr std::size_t kBinsPerBatch = 5;
/// Fewer means say nothing about how they change.
constexpr std::size_t kFewestBatches = 20;
constexpr std::uint64_t kFewestInBatch = 5;
/// From a median absolute deviation to a normal distribution's standard deviation.
constexpr double kMadToSigma = 1.4826;
constexpr double kSigmas = 3;
/// What differs by less from the steady median is no warm-up worth a word.
constexpr double kSmallestShare = 0.05;
/// By so much of itself the median may move between the third quarter and the fourth.
constexpr double kSteadyShare = 0.2;

/// Empty if any of them would be of too few values.
std::vector<double> batch_means(std::span<const CourseBin> course, std::size_t bins_per_batch) {
  std::vector<double> means;
  for (std::size_t first = 0; first < course.size(); first += bins_per_batch) {
    CourseBin batch;
    for (std::size_t i = first; i < std::min(first + bins_per_batch, course.size()); ++i) {
      batch.sum_ns += course[i].sum_ns;
      batch.count += course[i].count;
    }
    if (batch.count < kFewestInBatch) return {};
    means.push_back(batch.sum_ns / static_cast<double>(batch.count));
  }
  return means;
}

double median(std::span<const double> of) {
  std::vector<double> values(of.begin(), of.end());
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

/// How many of the first values are unlike the second half.
std::size_t unlike_the_rest(std::span<const double> values) {
  const auto second_half = values.subspan(values.size() / 2);
  const double centre = median(second_half);
  std::vector<double> deviations;
  for (const double value : second_half) deviations.push_back(std::abs(value - centre));
  const double band = std::max(kSigmas * kMadToSigma * median(deviations), kSmallestShare * centre);
  const auto alike =
      std::ranges::find_if(values, [&](double value) { return std::abs(value - centre) <= band; });
  return static_cast<std::size_t>(alike - values.begin());
}

/// How much one value differs from the next, which a trend hardly changes.
double noise(std::span<const double> values) {
  std::vector<double> steps;
  for (std::size_t i = 1; i < values.size(); ++i) {
    steps.push_back(std::abs(values[i] - values[i - 1]));
  }
  return median(steps);
}

bool is_steady(std::span<const double> values) {
  const std::size_t quarter = values.size() / 4;
  const auto second_half = values.last(2 * quarter);
  const double third = median(second_half.first(quarter));
  const double moved = std::abs(median(second_half.last(quarter)) - third);
  return moved <= std::max(noise(second_half), kSteadyShare * third);
}

}  // namespace

std::size_t mser_cut(std::span<const double> values) {
  double sum = 0;
  double squares = 0;
  double least = std::numeric_limits<double>::infinity();
  std::size_t cut = 0;
  // From the end, so that each cut costs one step.
  for (std::size_t first = values.size(); first-- > 0;) {
    sum += values[first];
    squares += values[first] * values[first];
    if (first > values.size() / 2) continue;
    const auto kept = static_cast<double>(values.size() - first);
    const double error = (squares - sum * sum / kept) / (kept * kept);
    if (error <= least) {
      least = error;
      cut = first;
    }
  }
  return cut;
}

WarmUp find_warm_up(std::span<const CourseBin> course) {
  // A run that was ended by hand has nothing at the end.
  while (!course.empty() && course.back().count == 0) course = course.first(course.size() - 1);
  std::size_t bins_per_batch = kBinsPerBatch;
  std::vector<double> means;
  while (means.empty()) {
    if (course.size() / bins_per_batch < kFewestBatches) return {};
    means = batch_means(course, bins_per_batch);
    if (means.empty()) bins_per_batch *= 2;
  }
  const std::size_t unlike = unlike_the_rest(means);
  if (unlike >= means.size() / 2 || !is_steady(means)) return {.steps = 0, .steady = false};
  const std::size_t bins = std::min(mser_cut(means), unlike) * bins_per_batch;
  return {.steps = std::min((bins + kBinsPerStep - 1) / kBinsPerStep, kMostWarmUpSteps)};
}

}  // namespace throng::measure
