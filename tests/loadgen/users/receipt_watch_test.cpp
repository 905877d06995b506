#include "loadgen/users/receipt_watch.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace throng::users {
namespace {

pacing::TimePoint at(int s) { return pacing::TimePoint(std::chrono::seconds(s)); }

TEST(ReceiptWatch, ACursorCoversWhatLiesBetweenItsOldAndNewPlace) {
  ReceiptWatch watch;
  for (const int seq : {2, 5, 9}) {
    watch.watch(
        {.seq = static_cast<protocol::Seq>(seq), .due = at(seq), .undelivered = 1, .unread = 1});
  }
  std::vector<pacing::TimePoint> ticks;
  const auto note = [&](pacing::TimePoint due, bool = true) { ticks.push_back(due); };
  watch.delivered(2, 5, note);
  EXPECT_EQ(ticks, std::vector{at(5)});
  watch.delivered(2, 5, note);  // the only member had it already
  EXPECT_EQ(ticks.size(), 1u);
  watch.read(0, 9, note);
  EXPECT_EQ(ticks, (std::vector{at(5), at(2), at(5), at(9)}));
}

TEST(ReceiptWatch, ForgetsWhatEverybodyHasRead) {
  ReceiptWatch watch;
  watch.watch({.seq = 1, .due = at(1), .undelivered = 2, .unread = 2});
  for (int member = 0; member < 2; ++member) {
    EXPECT_EQ(watch.watched().size(), 1u);
    watch.delivered(0, 1, [member](pacing::TimePoint, bool last) { EXPECT_EQ(last, member == 1); });
    watch.read(0, 1, [](pacing::TimePoint) {});
  }
  EXPECT_TRUE(watch.watched().empty());
}

TEST(ReceiptWatch, KeepsWhatSomebodyHasNotRead) {
  ReceiptWatch watch;
  for (protocol::Seq seq = 1; seq <= 3; ++seq) {
    watch.watch({.seq = seq, .due = at(static_cast<int>(seq)), .undelivered = 1, .unread = 1});
  }
  watch.delivered(0, 3, [](pacing::TimePoint, bool) {});
  watch.read(1, 2, [](pacing::TimePoint due) { EXPECT_EQ(due, at(2)); });
  ASSERT_EQ(watch.watched().size(), 2u);
  EXPECT_EQ(watch.watched().front().seq, 1u);
  EXPECT_EQ(watch.watched().back().seq, 3u);
}

TEST(ReceiptWatch, PutsInItsPlaceWhatWasAcknowledgedLate) {
  ReceiptWatch watch;
  for (const protocol::Seq seq : {3u, 1u, 2u}) {
    watch.watch({.seq = seq, .due = at(static_cast<int>(seq)), .undelivered = 1, .unread = 1});
  }
  std::vector<pacing::TimePoint> ticks;
  watch.delivered(1, 2, [&](pacing::TimePoint due, bool) { ticks.push_back(due); });
  EXPECT_EQ(ticks, std::vector{at(2)});
}

TEST(ReceiptWatch, ForgetsTheOldestWhenThereIsNoRoom) {
  ReceiptWatch watch;
  for (protocol::Seq seq = 1; seq <= ReceiptWatch::kMaxWatched; ++seq) {
    EXPECT_EQ(watch.watch({.seq = seq, .undelivered = 1, .unread = 1}).seq, 0u);
  }
  EXPECT_EQ(watch.watch({.seq = 9999, .undelivered = 1, .unread = 1}).seq, 1u);
  EXPECT_EQ(watch.watched().size(), ReceiptWatch::kMaxWatched);
}

}  // namespace
}  // namespace throng::users
