#include "loadgen/users/outbox.hpp"

#include <gtest/gtest.h>

namespace throng::users {
namespace {

using std::chrono::seconds;

pacing::TimePoint at(int s) { return pacing::TimePoint(seconds(s)); }

TEST(Outbox, FindsAndRemovesInAnyOrder) {
  Outbox outbox;
  for (std::uint32_t k = 1; k <= 3; ++k) outbox.add({.chat_slot = k % 2, .k = k});
  ASSERT_NE(outbox.find(0, 2), nullptr);
  EXPECT_EQ(outbox.find(1, 2), nullptr);
  outbox.remove(outbox.find(0, 2));
  EXPECT_EQ(outbox.find(0, 2), nullptr);
  ASSERT_EQ(outbox.size(), 2u);
  EXPECT_EQ(outbox.pending()[0].k, 1u);
  EXPECT_EQ(outbox.pending()[1].k, 3u);
}

TEST(Outbox, IsFullAtItsLimit) {
  Outbox outbox;
  for (std::uint32_t k = 1; k < Outbox::kMaxPending; ++k) outbox.add({.k = k});
  EXPECT_FALSE(outbox.full());
  outbox.add({.k = 1000});
  EXPECT_TRUE(outbox.full());
}

TEST(Outbox, TheNextDeadlineIsATimeoutOrWhileConnectedARetry) {
  Outbox outbox;
  EXPECT_EQ(outbox.next_deadline(seconds(10), true), pacing::TimePoint::max());
  outbox.add({.k = 1, .due = at(5), .retry_at = at(8)});
  EXPECT_EQ(outbox.next_deadline(seconds(10), true), at(8));
  EXPECT_EQ(outbox.next_deadline(seconds(10), false), at(15));
  outbox.add({.k = 2, .due = at(1), .retry_at = at(30), .timed_out = true});
  EXPECT_EQ(outbox.next_deadline(seconds(10), false), at(15));
}

}  // namespace
}  // namespace throng::users
