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

TEST(ProgressLine, SaysAllThatIsKnown) {
  EXPECT_EQ(progress_line("measured", sample(), 160),
            "measured · 42 s of 1m 10s, 28 s left · 10,000 users · send 1,667/s · "
            "deliver 1,665/s · p50 1.21 ms · p99 8.42 ms · 1 error · 132 outstanding");
}

TEST(ProgressLine, LeavesOutWhatDoesNotFit) {
  EXPECT_EQ(progress_line("ramp", sample(), 45), "ramp · 42 s of 1m 10s, 28 s left");
  EXPECT_EQ(progress_line("ramp", sample(), 47), "ramp · 42 s of 1m 10s, 28 s left · 10,000 users");
  EXPECT_EQ(progress_line("ramp", sample(), 3), "");
}

TEST(ProgressLine, HasNoPercentilesOfNothingAndNoEndOfTheEndless) {
  Progress progress = sample();
  progress.total_s.reset();
  progress.p50_ns.reset();
  progress.p99_ns.reset();
  EXPECT_EQ(progress_line("ramp", progress, 160),
            "ramp · 42 s · 10,000 users · send 1,667/s · deliver 1,665/s · 1 error · "
            "132 outstanding");
}

TEST(ProgressLine, TellsHowFastVirtualTimeGoes) {
  Progress progress = sample();
  progress.speed = 14;
  EXPECT_TRUE(progress_line("measured", progress, 160)
                  .starts_with("measured · 42 s of 1m 10s, 2 s left · 14 × real time · 10,000 "));
}

TEST(ProgressLine, NeverHasTimeLeftBelowZero) {
  Progress progress = sample();
  progress.elapsed_s = 75;
  EXPECT_TRUE(progress_line("drain", progress, 160).starts_with("drain · 1m 15s of 1m 10s, 0 "));
}

}  // namespace
}  // namespace throng::report
