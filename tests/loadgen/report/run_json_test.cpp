#include "loadgen/report/run_json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/loadgen/report/sample_run.hpp"

namespace throng::report {
namespace {

using testing::HasSubstr;

RunResult round_trip(const RunResult& run) {
  const auto read = read_run_json(write_run_json(run), "run.json");
  EXPECT_TRUE(read.has_value()) << (read ? "" : read.error().message);
  return read ? *read : RunResult{};
}

std::string problem_in(const std::string& text) {
  const auto read = read_run_json(text, "out/run.json");
  return read ? "" : read.error().message;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, text.npos) << from;
  return at == text.npos ? text : text.replace(at, from.size(), to);
}

RunResult run_with_every_field_set() {
  RunResult run = sample_run();
  run.clock = Clock::kVirtual;
  run.ledger = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, {"first", "second"}};
  run.validity.valid = false;
  run.validity.reasons = {"too late", "too slow"};
  run.validity.late_release_ns = {14, 15};
  run.validity.generator_cpu_ratio = 0.5;
  run.validity.achieved_rate_ratio = 0.25;
  run.validity.little_residual = 0.125;
  run.validity.loop_turn_ns = {16, 17};
  run.validity.core_wait_ratio = 0.0625;
  run.validity.steal_ratio.reset();
  run.validity.network = {18, 19, 20, 21};
  run.validity.out_of_resources = 22;
  run.thresholds.push_back({"login.p99 < 1s", std::nullopt, "ns", false, "login never ran"});
  run.verdict = Verdict::kIncorrect;
  run.exit_code = 4;
  run.interrupted = true;
  run.target.measured = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, std::nullopt};
  run.target.measured->operations = {1, 2, 3, 4, 5};
  return run;
}

TEST(RunJson, ReadsFilesFromBeforeTrimmingWasCounted) {
  RunResult run = sample_run();
  run.ledger.trimmed = 7;
  const std::string text = replaced(write_run_json(run), "\"trimmed\": 7,", "");
  const auto read = read_run_json(text, "run.json");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->ledger.trimmed, 0u);
}

