#include "server/notify/ready_queue.hpp"

#include <gtest/gtest.h>

namespace throng::notify {
namespace {

TEST(ReadyQueue, GivesCodesBeforeMessagesBeforePromotions) {
  ReadyQueue queue;
  queue.add(Priority::kPromotion, 1);
  queue.add(Priority::kMessage, 2);
  queue.add(Priority::kMessage, 3);
  queue.add(Priority::kOneTimeCode, 4);
  queue.add(Priority::kPromotion, 5);
  EXPECT_EQ(queue.take(), 4u);
  queue.add(Priority::kOneTimeCode, 6);
  EXPECT_EQ(queue.take(), 6u);
  EXPECT_EQ(queue.take(), 2u);
  EXPECT_EQ(queue.take(), 3u);
  EXPECT_EQ(queue.take(), 1u);
  EXPECT_EQ(queue.take(), 5u);
  EXPECT_EQ(queue.take(), std::nullopt);
}

}  // namespace
}  // namespace throng::notify
