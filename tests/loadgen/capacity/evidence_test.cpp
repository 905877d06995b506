#include "loadgen/capacity/evidence.hpp"

#include <gmock/gmock.h>

#include <functional>
#include <stdexcept>

#include "tests/loadgen/capacity/sample_estimate.hpp"

namespace throng::capacity {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const Requirements kRequirements{"chat", "evening", std::nullopt};
const Load kLoad{Spread{8.5, 9, 9.4, 9.5}, Spread{100, 100, 100, 100}};

// What keeps a run with that change from counting.
std::vector<std::string> problems_of(const std::function<void(report::RunResult&)>& change,
                                     const Requirements& requirements = kRequirements) {
  std::vector<EvidenceRun> runs{sample_evidence()};
  change(runs[0].run);
  judge_evidence(runs, requirements);
  return runs[0].problems;
}

const MeasuredFigure& measured(const std::vector<MeasuredFigure>& figures,
                               const std::string& name) {
  for (const MeasuredFigure& each : figures) {
    if (each.name == name) return each;
  }
  throw std::logic_error(name);
}

MeasuredFigure measured(const std::string& name,
                        const std::function<void(report::RunResult&)>& change,
                        const Load& load = kLoad) {
  std::vector<EvidenceRun> runs{sample_evidence()};
  change(runs[0].run);
  judge_evidence(runs, kRequirements);
  return measured(measured_figures(runs, load), name);
}

const auto kNothing = [](report::RunResult&) {};

TEST(Evidence, AGoodRunCounts) { EXPECT_THAT(problems_of(kNothing), IsEmpty()); }

TEST(Evidence, OfAnotherScenarioDoesNotCount) {
  EXPECT_THAT(problems_of([](auto& run) { run.scenario.name = "ping_pong"; }),
              ElementsAre("it played ping_pong, the estimate needs evening"));
  EXPECT_THAT(problems_of(kNothing, {"chat", "", std::nullopt}),
              ElementsAre("the estimate names no scenario that evidence may be of"));
}

TEST(Evidence, OfABadRunDoesNotCount) {
  EXPECT_THAT(problems_of([](auto& run) {
                run.verdict = report::Verdict::kInvalid;
                run.validity.valid = false;
                run.validity.reasons = {"too late"};
              }),
              ElementsAre("it is invalid: too late"));
  EXPECT_THAT(problems_of([](auto& run) { run.verdict = report::Verdict::kIncorrect; }),
              ElementsAre("its ledger is violated"));
  EXPECT_THAT(problems_of([](auto& run) { run.interrupted = true; }),
              ElementsAre("it was interrupted"));
  EXPECT_THAT(problems_of([](auto& run) { run.clock = report::Clock::kVirtual; }),
              ElementsAre("it was in virtual time"));
  EXPECT_THAT(problems_of([](auto& run) { run.verdict = report::Verdict::kFail; }), IsEmpty())
      << "what it measured is true";
}

TEST(Evidence, OfAnotherMachineDoesNotCount) {
  EXPECT_THAT(problems_of([](auto& run) { run.machine.cores = 2; }, {"chat", "evening", 16}),
              ElementsAre("it is of a machine with 2 cores, the estimate needs 16"));
  EXPECT_THAT(problems_of([](auto& run) { run.target.url = "ws://10.0.0.7:9400"; }),
              ElementsAre("nothing is known of the machine of ws://10.0.0.7:9400"));
  std::vector<EvidenceRun> runs{sample_evidence("a/run.json"), sample_evidence("b/run.json")};
  runs[0].run.machine.cores = 2;
  runs[1].run.machine.cores = 8;
  judge_evidence(runs, kRequirements);
  EXPECT_THAT(runs[0].problems, IsEmpty());
  EXPECT_THAT(runs[1].problems,
              ElementsAre("it is of a machine with 8 cores, a/run.json of one with 2"));
}

TEST(Evidence, AllProblemsAreNamed) {
  EXPECT_EQ(problems_of([](auto& run) {
              run.scenario.name = "x";
              run.interrupted = true;
              run.target.url = "ws://far";
            }).size(),
            3u);
}

TEST(Evidence, ReadsEachFigure) {
  EXPECT_DOUBLE_EQ(measured("cpu_per_message", kNothing).readings.at(0).value, 40e-6);
  EXPECT_DOUBLE_EQ(measured("disk_bytes_per_message", kNothing).readings.at(0).value, 250);
  EXPECT_DOUBLE_EQ(measured("wire_bytes_per_message", kNothing).readings.at(0).value, 3000);
  EXPECT_DOUBLE_EQ(measured("memory_per_connection", kNothing).readings.at(0).value, 8000);
  const double p99 = measured("deliver_p99", kNothing).readings.at(0).value;
  EXPECT_DOUBLE_EQ(p99,
                   1e-9 * double(sample_evidence().run.find_operation("deliver")->latency_ns.p99));
}

TEST(Evidence, CostsOfAnotherLoadDoNotCount) {
  const auto wide = [](report::RunResult& run) { run.ledger.expected = 20'000; };
  EXPECT_THAT(
      measured("cpu_per_message", wide).why_none,
      HasSubstr("out/run.json: it had 20 deliveries a message, the estimate has 8.5 to 9.5"));
  EXPECT_THAT(measured("disk_bytes_per_message", wide).readings, testing::SizeIs(1));
  const auto longer = [](report::RunResult& run) {
    run.target.measured->body_bytes_per_message = 300;
  };
  EXPECT_THAT(measured("disk_bytes_per_message", longer).why_none,
              HasSubstr("it had 300 bytes of text a message, the estimate has 100"));
  EXPECT_THAT(measured("memory_per_connection", longer).readings, testing::SizeIs(1));
}

TEST(Evidence, OneLoadDoesNotStandForMany) {
  const Load wide{Spread{5, 9, 14, 15}, kLoad.message_bytes};
  EXPECT_THAT(measured("cpu_per_message", kNothing, wide).why_none,
              HasSubstr("it had 9 deliveries a message, the estimate has 5 to 15"));
}

TEST(Evidence, WhatIsNotThereHasAReason) {
  EXPECT_THAT(measured("cpu_per_message", [](auto& run) { run.target.measured.reset(); }).why_none,
              HasSubstr("target.measured is null"));
  EXPECT_THAT(measured("memory_per_connection",
                       [](auto& run) { run.target.measured->memory_bytes_per_connection.reset(); })
                  .why_none,
              HasSubstr("target.measured.memory_bytes_per_connection is null"));
  EXPECT_THAT(measured("cpu_per_message", kNothing, {std::nullopt, kLoad.message_bytes}).why_none,
              HasSubstr("the estimate needs input.fan_out to compare"));
  EXPECT_EQ(measured(measured_figures({}, kLoad), "send_p99").why_none, "a run as evidence");
}

TEST(Evidence, SeveralRunsGiveSeveralReadings) {
  std::vector<EvidenceRun> runs{sample_evidence("a/run.json"), sample_evidence("b/run.json"),
                                sample_evidence("c/run.json")};
  runs[1].run.target.measured->cpu_s_per_message = 60e-6;
  runs[2].problems = {"it was interrupted"};
  const auto cpu = measured(measured_figures(runs, kLoad), "cpu_per_message");
  ASSERT_EQ(cpu.readings.size(), 2u);
  EXPECT_EQ(cpu.readings[1].path, "b/run.json");
  EXPECT_THAT(cpu.why_none, HasSubstr("c/run.json: it was interrupted"));
}

TEST(Evidence, AFolderWithoutARunIsAMistake) {
  EXPECT_THAT(
      [] { read_evidence({"/nowhere"}); },
      testing::ThrowsMessage<std::runtime_error>(HasSubstr("/nowhere/run.json: No such file")));
}

}  // namespace
}  // namespace throng::capacity
