#include "loadgen/report/progress.hpp"

#include <gtest/gtest.h>

namespace throng::report {
namespace {

Progress sample() {
  Progress progress;
  progress.elapsed_s = 42;
  progress.total_s = 70;
  progress.users_connected = 10'000;
  progress.send_rate_per_s = 1'667;
  progress.deliver_rate_per_s = 1'665;
  progress.p50_ns = 1'210'000;
  progress.p99_ns = 8'420'000;
  progress.errors = 1;
  progress.outstanding = 132;
  return progress;
}

TEST(ProgressLine, Plain) {
  EXPECT_EQ(progress_line(sample(), ProgressStyle::kPlain),
            "42 s of 1m 10s, 28 s left · 10,000 users · send 1,667/s · deliver 1,665/s · "
            "p50 1.21 ms · p99 8.42 ms · 1 error · 132 outstanding\n");
}

TEST(ProgressLine, RedrawnReplacesTheLineAndEndsNone) {
  const std::string line = progress_line(sample(), ProgressStyle::kRedrawn);
  EXPECT_TRUE(line.starts_with("\r\x1b[2K42 s of"));
  EXPECT_EQ(line.find('\n'), line.npos);
}

TEST(ProgressLine, LeavesOutWhatDoesNotFit) {
  EXPECT_EQ(progress_line(sample(), ProgressStyle::kPlain, 38), "42 s of 1m 10s, 28 s left\n");
  EXPECT_EQ(progress_line(sample(), ProgressStyle::kPlain, 40),
            "42 s of 1m 10s, 28 s left · 10,000 users\n");
  EXPECT_EQ(progress_line(sample(), ProgressStyle::kPlain, 5), "\n");
}

TEST(ProgressLine, HasNoPercentilesOfNothingAndNoEndOfTheEndless) {
  Progress progress = sample();
  progress.total_s.reset();
  progress.p50_ns.reset();
  progress.p99_ns.reset();
  EXPECT_EQ(progress_line(progress, ProgressStyle::kPlain),
            "42 s · 10,000 users · send 1,667/s · deliver 1,665/s · 1 error · 132 outstanding\n");
}

TEST(ProgressLine, NeverHasTimeLeftBelowZero) {
  Progress progress = sample();
  progress.elapsed_s = 75;
  EXPECT_TRUE(progress_line(progress, ProgressStyle::kPlain).starts_with("1m 15s of 1m 10s, 0 "));
}

}  // namespace
}  // namespace throng::report
