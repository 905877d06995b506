#include "loadgen/search/posterior.hpp"

#include <gmock/gmock.h>

#include <cmath>

namespace throng::search {
namespace {

const double kLow = std::log(1);
const double kHigh = std::log(1e6);

Sample sample(double load, std::optional<double> excess, double measured_s = 20) {
  return {std::log(load), measured_s, !excess || *excess < 1, excess, std::nullopt};
}

Sample sign(double load, bool held) {
  return {std::log(load), 20, held, std::nullopt, std::nullopt};
}

double median(const Posterior& posterior) { return std::exp(posterior.quantile(0.5)); }
double width(const Posterior& posterior) {
  return posterior.quantile(0.975) - posterior.quantile(0.025);
}

TEST(Posterior, IsAnywhereBeforeAnyProbe) {
  const Posterior posterior = locate_knee({}, kLow, kHigh);
  EXPECT_NEAR(posterior.quantile(0.5), (kLow + kHigh) / 2, 0.01);
  EXPECT_NEAR(width(posterior), 0.95 * (kHigh - kLow), 0.01);
}

TEST(Posterior, LiesBetweenWhatHeldAndWhatBroke) {
  const std::vector<Sample> samples{sign(100, true),  sign(200, true), sign(220, false),
                                    sign(400, false), sign(201, true), sign(219, false)};
  const Posterior posterior = locate_knee(samples, kLow, kHigh);
  EXPECT_GT(median(posterior), 200);
  EXPECT_LT(median(posterior), 220);
}

// 1.5 times the load is 1.5^4 times the excess.
TEST(Posterior, ReadsTheKneeOffASlope) {
  std::vector<Sample> samples;
  for (const double load : {750.0, 800.0, 850.0, 900.0, 950.0, 1060.0, 1100.0, 1150.0, 1250.0}) {
    samples.push_back(sample(load, std::pow(load / 1000, 4)));
  }
  const Posterior posterior = locate_knee(samples, kLow, kHigh);
  EXPECT_NEAR(median(posterior), 1000, 15);
  EXPECT_NEAR(posterior.slope(), 4, 3);
}

/// Around a knee at 1,000, off the line by that factor in turn.
std::vector<Sample> samples_off_by(double factor) {
  std::vector<Sample> samples;
  for (int i = 0; i < 12; ++i) {
    const double load = 920 + 15 * i;
    const double noise = i % 4 < 2 ? factor : 1 / factor;
    samples.push_back(sample(load, std::pow(load / 1000, 10) * noise));
  }
  return samples;
}

TEST(Posterior, IsWiderTheMoreProbesContradictEachOther) {
  const Posterior smooth = locate_knee(samples_off_by(1.05), kLow, kHigh);
  const Posterior rough = locate_knee(samples_off_by(2), kLow, kHigh);
  EXPECT_LT(2 * width(smooth), width(rough));
}

TEST(Posterior, IsNarrowerTheMoreProbesThereAre) {
  std::vector<Sample> samples = samples_off_by(1.5);
  const double once = width(locate_knee(samples, kLow, kHigh));
  const std::vector<Sample> again = samples;
  samples.insert(samples.end(), again.begin(), again.end());
  EXPECT_LT(width(locate_knee(samples, kLow, kHigh)), once * 0.85);
}

// A share of a hundred operations may be 1 % by chance alone.
TEST(Posterior, TrustsFewOperationsLess) {
  std::vector<Sample> samples = samples_off_by(1.05);
  const double many = width(locate_knee(samples, kLow, kHigh));
  for (Sample& each : samples) each.events = 1;
  EXPECT_LT(1.5 * many, width(locate_knee(samples, kLow, kHigh)));
}

TEST(Posterior, OneProbeThatSaysNonsenseDoesNotMoveItFar) {
  std::vector<Sample> samples;
  for (const double load : {300.0, 600.0, 800.0, 900.0, 950.0, 970.0, 980.0})
    samples.push_back(sample(load, 0));
  for (const double load : {1020.0, 1030.0, 1050.0, 1100.0, 1200.0, 2000.0})
    samples.push_back(sample(load, 50));
  samples.push_back(sample(310, 50));
  EXPECT_NEAR(median(locate_knee(samples, kLow, kHigh)), 1000, 80);
}

TEST(Drift, IsSeenInAKneeThatMoves) {
  std::vector<Sample> still;
  std::vector<Sample> moving;
  for (int i = 0; i <= 24; ++i) {
    const double time = i / 24.0;
    const double load = 700 + 50 * (i * 5 % 9);
    const auto at = [&](double knee) {
      Sample each = sample(load, std::pow(load / knee, 12));
      each.time = time;
      return each;
    };
    still.push_back(at(1000));
    moving.push_back(at(1000 * std::exp(-0.3 * time)));
  }
  EXPECT_EQ(find_drift(still, kLow, kHigh), std::nullopt);
  const auto drift = find_drift(moving, kLow, kHigh);
  ASSERT_TRUE(drift.has_value());
  EXPECT_NEAR(*drift, -0.3, 0.11);
}

}  // namespace
}  // namespace throng::search