TEST(RunJson, RoundTripLosesNothing) {
  const RunResult run = run_with_every_field_set();
  const RunResult read = round_trip(run);
  EXPECT_EQ(write_run_json(read), write_run_json(run));

  EXPECT_EQ(read.scenario.seed, run.scenario.seed);
  EXPECT_EQ(read.scenario.args, run.scenario.args);
  EXPECT_EQ(read.scenario.text, run.scenario.text);
  EXPECT_EQ(read.clock, Clock::kVirtual);
  EXPECT_DOUBLE_EQ(read.time.measured_s, 60.5);
  ASSERT_NE(read.find_operation("send"), nullptr);
  EXPECT_EQ(read.find_operation("send")->errors, run.find_operation("send")->errors);
  EXPECT_EQ(read.find_operation("send")->latency_ns.p9999, 60'000'000);
  EXPECT_DOUBLE_EQ(read.find_operation("send")->service_curve.back().percentile, 99.99924);
  EXPECT_EQ(read.find_operation("send")->service_curve.back().ns, 65'000'000);
  EXPECT_EQ(read.ledger.unresolved, 14u);
  EXPECT_EQ(read.ledger.examples, run.ledger.examples);
  EXPECT_EQ(read.validity.late_release_ns.max, 15);
  EXPECT_EQ(read.validity.little_residual, 0.125);
  EXPECT_EQ(read.validity.loop_turn_ns.max, 17);
  EXPECT_EQ(read.validity.gc_ratio, 0.004);
  EXPECT_EQ(read.validity.core_wait_ratio, 0.0625);
  EXPECT_EQ(read.validity.steal_ratio, std::nullopt);
  EXPECT_EQ(read.validity.network.queue_drops, 21u);
  EXPECT_EQ(read.validity.out_of_resources, 22u);
  ASSERT_EQ(read.generator.crews.size(), 2u);
  EXPECT_EQ(read.generator.crews[0].name, "far");
  EXPECT_EQ(read.generator.crews[0].clock_offset_ns, -100'000'000'000'000);
  EXPECT_EQ(read.generator.crews[1].clock_error_ns, 23'000);
  EXPECT_EQ(read.validity.clock_uncertainty_ns, 64'000);
  ASSERT_TRUE(read.floor);
  EXPECT_EQ(read.floor->send_ns.p99, 140'000);
  EXPECT_EQ(read.floor->deliver_ns.max, 330'000);
  EXPECT_EQ(read.thresholds[1].value, std::nullopt);
  EXPECT_EQ(read.thresholds[1].note, "login never ran");
  EXPECT_EQ(read.verdict, Verdict::kIncorrect);
  EXPECT_EQ(read.exit_code, 4);
  EXPECT_TRUE(read.interrupted);
}

TEST(RunJson, TellsOfASimulation) {
  RunResult run = sample_run();
  EXPECT_FALSE(round_trip(run).simulation);
  EXPECT_EQ(problem_in(replaced(write_run_json(run), "\"simulation\": null,\n", "")), "");
  run.clock = Clock::kVirtual;
  run.simulation.emplace();
  run.simulation->world = "bad_day";
  run.simulation->faults = {"node dies at 8.000 s for 3.000 s"};
  run.simulation->trace_hash = "0123456789abcdef";
  run.simulation->core_busy_ratio = 0.25;
  const RunResult read = round_trip(run);
  ASSERT_TRUE(read.simulation);
  EXPECT_EQ(read.clock, Clock::kVirtual);
  EXPECT_EQ(read.simulation->world, "bad_day");
  EXPECT_EQ(read.simulation->faults, run.simulation->faults);
  EXPECT_EQ(read.simulation->trace_hash, "0123456789abcdef");
  EXPECT_EQ(read.simulation->core_busy_ratio, 0.25);
}

TEST(RunJson, AFloorThatWasNotMeasuredIsNullOrMissing) {
  RunResult run = sample_run();
  run.floor.reset();
  const std::string text = write_run_json(run);
  EXPECT_THAT(text, HasSubstr("\"floor\": null,\n"));
  EXPECT_FALSE(round_trip(run).floor);
  EXPECT_EQ(problem_in(replaced(text, "\"floor\": null,\n", "")), "");
}

TEST(RunJson, KeepsTheOrderOfOperations) {
  RunResult run;
  for (const char* name : {"send", "connect", "login"})
    run.operations.emplace_back(name, OperationFigures{});
  const RunResult read = round_trip(run);
  ASSERT_EQ(read.operations.size(), 3u);
  EXPECT_EQ(read.operations[0].first, "send");
  EXPECT_EQ(read.operations[1].first, "connect");
  EXPECT_EQ(read.operations[2].first, "login");
}

TEST(RunJson, IsIndentedWithSchemaFirstAndWholeNanoseconds) {
  const std::string text = write_run_json(sample_run());
  EXPECT_TRUE(text.starts_with("{\n  \"schema\": \"throng.run/1\",\n  \"scenario\": {\n"));
  EXPECT_THAT(text, HasSubstr("\"latency_curve\": [[0, 400000], [50, 1210000], [95, 4000000], "
                              "[99.99924, 70000000]],\n"));
  EXPECT_THAT(text, HasSubstr("\"p99\": 8420000,\n"));
  EXPECT_THAT(text, HasSubstr("\"measured_s\": 60.5,\n"));
  EXPECT_TRUE(text.ends_with("}\n"));
}

TEST(RunJson, BreaksLongCurvesAtTheColumnLimit) {
  RunResult run = sample_run();
  PercentileCurve& curve = run.operations[0].second.latency_curve;
  for (int i = 0; i < 80; ++i) curve.push_back({99.0 + i * 0.01, 1'000'000 + i});
  const std::string text = write_run_json(run);
  std::size_t longest = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    longest = std::max(longest, end - begin);
    begin = end + 1;
  }
  EXPECT_LE(longest, 100u);
  EXPECT_EQ(round_trip(run).operations[0].second.latency_curve.size(), curve.size());
}

TEST(RunJson, TextsMayHoldAnything) {
  RunResult run = sample_run();
  const std::string harmless = std::string("\"\\\n\x01 \u2028 </script>") + '\0';
  run.scenario.text = harmless + "\xFF";
  EXPECT_EQ(round_trip(run).scenario.text, harmless + "\uFFFD");
}

TEST(RunJson, WhatIsNotFiniteBecomesNull) {
  RunResult run = sample_run();
  run.operations[0].second.rate_per_s = std::numeric_limits<double>::infinity();
  EXPECT_THAT(write_run_json(run), HasSubstr("\"rate_per_s\": null"));
  EXPECT_TRUE(std::isnan(round_trip(run).operations[0].second.rate_per_s));
}

TEST(RunJson, LeavesUnknownKeysAlone) {
  const std::string text = replaced(write_run_json(sample_run()), "\"clock\": \"real\"",
                                    "\"weather\": {\"rain\": true}, \"clock\": \"real\"");
  EXPECT_EQ(problem_in(text), "");
}

TEST(RunJson, NamesTheLineOfBrokenJson) {
  EXPECT_THAT(problem_in("{\n  \"schema\": oops\n}"),
              HasSubstr("out/run.json:2: expected a JSON object"));
  EXPECT_THAT(problem_in("{\n\n"), HasSubstr("out/run.json:3: expected a JSON object"));
  EXPECT_THAT(problem_in("{}\n{}"), HasSubstr("out/run.json:2: expected a JSON object"));
  EXPECT_THAT(problem_in(""), HasSubstr("out/run.json:1: expected a JSON object"));
}

TEST(RunJson, RefusesAnotherSchema) {
  EXPECT_EQ(problem_in(R"({"schema": "throng.run/2"})"),
            "out/run.json: expected \"schema\": \"throng.run/1\", found \"throng.run/2\"");
  EXPECT_EQ(problem_in("[]"), "out/run.json: expected \"schema\": \"throng.run/1\", found nothing");
}

TEST(RunJson, NamesTheKeyAndWhatWasExpected) {
  const std::string good = write_run_json(sample_run());
  EXPECT_EQ(problem_in(replaced(good, "\"p99\": 8420000,", "")),
            "out/run.json: operations.send.latency_ns.p99: expected a whole number, found nothing");
  EXPECT_EQ(problem_in(replaced(good, "\"cores\": 2", "\"cores\": -2")),
            "out/run.json: machine.cores: expected a whole number, found -2");
  EXPECT_EQ(problem_in(replaced(good, "\"cores\": 2", "\"cores\": 2.5")),
            "out/run.json: machine.cores: expected a whole number, found 2.5");
  EXPECT_EQ(problem_in(replaced(good, "\"warmup_s\": 10", "\"warmup_s\": \"10\"")),
            "out/run.json: time.warmup_s: expected a number or null, found \"10\"");
  EXPECT_EQ(problem_in(replaced(good, "\"clock\": \"real\"", "\"clock\": \"sundial\"")),
            "out/run.json: clock: expected one of \"real\", \"virtual\", found \"sundial\"");
  EXPECT_EQ(problem_in(replaced(good, "[50, 1210000]", "[50]")),
            "out/run.json: operations.send.latency_curve[1]: expected [percentile, nanoseconds], "
            "found [50]");
  EXPECT_EQ(problem_in(replaced(good, "\"interrupted\": false", "\"interrupted\": 0")),
            "out/run.json: interrupted: expected true or false, found 0");
  EXPECT_EQ(problem_in(replaced(good, "\"name\": \"one_to_one\"", "\"name\": 1")),
            "out/run.json: scenario.name: expected a string, found 1");
  EXPECT_EQ(problem_in(replaced(good, "\"reasons\": []", "\"reasons\": {}")),
            "out/run.json: validity.reasons: expected an array, found {}");
}

}  // namespace
}  // namespace throng::report
