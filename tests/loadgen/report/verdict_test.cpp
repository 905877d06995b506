#include "loadgen/report/verdict.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/loadgen/report/sample_run.hpp"

namespace throng::report {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

RunResult judged(RunResult run) {
  judge(run);
  return run;
}

RunResult with_missed_threshold(RunResult run) {
  run.thresholds.push_back({"send.max < 1ms", 80'100'000, "ns", false, ""});
  return run;
}

RunResult invalid(RunResult run) {
  run.validity.valid = false;
  run.validity.reasons = {"work was started late", "CPU was short"};
  return run;
}

RunResult incorrect(RunResult run) {
  run.ledger.lost = 3;
  return run;
}

RunResult interrupted(RunResult run) {
  run.interrupted = true;
  return run;
}

TEST(Judge, PassesWhatHolds) {
  const RunResult run = judged(sample_run());
  EXPECT_EQ(run.verdict, Verdict::kPass);
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_EQ(verdict_sentence(run), "The threshold was met and the ledger holds.");
}

TEST(Judge, FailsOnAMissedThreshold) {
  const RunResult run = judged(with_missed_threshold(sample_run()));
  EXPECT_EQ(run.verdict, Verdict::kFail);
  EXPECT_EQ(run.exit_code, 3);
  EXPECT_EQ(verdict_sentence(run), "1 of 2 thresholds missed.");
}

TEST(Judge, InvalidComesBeforeThresholds) {
  const RunResult run = judged(invalid(with_missed_threshold(sample_run())));
  EXPECT_EQ(run.verdict, Verdict::kInvalid);
  EXPECT_EQ(run.exit_code, 5);
  EXPECT_EQ(verdict_sentence(run),
            "The figures can't be trusted: work was started late; CPU was short.");
}

TEST(Judge, BrokenPromisesComeFirst) {
  const RunResult run =
      judged(interrupted(incorrect(invalid(with_missed_threshold(sample_run())))));
  EXPECT_EQ(run.verdict, Verdict::kIncorrect);
  EXPECT_EQ(run.exit_code, 4);
  EXPECT_EQ(
      verdict_sentence(run),
      "3 of 99,972 deliveries of 99,972 acknowledged messages lost. The run is invalid, too.");
}

TEST(Judge, InterruptedHasItsOwnExitCode) {
  EXPECT_EQ(judged(interrupted(sample_run())).exit_code, 130);
  EXPECT_EQ(judged(interrupted(sample_run())).verdict, Verdict::kPass);
  EXPECT_EQ(judged(interrupted(invalid(sample_run()))).exit_code, 130);
}

TEST(LedgerChecks, EachViolationBreaksOnePromise) {
  constexpr std::uint64_t LedgerFigures::*kViolations[] = {&LedgerFigures::lost,
                                                           &LedgerFigures::duplicated,
                                                           &LedgerFigures::reordered,
                                                           &LedgerFigures::misdelivered,
                                                           &LedgerFigures::corrupted,
                                                           &LedgerFigures::phantom,
                                                           &LedgerFigures::cursor_violations};
  EXPECT_TRUE(ledger_holds(LedgerFigures{}));
  std::size_t which = 0;
  for (const auto violation : kViolations) {
    LedgerFigures ledger;
    ledger.*violation = 2;
    EXPECT_FALSE(ledger_holds(ledger));
    const auto checks = ledger_checks(ledger);
    for (std::size_t i = 0; i < checks.size(); ++i) EXPECT_EQ(checks[i].holds, i != which);
    EXPECT_THAT(checks[which].counted, HasSubstr("2 "));
    ++which;
  }
}

TEST(LedgerChecks, LateAndUnresolvedAreNotesOnly) {
  EXPECT_TRUE(ledger_holds(sample_run().ledger));
  EXPECT_THAT(ledger_notes(sample_run().ledger),
              ElementsAre("2 of 99,972 deliveries came late",
                          "5 of 100,005 messages sent were never acknowledged"));
  EXPECT_TRUE(ledger_notes(LedgerFigures{}).empty());
}

TEST(ExitCodeMeaning, KnowsEachListedCode) {
  for (const int code : {0, 2, 3, 4, 5, 7, 130}) {
    EXPECT_NE(exit_code_meaning(code), "unknown") << code;
  }
  EXPECT_EQ(exit_code_meaning(1), "unknown");
}

}  // namespace
}  // namespace throng::report
