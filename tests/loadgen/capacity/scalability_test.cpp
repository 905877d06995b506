#include "loadgen/capacity/scalability.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "loadgen/capacity/scalability_text.hpp"
#include "loadgen/pacing/random.hpp"

namespace throng::capacity {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

// The most users that so many nodes of a published system held.
const std::vector<ScalePoint> kCeilings = {
    {2, 29'504, ""}, {3, 43'371, ""}, {4, 51'572, ""}, {5, 61'461, ""}};

std::vector<ScalePoint> law(double lambda, double sigma, double kappa, int most, double noise = 0,
                            std::uint64_t seed = 1) {
  pacing::Random random(seed, 3);
  std::vector<ScalePoint> points;
  for (double n = 1; n <= most; ++n) {
    const double exact = lambda * n / (1 + sigma * (n - 1) + kappa * n * (n - 1));
    points.push_back({n, exact * (1 + noise * random.normal()), ""});
  }
  return points;
}

bool has(const std::optional<Interval>& interval, double value) {
  return interval && interval->low <= value && value <= interval->high;
}

TEST(Scalability, FindsTheParametersOfItsLaw) {
  const ScalingFit fit(Law::kUsl, law(1000, 0.03, 0.002, 32), std::nullopt);
  EXPECT_NEAR(fit.lambda().value, 1000, 1e-3);
  EXPECT_NEAR(fit.sigma().value, 0.03, 1e-6);
  EXPECT_NEAR(fit.kappa().value, 0.002, 1e-7);
  EXPECT_NEAR(fit.peak().value(), std::sqrt(0.97 / 0.002), 1e-3);
  EXPECT_THAT(fit.why_no_peak(), IsEmpty()) << "22 of 32 is the peak";
}

TEST(Scalability, ItsIntervalsHaveTheTruth) {
  int lambda = 0;
  int sigma = 0;
  int kappa = 0;
  int next = 0;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    auto points = law(1000, 0.05, 0.005, 13, 0.02, seed);
    const ScalePoint last = points.back();
    points.pop_back();
    const ScalingFit fit(Law::kUsl, points, std::nullopt);
    lambda += has(fit.lambda().interval, 1000);
    sigma += has(fit.sigma().interval, 0.05);
    kappa += has(fit.kappa().interval, 0.005);
    next += has(fit.predict(13).interval, last.throughput);
  }
  EXPECT_GE(lambda, 93);
  EXPECT_GE(sigma, 93);
  EXPECT_GE(kappa, 93);
  EXPECT_GE(next, 93);
}

TEST(Scalability, AmdahlsLawHasNoCoherency) {
  const auto points = law(1000, 0.1, 0, 16, 0.01);
  const ScalingFit amdahl(Law::kAmdahl, points, std::nullopt);
  EXPECT_EQ(amdahl.kappa().value, 0);
  EXPECT_EQ(amdahl.peak(), std::nullopt);
  EXPECT_NEAR(amdahl.sigma().value, 0.1, 0.01);
  const ScalingFit usl(Law::kUsl, points, std::nullopt);
  EXPECT_TRUE(has(usl.kappa().interval, 0)) << "nothing in these points speaks of it";
}

TEST(Scalability, ParametersAreNeverNegative) {
  // Better than a straight line, which neither law allows.
  const ScalingFit fit(Law::kUsl, {{1, 10, ""}, {2, 22, ""}, {4, 50, ""}}, 0.05);
  EXPECT_EQ(fit.sigma().value, 0);
  EXPECT_EQ(fit.kappa().value, 0);
}

