#include "loadgen/report/threshold.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/loadgen/report/sample_run.hpp"

namespace throng::report {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

ThresholdResult outcome(std::string_view expr, const RunResult& run = sample_run()) {
  const auto threshold = parse_threshold(expr);
  EXPECT_TRUE(threshold.has_value()) << (threshold ? "" : threshold.error().message);
  return threshold ? evaluate(*threshold, run) : ThresholdResult{};
}

std::string problem_in(std::string_view expr) {
  const auto threshold = parse_threshold(expr);
  return threshold ? "" : threshold.error().message;
}

struct Case {
  const char* expr;
  double value;
  const char* unit;
  bool pass;
};

class ThresholdValue : public testing::TestWithParam<Case> {};

TEST_P(ThresholdValue, IsTheRunsOwn) {
  const ThresholdResult result = outcome(GetParam().expr);
  ASSERT_TRUE(result.value.has_value()) << result.note;
  EXPECT_NEAR(*result.value, GetParam().value, 1e-9);
  EXPECT_EQ(result.unit, GetParam().unit);
  EXPECT_EQ(result.pass, GetParam().pass);
  EXPECT_EQ(result.expr, GetParam().expr);
  EXPECT_EQ(result.note, "");
}

INSTANTIATE_TEST_SUITE_P(
    Metrics, ThresholdValue,
    testing::Values(Case{"deliver.p99 < 500ms", 9'420'000, "ns", true},
                    Case{"deliver.p99 < 9ms", 9'420'000, "ns", false},
                    Case{"send.mean < 1400us", 1'400'000, "ns", false},
                    Case{"send.mean <= 1.4ms", 1'400'000, "ns", true},
                    Case{"send.p50 < 2ms", 1'210'000, "ns", true},
                    Case{"send.p90 < 2.9ms", 2'900'000, "ns", false},
                    Case{"send.p95 < 5ms", 4'000'000, "ns", true},
                    Case{"send.p99.9 < 1s", 21'300'000, "ns", true},
                    Case{"send.p999 < 1s", 21'300'000, "ns", true},
                    Case{"send.p99.99 < 1s", 60'000'000, "ns", true},
                    Case{"send.max <= 2s", 80'100'000, "ns", true},
                    Case{"send.service.p99 < 50ms", 3'420'000, "ns", true},
                    Case{"send.service.p95 < 2ms", 2'000'000, "ns", false},
                    Case{"send.rate > 1000", 1652.89, "1/s", true},
                    Case{"send.rate > 2k/s", 1652.89, "1/s", false},
                    Case{"send.count >= 100k", 100'000, "", true},
                    Case{"send.errors == 0", 28, "", false}, Case{"send.errors != 0", 28, "", true},
                    Case{"send.errors < 0.1%", 28 / 100'028.0, "ratio", true},
                    Case{"send.errors.timeout <= 7", 7, "", true},
                    Case{"send.errors.timeout < 1%", 7 / 100'028.0, "ratio", true},
                    Case{"send.errors.refused == 0", 0, "", true},
                    Case{"send.dropped == 3", 3, "", true},
                    Case{"send.unresolved < 5", 5, "", false},
                    Case{"users.connected_peak >= 10k", 9'998, "", false},
                    Case{"users.logins > 10k", 10'412, "", true},
                    Case{"ledger.lost == 0", 0, "", true}, Case{"ledger.late == 0", 2, "", false},
                    Case{"validity.generator_cpu_ratio < 80%", 0.41, "ratio", true},
                    Case{"validity.achieved_rate_ratio > 0.999", 0.9993, "ratio", true},
                    Case{"validity.late_release.p99 < 1ms", 180'000, "ns", true},
                    Case{"validity.loop_turn.p99 < 200us", 210'000, "ns", false},
                    Case{"validity.loop_turn.max < 6ms", 5'300'000, "ns", true},
                    Case{"validity.core_wait_ratio < 2%", 0.017, "ratio", true},
                    Case{"deliver.p99<500ms", 9'420'000, "ns", true}));

TEST(Threshold, BlanksAroundDoNotMatter) {
  EXPECT_EQ(outcome("  deliver.p99   <\t500 ms ").expr, "deliver.p99   <\t500 ms");
}

TEST(Threshold, FailsOnWhatNeverRan) {
  const ThresholdResult result = outcome("login.errors == 0");
  EXPECT_FALSE(result.pass);
  EXPECT_EQ(result.value, std::nullopt);
  EXPECT_EQ(result.note, "login never ran");

  RunResult run = sample_run();
  run.operations.emplace_back("login", OperationFigures{});
  EXPECT_EQ(outcome("login.p99 < 1s", run).note, "login never ran");
}

TEST(Threshold, FailsOnTheLatencyOfWhatNeverFinished) {
  RunResult run;
  OperationFigures login;
  login.errors = {{"timeout", 3}};
  run.operations.emplace_back("login", login);
  EXPECT_EQ(outcome("login.p99 < 1s", run).note, "no login finished without an error");
  EXPECT_FALSE(outcome("login.p99 < 1s", run).pass);
  EXPECT_EQ(outcome("login.errors < 1%", run).value, 1.0);
}

TEST(Threshold, FailsOnServiceTimeOfWhatIsOnlyReceived) {
  const ThresholdResult result = outcome("deliver.service.p99 < 1s");
  EXPECT_FALSE(result.pass);
  EXPECT_EQ(result.note, "service.p99 was not measured for deliver");
}

TEST(Threshold, FailsOnValidityThatWasNotMeasured) {
  EXPECT_EQ(outcome("validity.little_residual < 5%").note,
            "validity.little_residual was not measured");
}

TEST(Threshold, PercentileBeyondTheCurveIsTheMaximum) {
  RunResult run = sample_run();
  run.operations[0].second.latency_curve = {{0, 1}, {50, 2}};
  EXPECT_EQ(outcome("send.p95 < 1s", run).value, 80'100'000);
  EXPECT_EQ(outcome("send.p75 < 1s", run).value, 80'100'000);
}

TEST(Threshold, NamesTheColumnAndWhatWasExpected) {
  EXPECT_EQ(problem_in("deliver.p99 < 500"),
            "threshold \"deliver.p99 < 500\", column 15: expected a duration such as 500ms or 2s");
  EXPECT_EQ(problem_in("deliver.p99 < "),
            "threshold \"deliver.p99 <\", column 14: expected a duration such as 500ms or 2s");
  EXPECT_EQ(problem_in("send.rate > 5ms"),
            "threshold \"send.rate > 5ms\", column 13: expected a rate such as 1000, 10k or 10k/s");
  EXPECT_EQ(problem_in("ledger.lost == 0%"),
            "threshold \"ledger.lost == 0%\", column 16: expected a number such as 0 or 10k");
  EXPECT_EQ(problem_in("send.errors < 1.5"),
            "threshold \"send.errors < 1.5\", column 15: expected a number such as 0 or 10k");
  EXPECT_EQ(problem_in("validity.generator_cpu_ratio < 5s"),
            "threshold \"validity.generator_cpu_ratio < 5s\", column 32: expected a share such as "
            "0.1% or 0.001");
  EXPECT_EQ(problem_in("deliver.p99 = 5ms"),
            "threshold \"deliver.p99 = 5ms\", column 13: expected one of < <= > >= == !=");
  EXPECT_EQ(problem_in("deliver.p99"),
            "threshold \"deliver.p99\", column 12: expected one of < <= > >= == !=");
}

TEST(Threshold, ListsTheMetricsWhenItKnowsNone) {
  for (const char* expr :
       {"deliver.p42 < 1s", "send < 5", ".p99 < 5ms", "ledger.found == 0", "users.p99 < 1s",
        "send.errors. == 0", "send.service. < 1s", "", "< 5"}) {
    EXPECT_THAT(problem_in(expr), HasSubstr("column 1: expected a metric, one of:\n")) << expr;
    EXPECT_THAT(problem_in(expr), HasSubstr("ledger.lost")) << expr;
  }
  EXPECT_THAT(known_metrics(), HasSubstr("p99.9"));
}

TEST(Threshold, KnowsWhatTheLedgerCountsWithoutItsName) {
  RunResult run = sample_run();
  run.ledger.lost = 3;
  EXPECT_EQ(outcome("lost == 0", run).value, 3);
  EXPECT_FALSE(outcome("lost == 0", run).pass);
}

TEST(Threshold, CountsTheErrorsOfAllOperations) {
  RunResult run;
  run.operations.resize(2);
  run.operations[0] = {"send", {}};
  run.operations[0].second.count = 95;
  run.operations[0].second.errors["timeout"] = 2;
  run.operations[1] = {"login", {}};
  run.operations[1].second.errors["refused"] = 3;
  EXPECT_EQ(outcome("errors < 10", run).value, 5);
  EXPECT_EQ(outcome("errors < 10%", run).value, 0.05);
}

// A tenth of the way between 99 % and 99.9 %, by the bound.
TEST(Threshold, SaysWhatShareIsBeyondAPercentilesBound) {
  RunResult run;
  run.operations.resize(1);
  run.operations[0].first = "send";
  OperationFigures& send = run.operations[0].second;
  send.count = 2'000;
  send.latency_ns.max = 5'000'000;
  send.latency_curve = {{0, 100'000}, {99, 1'000'000}, {99.9, 2'000'000}};
  const auto share = [&](const char* expr) { return parse_threshold(expr)->beyond(run)->share; };
  EXPECT_NEAR(share("send.p99 < 1ms"), 0.01, 1e-9);
  EXPECT_NEAR(share("send.p99 < 1100us"), 0.0091, 1e-9);
  EXPECT_NEAR(share("send.p99 < 4ms"), 0.001, 1e-9);
  EXPECT_EQ(share("send.p99 < 6ms"), 0);
  EXPECT_EQ(share("send.p99 < 50us"), 1);
  EXPECT_EQ(parse_threshold("send.p99 < 1ms")->beyond(run)->of, 2'000);
  EXPECT_EQ(parse_threshold("send.p99.9 < 1ms")->percentile, 99.9);
  EXPECT_FALSE(parse_threshold("send.max < 1ms")->beyond);
  EXPECT_FALSE(parse_threshold("deliver.p99 < 1ms")->beyond(run).has_value());
}

}  // namespace
}  // namespace throng::report
