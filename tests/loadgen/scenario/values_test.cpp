#include "loadgen/scenario/values.hpp"

#include <gmock/gmock.h>

#include <map>
#include <string>

#include "tests/loadgen/scenario/fake_world.hpp"

namespace throng::scenario {
namespace {

using testing::HasSubstr;

// What Lua's tostring makes of a value: distributions and schedules describe themselves.
std::string text_of(const std::string& expression) {
  const std::string error = error_of(user_source("error(tostring(" + expression + "))"));
  return error.substr(error.find(": ") + 2);
}

std::string mistake(const std::string& expression) {
  return error_of(source_of("local value = " + expression));
}

TEST(Values, DistributionsTakeNumbersAndDurations) {
  EXPECT_EQ(text_of("uniform(1, \"2s\")"), pacing::Distribution::uniform(1, 2).describe());
  EXPECT_EQ(text_of("exponential(\"500ms\")"), pacing::Distribution::exponential(0.5).describe());
  EXPECT_EQ(text_of("lognormal { median = \"2s\", p95 = 10 }"),
            pacing::Distribution::lognormal_with_p95(2, 10).describe());
  EXPECT_EQ(text_of("zipf { n = \"10k\", exponent = 1.1 }"),
            pacing::Distribution::zipf(10'000, 1.1).describe());
  const pacing::WeightedValue rows[] = {{5, 80}, {60, 20}};
  EXPECT_EQ(text_of("empirical { { \"5s\", 80 }, { \"1m\", 20 } }"),
            pacing::Distribution::empirical(rows).describe());
}

TEST(Values, SchedulesTakeMeanGaps) {
  using pacing::RateCurve;
  using pacing::Schedule;
  using pacing::Spacing;
  EXPECT_EQ(text_of("constant(\"4s\")"),
            (Schedule{RateCurve::constant(0.25), Spacing::kStaggered}.describe()));
  EXPECT_EQ(text_of("poisson(20)"),
            (Schedule{RateCurve::constant(0.05), Spacing::kPoisson}.describe()));
  EXPECT_EQ(text_of("ramp { from = \"1m\", to = 5, over = \"2m\" }"),
            (Schedule{RateCurve::ramp(1 / 60.0, 0.2, std::chrono::minutes{2}), Spacing::kPoisson}
                 .describe()));
}

TEST(Values, ACurveHasAsManyArrivalsADayAtAnySpeed) {
  const double shape[] = {1, 2, 3};
  const auto curve = pacing::RateCurve::diurnal(48, shape, std::chrono::seconds{120});
  EXPECT_EQ(text_of("curve { mean = \"30m\", points = { 1, 2, 3 }, speed = 720 }"),
            (pacing::Schedule{curve, pacing::Spacing::kPoisson}.describe()));
  EXPECT_EQ(text_of("curve { mean = 2.5, points = { 1, 2, 3 }, day = \"2m\" }"),
            (pacing::Schedule{curve, pacing::Spacing::kPoisson}.describe()));
}

TEST(Values, SayWhatIsWrongWithThem) {
  const std::map<std::string, std::string> mistakes = {
      {"uniform(1)",
       "uniform: high must be a number, or a text such as \"10k\" or \"30s\", not nil"},
      {"exponential({})",
       "exponential: mean must be a number, or a text such as \"10k\" or \"30s\", not table"},
      {"exponential(0/0)",
       "exponential: mean must be a number, or a text such as \"10k\" or \"30s\", not -nan"},
      {"lognormal(3)", "lognormal takes a table: lognormal { median = \"2s\", p95 = \"10s\" }"},
      {"lognormal { median = 1, p99 = 2 }",
       "lognormal: unknown key 'p99'; known keys: median, p95"},
      {"zipf { n = 5 }",
       "zipf: exponent must be a number, or a text such as \"10k\" or \"30s\", not nil"},
      {"empirical { 5 }",
       "empirical takes pairs: empirical { {\"5s\", 80}, {\"1m\", 20} }, of {value, weight}"},
      {"empirical { { 1 } }",
       "empirical: weight must be a number, or a text such as \"10k\" or \"30s\", not nil"},
      {"poisson(0)",
       "poisson: gap must be a duration above 0 such as \"20s\", or a number of seconds, not 0"},
      {"constant(\"10k\")",
       "constant: gap must be a duration above 0 such as \"20s\", or a number of seconds, not "
       "\"10k\""},
      {"ramp { from = 1, to = 2 }",
       "ramp: over must be a duration above 0 such as \"20s\", or a number of seconds, not nil"},
      {"curve { mean = 1 }",
       "curve: points must be a list of numbers, of equal distances over the day, not nil"},
      {"curve { mean = 1, points = { 1 }, speed = 0 }", "curve: speed must be above 0, not 0"},
  };
  for (const auto& [expression, message] : mistakes) {
    EXPECT_EQ(mistake(expression), "people/test.lua:1: " + message);
  }
}

// The factories of pacing throw; the script hears of it where it called.
TEST(Values, ExceptionsBecomeErrorsOfTheScript) {
  EXPECT_THAT(mistake("lognormal { median = 5, p95 = 1 }"),
              testing::StartsWith("people/test.lua:1: lognormal"));
  EXPECT_THAT(mistake("uniform(2, 1)"), testing::StartsWith("people/test.lua:1: uniform"));
  EXPECT_THAT(mistake("empirical {}"), testing::StartsWith("people/test.lua:1: empirical"));
  EXPECT_THAT(mistake("curve { mean = 1, points = {} }"), HasSubstr("people/test.lua:1: "));
}

TEST(Values, CantBeTakenApart) {
  EXPECT_THAT(mistake("getmetatable(poisson(1)).__gc"), HasSubstr("attempt to index a boolean"));
}

}  // namespace
}  // namespace throng::scenario