TEST(Scalability, PredictsTheLastOfThePublishedCeilings) {
  for (const double noise : {0.01, 0.02, 0.03, 0.05}) {
    const auto test = back_test(Law::kUsl, kCeilings, noise);
    ASSERT_TRUE(test.has_value());
    EXPECT_TRUE(has(test->predicted.interval, 61'461)) << noise;
    EXPECT_NEAR(test->straight / 61'461, 1.20, 0.001);
    EXPECT_FALSE(has(test->predicted.interval, test->straight)) << noise;
  }
  const ScalingReport report("users", kCeilings, 0.03, {6});
  EXPECT_THAT(report.text(),
              HasSubstr("straight line  73,760: off by +20.0%, refused: outside of what USL"));
  EXPECT_THAT(report.text(), HasSubstr("at 6: REFUSED, throughput still rises at 5: no point"));
  EXPECT_TRUE(report.refuses());
}

TEST(Scalability, FewPointsDoNotTellTheirNoise) {
  const auto test = back_test(Law::kUsl, kCeilings, std::nullopt);
  EXPECT_EQ(test->predicted.interval, std::nullopt);
  EXPECT_THAT(ScalingReport("users", kCeilings, std::nullopt, {}).text(),
              HasSubstr("no intervals: so few points don't tell their own noise"));
  EXPECT_EQ(back_test(Law::kUsl, {{1, 1, ""}, {2, 2, ""}, {3, 3, ""}}, std::nullopt), std::nullopt);
}

// What eight servers get done for so many people who think ten times as long as a job takes: exact,
// M/M/8 with a finite population.
double done_by_eight(int people) {
  double likely = 1;
  double all = 1;
  double busy_in_all = 0;
  for (int n = 1; n <= people; ++n) {
    const double busy = std::min(n, 8);
    likely *= (people - n + 1) / 10.0 / busy;
    all += likely;
    busy_in_all += likely * busy;
  }
  return busy_in_all / all;
}

TEST(Scalability, APerfectFitOfAQueueProvesNothing) {
  std::vector<ScalePoint> points;
  for (int people = 1; done_by_eight(people) <= 0.8 * 8; ++people) {
    points.push_back({double(people), done_by_eight(people), ""});
  }
  const ScalingFit fit(Law::kUsl, points, std::nullopt);
  EXPECT_GT(fit.r_squared(), 0.99995);
  EXPECT_GT(fit.throughput(fit.peak().value()), 2.41 * 8) << "and its peak is made up";
  EXPECT_THAT(fit.why_no_peak(), StartsWith("throughput still rises at 71"));
  const ScalingReport report("jobs/s", points, std::nullopt, {100, 50});
  EXPECT_TRUE(report.refuses());
  EXPECT_THAT(report.text(), HasSubstr("peak: not told"));
  EXPECT_THAT(report.text(), HasSubstr("at 100: REFUSED"));
  EXPECT_THAT(report.text(), Not(HasSubstr("at 50: REFUSED"))) << "between the points it may";
}

TEST(Scalability, PastTheKneeItMayPredict) {
  const ScalingReport report("send/s", law(1000, 0.05, 0.01, 16, 0.01), std::nullopt, {20});
  EXPECT_FALSE(report.refuses());
  EXPECT_THAT(report.text(), HasSubstr("\npeak: "));
  EXPECT_THAT(report.text(), Not(HasSubstr("not told")));
  EXPECT_THAT(report.json(), HasSubstr("\"schema\": \"throng.scale/1\""));
}

TEST(Scalability, BadPointsAreMistakes) {
  EXPECT_THROW(ScalingFit(Law::kUsl, {{1, 1, ""}, {2, 2, ""}}, std::nullopt),
               std::invalid_argument);
  EXPECT_THROW(ScalingFit(Law::kUsl, {{1, 1, ""}, {2, 2, ""}, {0, 3, ""}}, std::nullopt),
               std::invalid_argument);
  EXPECT_THROW(ScalingFit(Law::kUsl, {{1, 1, ""}, {2, -2, ""}, {3, 3, ""}}, std::nullopt),
               std::invalid_argument);
  EXPECT_THROW(ScalingFit(Law::kUsl, {{1, 1, ""}, {2, 2, ""}, {3, 3, ""}}, 0.0),
               std::invalid_argument);
}

}  // namespace
}  // namespace throng::capacity
