#include "loadgen/search/posterior.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <numbers>
#include <numeric>
#include <utility>

namespace throng::search {
namespace {

// Unknowns, all values of which are as likely before any probe.
constexpr double kSlopes[] = {1, 2.5, 6, 15, 40, 100, 250};
constexpr double kBurstsPerSecond[] = {0.02, 0.12, 0.7, 4, 25, 250, 2500};
constexpr double kAnything = 0.001;  // of probes: the model doesn't explain them
/// Of what probes say: bursts are less independent and regular than the model has it.
constexpr double kTrust = 0.58;
constexpr double kMostExcess = 8;  // beyond it and below its inverse only that counts
constexpr double kFar = 0.5;       // of log load: beyond it only whether it held counts
constexpr double kPlain = 1e-4;    // of a mean: so far away, what came was to be expected
constexpr double kMostLog = 50;    // of a mean

constexpr std::size_t kPlaces = 32;
constexpr std::size_t kEvenPlaces = 16;
constexpr double kTailLog = 7;             // of the odds of the outermost of these
constexpr std::size_t kPlacesBetween = 3;  // two probes
constexpr double kNegligible = 1e-5;       // of the most likely place

// Of log knee over the whole search.
constexpr double kDrifts[] = {-0.4, -0.2, -0.1, -0.05, 0.05, 0.1, 0.2, 0.4};
constexpr double kMostDrift = 0.4;
constexpr double kOdds = 30;  // to believe that it moves

double normal_below(double x) { return std::erfc(-x / std::numbers::sqrt2) / 2; }

/// P(Y ≤ excess) of a sum of Poisson many exponential shares, which is P(N ≤ M) for Poisson N and M
/// of means `bursts` and excess / share: by variance-stabilising roots, with the half that makes it
/// right for few.
double probability_within(double excess, double bursts, double share) {
  return normal_below(std::numbers::sqrt2 * (std::sqrt(excess / share + 0.5) - std::sqrt(bursts)));
}

/// exp(-x) I₁(x), of the modified Bessel function: its limits for small and large x, and to 3 %
/// between them.
double scaled_bessel(double x) {
  static const double square = std::pow(std::numbers::pi / 2, 2.0 / 3);
  const double root = std::sqrt(1 + x * 4 / 3 + x * x * square);
  return x / 2 / (root * std::sqrt(root));
}

/// The density of that sum, for excess > 0.
double density(double excess, double bursts, double share) {
  const double shares = excess / share;
  const double gap = std::sqrt(bursts) - std::sqrt(shares);
  return std::exp(-gap * gap) * std::sqrt(bursts / (share * excess)) *
         scaled_bessel(2 * std::sqrt(bursts * shares));
}

double likelihood_of_excess(const Sample& sample, double mean, double bursts_per_s) {
  constexpr double kLeastExcess = 1 / kMostExcess;
  const double excess = *sample.excess;
  const bool low = excess <= kLeastExcess;
  const bool high = excess >= kMostExcess;
  if ((low && mean < kPlain) || (high && mean > 1 / kPlain)) return 1;
  double bursts = bursts_per_s * std::sqrt(mean) * sample.measured_s;
  if (sample.events) bursts = std::min(bursts, *sample.events * mean);
  const double share = mean / bursts;
  if (low) return probability_within(kLeastExcess, bursts, share);
  if (high) return 1 - probability_within(kMostExcess, bursts, share);
  return density(excess, bursts, share);
}

/// As a probe has it that may say anything: a third for each side and for what is between.
double likelihood_of_anything(const Sample& sample) {
  constexpr double kThird = 1.0 / 3;
  if (!sample.excess) return 0.5;
  const double excess = *sample.excess;
  if (excess <= 1 / kMostExcess || excess >= kMostExcess) return kThird;
  return kThird / (excess * 2 * std::log(kMostExcess));
}

/// Frequencies of bursts that are worth looking at, for each slope.
using Models = std::array<std::vector<double>, std::size(kSlopes)>;

/// What all samples together say of each place for a knee.
struct Surface {
  std::vector<double> places;
  std::vector<double> weights;  ///< of each place
  std::vector<double> slopes;   ///< times these
  Models masses;                ///< of each model, over all places
};

/// Multiplies `products`, one for each frequency, by what the sample says.
void take_in(const Sample& sample, double mean, const std::vector<double>& bursts_per_s,
             std::vector<double>& products) {
  const double anything = kAnything * likelihood_of_anything(sample);
  const double sign = sample.held ? 1 / (1 + mean) : mean / (1 + mean);
  for (std::size_t i = 0; i < products.size(); ++i) {
    const double explained =
        sample.excess ? likelihood_of_excess(sample, mean, bursts_per_s[i]) : sign;
    products[i] *= (1 - kAnything) * explained + anything;
  }
}

Surface survey(std::span<const Sample> samples, std::vector<double> places, const Models& models) {
  Surface surface;
  std::vector<double> products;
  for (std::size_t i = 0; i < models.size(); ++i) surface.masses[i].resize(models[i].size());
  for (const double place : places) {
    double weight = 0;
    double slope = 0;
    for (std::size_t i = 0; i < models.size(); ++i) {
      products.assign(models[i].size(), 1);
      for (const Sample& each : samples) {
        const double away = kSlopes[i] * (each.log_load - place);
        take_in(each, std::exp(std::clamp(away, -kMostLog, kMostLog)), models[i], products);
      }
      for (std::size_t j = 0; j < products.size(); ++j) {
        const double mass = std::pow(products[j], kTrust);
        surface.masses[i][j] += mass;
        weight += mass;
        slope += mass * kSlopes[i];
      }
    }
    surface.weights.push_back(weight);
    surface.slopes.push_back(slope);
  }
  surface.places = std::move(places);
  return surface;
}

std::vector<double> even_places(double low, double high) {
  std::vector<double> places;
  for (std::size_t i = 0; i <= kPlaces; ++i) {
    places.push_back(low + (high - low) * static_cast<double>(i) / kPlaces);
  }
  return places;
}

/// Some between each two probes: nowhere else it changes much.
std::vector<double> places_between(std::span<const Sample> samples, double low, double high) {
  std::vector<double> corners{low, high};
  for (const Sample& each : samples) {
    if (each.log_load > low && each.log_load < high) corners.push_back(each.log_load);
  }
  std::sort(corners.begin(), corners.end());
  std::vector<double> places;
  for (std::size_t i = 0; i + 1 < corners.size(); ++i) {
    const double width = corners[i + 1] - corners[i];
    for (std::size_t j = 0; j < kPlacesBetween && width > 0; ++j) {
      places.push_back(corners[i] + width * static_cast<double>(j) / kPlacesBetween);
    }
  }
  places.push_back(high);
  return places;
}

Models all_models() {
  Models models;
  models.fill({std::begin(kBurstsPerSecond), std::end(kBurstsPerSecond)});
  return models;
}

Models slopes_only() {
  Models models;
  models.fill({1.0});
  return models;
}

Models worth_looking_at(const Surface& surface) {
  constexpr double kLeastShare = 1e-4;
  double sum = 0;
  for (const auto& each : surface.masses) {
    for (const double mass : each) sum += mass;
  }
  Models models;
  for (std::size_t i = 0; i < models.size(); ++i) {
    for (std::size_t j = 0; j < surface.masses[i].size(); ++j) {
      if (surface.masses[i][j] > sum * kLeastShare) models[i].push_back(kBurstsPerSecond[j]);
    }
  }
  return models;
}

/// The integral up to each place.
std::vector<double> cumulated(const std::vector<double>& places,
                              const std::vector<double>& weights) {
  std::vector<double> sums{0};
  for (std::size_t i = 1; i < weights.size(); ++i) {
    const double width = places[i] - places[i - 1];
    sums.push_back(sums.back() + width * (weights[i - 1] + weights[i]) / 2);
  }
  return sums;
}

double integral(const std::vector<double>& places, const std::vector<double>& weights) {
  return cumulated(places, weights).back();
}

/// Of the others only whether the condition held.
std::vector<Sample> with_excess_near(std::span<const Sample> samples, double centre,
                                     double distance) {
  std::vector<Sample> some(samples.begin(), samples.end());
  for (Sample& each : some) {
    if (std::abs(each.log_load - centre) >= distance) each.excess.reset();
  }
  return some;
}

Posterior posterior_of(const Surface& surface) {
  const auto& [places, weights, slopes, masses] = surface;
  return {places, weights, integral(places, slopes) / integral(places, weights)};
}

/// Where it is likely, the denser the likelier, with the outermost ones at its ends.
std::vector<double> closer(const Surface& surface) {
  const auto& weights = surface.weights;
  const double least = *std::max_element(weights.begin(), weights.end()) * kNegligible;
  std::size_t first = 0;
  std::size_t last = weights.size() - 1;
  while (weights[first] < least) ++first;
  while (weights[last] < least) --last;
  const Posterior posterior = posterior_of(surface);
  std::vector<double> places{surface.places[first - (first > 0 ? 1 : 0)]};
  for (std::size_t i = 0; i < kPlaces; ++i) {
    const double share = (static_cast<double>(i) + 0.5) / kPlaces;
    places.push_back(posterior.quantile(1 / (1 + std::exp(kTailLog * (1 - 2 * share)))));
  }
  places.push_back(surface.places[std::min(last + 1, weights.size() - 1)]);
  for (std::size_t i = 0; i <= kEvenPlaces; ++i) {
    places.push_back(
        std::lerp(places.front(), places[kPlaces + 1], static_cast<double>(i) / kEvenPlaces));
  }
  std::sort(places.begin(), places.end());
  places.erase(std::unique(places.begin(), places.end()), places.end());
  return places;
}

/// What the samples say of all knees together that move by `drift` while they are played.
double evidence(std::span<const Sample> samples, const std::vector<double>& places, double drift) {
  std::vector<Sample> still(samples.begin(), samples.end());
  for (Sample& each : still) each.log_load -= drift * each.time;
  const Surface rough = survey(still, places, all_models());
  const Surface fine = survey(still, closer(rough), all_models());
  return integral(fine.places, fine.weights);
}

}  // namespace

Posterior::Posterior(std::vector<double> places, const std::vector<double>& weights, double slope)
    : places_(std::move(places)), below_(cumulated(places_, weights)), slope_(slope) {
  const double all = below_.back();
  for (double& each : below_) each /= all;
}

double Posterior::quantile(double probability) const {
  const auto found = std::lower_bound(below_.begin() + 1, below_.end(), probability);
  const auto at = static_cast<std::size_t>(found - below_.begin());
  const double share = (probability - below_[at - 1]) / (below_[at] - below_[at - 1]);
  return places_[at - 1] + (places_[at] - places_[at - 1]) * share;
}

Posterior locate_knee(std::span<const Sample> samples, double low, double high) {
  const Surface signs =
      survey(with_excess_near(samples, 0, 0), places_between(samples, low, high), slopes_only());
  const double centre = posterior_of(signs).quantile(0.5);
  const auto near = with_excess_near(samples, centre, kFar);
  const Surface rough = survey(near, closer(signs), all_models());
  return posterior_of(survey(near, closer(rough), worth_looking_at(rough)));
}

std::optional<double> find_drift(std::span<const Sample> samples, double low, double high) {
  const Surface signs =
      survey(with_excess_near(samples, 0, 0), places_between(samples, low, high), slopes_only());
  const double centre = posterior_of(signs).quantile(0.5);
  const auto near = with_excess_near(samples, centre, kFar);
  const std::vector<double> places =
      even_places(closer(signs).front() - kMostDrift, closer(signs).back() + kMostDrift);
  const double still = evidence(near, places, 0);
  double moving = 0;
  double moved = 0;
  for (const double drift : kDrifts) {
    const double each = evidence(near, places, drift);
    moving += each;
    moved += each * drift;
  }
  if (moving < still * kOdds * std::size(kDrifts)) return std::nullopt;
  return moved / moving;
}

}  // namespace throng::search
