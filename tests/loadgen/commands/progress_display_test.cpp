#include "loadgen/commands/progress_display.hpp"

#include <gmock/gmock.h>

#include <sstream>

namespace throng::commands {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

play::Progress at(play::Phase phase) {
  play::Progress progress;
  progress.phase = phase;
  progress.chats_made = 1'000;
  progress.chats_planned = 20'000;
  progress.figures.total_s = 70;
  progress.figures.users_connected = 10'000;
  return progress;
}

constexpr pacing::TimePoint after(int seconds) {
  return pacing::TimePoint{} + std::chrono::seconds(1'000 + seconds);
}

TEST(ProgressDisplay, SaysEachPhaseAtOnce) {
  std::ostringstream out;
  ProgressDisplay display(out, nullptr);
  display.show(at(play::Phase::kPreflight), after(0));
  display.show(at(play::Phase::kSetup), after(0));
  display.show(at(play::Phase::kRamp), after(1));
  display.show(at(play::Phase::kFinish), after(1));
  display.finish();
  EXPECT_EQ(
      out.str(),
      "checking the machine and the target\n"
      "set-up · 1k of 20k chats made\n"
      "ramp · 0 s of 1m 10s, 1m 10s left · 10,000 users · send 0/s · deliver 0/s · 0 errors · "
      "0 outstanding\n"
      "writing the report\n");
}

TEST(ProgressDisplay, LeavesALineThatSaysWhereToWatch) {
  std::ostringstream out;
  ProgressDisplay display(out, nullptr);
  play::Progress opened = at(play::Phase::kFloor);
  opened.live_at = "http://127.0.0.1:9600/";
  display.show(opened, after(0));
  opened.live_at = "http://127.0.0.1:40123/";
  opened.live_note = "127.0.0.1:9600: Address already in use";
  display.show(opened, after(1));
  opened.live_at = "";
  display.show(opened, after(2));
  EXPECT_EQ(out.str(),
            "live page at http://127.0.0.1:9600/\n"
            "live page at http://127.0.0.1:40123/ (127.0.0.1:9600: Address already in use)\n"
            "no live page (127.0.0.1:9600: Address already in use)\n");
}

TEST(ProgressDisplay, LeavesALineThatSaysWhoIsPlayed) {
  std::ostringstream out;
  ProgressDisplay display(out, [] { return std::size_t{80}; });
  play::Progress decided = at(play::Phase::kSetup);
  decided.first_user = 5'001;
  decided.users_planned = 1'000;
  display.show(at(play::Phase::kPreflight), after(0));
  display.show(decided, after(0));
  EXPECT_TRUE(out.str().ends_with("\r\x1b[2Kplaying users 5001 to 6000\n")) << out.str();
}

TEST(ProgressDisplay, SaysALongPhaseEveryFewSeconds) {
  std::ostringstream out;
  ProgressDisplay display(out, nullptr);
  for (int second = 0; second <= 10; ++second) {
    display.show(at(play::Phase::kSetup), after(second));
  }
  const std::string text = out.str();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 3);
}

TEST(ProgressDisplay, WritesOverItsLineWithinTheTerminal) {
  std::ostringstream out;
  std::size_t columns = 50;
  ProgressDisplay display(out, [&] { return columns; });
  display.show(at(play::Phase::kMeasured), after(0));
  EXPECT_EQ(out.str(), "\r\x1b[2Kmeasured · 0 s of 1m 10s, 1m 10s left");
  columns = 160;
  display.show(at(play::Phase::kMeasured), after(0));
  EXPECT_THAT(out.str(), EndsWith("0 outstanding"));
  display.finish();
  EXPECT_THAT(out.str(), EndsWith("\r\x1b[2K"));
  EXPECT_THAT(out.str(), Not(HasSubstr("\n")));
}

}  // namespace
}  // namespace throng::commands
