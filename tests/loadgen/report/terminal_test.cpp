#include "loadgen/report/terminal.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "loadgen/report/verdict.hpp"
#include "tests/loadgen/report/sample_run.hpp"

namespace throng::report {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(TerminalSummary, OfAGoodRun) {
  EXPECT_EQ(terminal_summary(sample_run(), "out/report.html", false), R"(Two people talk.
ws://127.0.0.1:9400/ · 9,998 of 10,000 users connected · 1m 1s measured after 10 s of warm-up · seed 18446744073709551615

operation                count      rate      p50      p90      p99    p99.9      max  errors
send                   100,000   1,653/s  1.21 ms   2.9 ms  8.42 ms  21.3 ms  80.1 ms      28
  service time                            1.01 ms   1.9 ms  3.42 ms  11.3 ms  70.1 ms
deliver                 99,972   1,652/s  2.21 ms   3.9 ms  9.42 ms  31.3 ms  90.1 ms       0
send: 21 overloaded, 7 timeout, 3 dropped, 5 unresolved

ledger     100,005 sent · 99,972 acknowledged · 99,972 of 99,972 deliveries came
           ✓ nothing lost, repeated, reordered, misdelivered or changed
             2 of 99,972 deliveries came late
             5 of 100,005 messages sent were never acknowledged
validity   ✓ work started late by 180 µs at p99, 4.2 ms at most · generator CPU 41% · rate reached 99.93%
             the generator itself adds 61 µs to a send, 72 µs to a delivery (p99 140 µs and 150 µs)
             2 crews on clocks that were compared: a latency between two is within 64 µs
thresholds ✓ deliver.p99 < 500ms               9.42 ms

PASS  The threshold was met and the ledger holds. (exit code 0: passed)
report     out/report.html
)");
}

TEST(TerminalSummary, OfARunThatBrokeEverything) {
  RunResult run = sample_run();
  run.ledger.lost = 3;
  run.ledger.examples = {"first", "second", "third", "fourth"};
  run.validity.valid = false;
  run.validity.reasons = {"work was started late"};
  run.thresholds.push_back({"login.p99 < 1s", std::nullopt, "ns", false, "login never ran"});
  judge(run);
  const std::string text = terminal_summary(run, "", false);
  EXPECT_THAT(
      text,
      HasSubstr("           ✗ 3 of 99,972 deliveries of 99,972 acknowledged messages lost\n"));
  EXPECT_THAT(text, HasSubstr("             third\n"));
  EXPECT_THAT(text, Not(HasSubstr("fourth")));
  EXPECT_THAT(text, HasSubstr("validity   ✗ work started late by 180 µs"));
  EXPECT_THAT(text, HasSubstr("             work was started late\n"));
  EXPECT_THAT(text, HasSubstr("✗ login.p99 < 1s                    login never ran\n"));
  EXPECT_THAT(text, HasSubstr("INCORRECT  3 of 99,972"));
  EXPECT_THAT(text, HasSubstr("(exit code 4: the ledger is violated)\n"));
  EXPECT_THAT(text, Not(HasSubstr("nothing lost")));
  EXPECT_THAT(text, Not(HasSubstr("report")));
}

TEST(TerminalSummary, SaysServiceTimeOnlyWhereItDiffers) {
  RunResult run = sample_run();
  EXPECT_THAT(terminal_summary(run, "", false), HasSubstr("service time"));
  run.operations[0].second.service_ns = run.operations[0].second.latency_ns;
  EXPECT_THAT(terminal_summary(run, "", false), Not(HasSubstr("service time")));
}

TEST(TerminalSummary, HasNoLatencyOfWhatNeverFinished) {
  RunResult run;
  OperationFigures login;
  login.errors = {{"timeout", 3}};
  run.operations.emplace_back("login", login);
  EXPECT_THAT(terminal_summary(run, "", false),
              HasSubstr("login                        0       0/s        –        –        –"));
}

TEST(TerminalSummary, LeavesOutOperationsThatNeverRan) {
  RunResult run;
  run.operations.emplace_back("presence", OperationFigures{});
  EXPECT_THAT(terminal_summary(run, "", false), Not(HasSubstr("presence")));
}

TEST(TerminalSummary, LeavesOutTheLedgerOfARunWithoutMessages) {
  EXPECT_THAT(terminal_summary(RunResult{}, "", false), Not(HasSubstr("ledger")));
}

TEST(TerminalSummary, SaysThatPeopleSharedConnections) {
  RunResult run = sample_run();
  EXPECT_THAT(terminal_summary(run, "", false), Not(HasSubstr("shared a connection")));
  run.generator.sessions_per_connection = 1'000;
  EXPECT_THAT(terminal_summary(run, "", false),
              HasSubstr("\nup to 1,000 people shared a connection: what sockets cost isn't in"));
}

TEST(TerminalSummary, ColoursOnlyWhenAsked) {
  EXPECT_THAT(terminal_summary(sample_run(), "", false), Not(HasSubstr("\x1b")));
  EXPECT_THAT(terminal_summary(sample_run(), "", true), HasSubstr("\x1b[32m✓\x1b[0m"));
}

TEST(TerminalSummary, TextsOfOthersCannotSteerTheTerminal) {
  RunResult run = sample_run();
  run.scenario.text = "-- \x1b[2J gone";
  run.target.url = "ws://\x1b]0;title\x07";
  run.operations[0].first = "se\x1bnd";
  run.ledger.examples = {"\x1b[31m"};
  run.validity.reasons = {"\x1b[31m"};
  EXPECT_THAT(terminal_summary(run, "", false), Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace throng::report
