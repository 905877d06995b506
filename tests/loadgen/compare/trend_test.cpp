#include "loadgen/compare/trend.hpp"

#include <gmock/gmock.h>

#include "tests/loadgen/compare/samples.hpp"

namespace throng::compare {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

/// From `worse_from` to `worse_until` the CPU time is 5 % worse.
std::vector<HistoryRun> history(std::size_t count, std::size_t worse_from,
                                std::size_t worse_until = 1'000) {
  pacing::Random random(5, 0);
  std::vector<HistoryRun> runs;
  for (unsigned i = 0; i < count; ++i) {
    Sample sample = typical("run", i, i);
    for (auto& value : sample.values) *value *= 1 + 0.004 * random.normal();
    if (i >= worse_from && i < worse_until)
      *sample.values[*metric_index("cpu_per_message")] *= 1.05;
    runs.push_back({fmt::format("c{}", i), sample});
  }
  return runs;
}

TEST(Trend, NamesTheFirstBadCommit) {
  const Trend trend = trend_of(history(40, 25), {});
  EXPECT_TRUE(trend.is_worse());
  const Series& cpu = trend.series[*metric_index("cpu_per_message")];
  ASSERT_THAT(cpu.changes, SizeIs(1));
  EXPECT_EQ(cpu.worse->last_before, "c24");
  EXPECT_EQ(cpu.worse->first_after, "c25");
  EXPECT_NEAR(cpu.worse->loss, 0.05, 0.005);
  EXPECT_FALSE(trend.series[0].worse);
  EXPECT_THAT(trend_text(trend), HasSubstr("cpu_per_message is 4.93% worse"));
  EXPECT_THAT(trend_text(trend), HasSubstr("since c25: look at c24..c25"));
  EXPECT_THAT(trend_json(trend), HasSubstr("\"first_after\": \"c25\""));
  EXPECT_THAT(trend_html(trend), HasSubstr("look at c24..c25"));
}

TEST(Trend, IsWellWhenItWasMadeGood) {
  EXPECT_TRUE(trend_of(history(40, 20, 40), {}).is_worse());
  EXPECT_FALSE(trend_of(history(60, 20, 40), {}).is_worse());
}

TEST(Trend, IsWorseWhileNotAllWasMadeGood) {
  std::vector<HistoryRun> runs = history(60, 20);
  for (std::size_t i = 40; i < 60; ++i) {
    *runs[i].sample.values[*metric_index("cpu_per_message")] *= 0.98;
  }
  const Trend trend = trend_of(runs, {});
  const Series& cpu = trend.series[*metric_index("cpu_per_message")];
  ASSERT_THAT(cpu.changes, SizeIs(2));
  EXPECT_LT(cpu.changes.back().loss, 0);
  ASSERT_TRUE(cpu.worse);
  EXPECT_EQ(cpu.worse->last_before, "c19");
  EXPECT_NEAR(cpu.worse->loss, 0.03, 0.005);
  EXPECT_THAT(trend_text(trend), HasSubstr("worse than it was at best, until c19"));
}

TEST(Trend, LeavesOutWhatIsSmall) {
  TrendRules rules;
  rules.least = 0.1;
  EXPECT_FALSE(trend_of(history(40, 25), rules).is_worse());
}

TEST(Trend, LeavesOutOtherScenarios) {
  std::vector<HistoryRun> runs = history(40, 25);
  for (std::size_t i = 0; i < 25; ++i) runs[i].sample.identity[0].second = "another";
  const Trend trend = trend_of(runs, {});
  EXPECT_EQ(trend.left_out, 25);
  EXPECT_EQ(trend.runs, 15);
  EXPECT_FALSE(trend.is_worse());
  EXPECT_THAT(trend_text(trend), HasSubstr("25 of another scenario, machine or generator"));
}

TEST(Trend, OfHostileCommitsIsHarmless) {
  std::vector<HistoryRun> runs = history(40, 25);
  runs[25].commit = "<b>\x1b[31m";
  const Trend trend = trend_of(runs, {});
  EXPECT_THAT(trend_html(trend), Not(HasSubstr("<b>")));
  EXPECT_THAT(trend_text(trend), Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace throng::compare
