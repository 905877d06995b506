#include "loadgen/floor/echo_chat.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace throng::floor {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr UserId kAnn{1};
constexpr UserId kBen{2};

class EchoChatOfTwo : public testing::Test {
 protected:
  EchoChatOfTwo() {
    chat.add(kAnn);
    chat.add(kBen);
  }

  void take(UserId from, std::size_t count) {
    for (; count > 0; --count) chat.take(from, {{}, std::to_string(chat.last() + 1), "x"}, 5);
  }

  EchoChat chat{ChatId{7}};
};

TEST_F(EchoChatOfTwo, NumbersMessagesDensely) {
  EXPECT_EQ(chat.take(kAnn, {{}, "a", "hi"}, 5).seq, 1u);
  EXPECT_EQ(chat.take(kBen, {{}, "a", "hi"}, 6).seq, 2u);
  EXPECT_EQ(chat.message(2).from, kBen);
  EXPECT_EQ(chat.message(1).body, "hi");
}

TEST_F(EchoChatOfTwo, ARepeatGetsItsFirstAnswer) {
  chat.take(kAnn, {{}, "a", "hi"}, 5);
  take(kBen, 3);
  const EchoChat::Taken again = chat.take(kAnn, {{}, "a", "hi"}, 9);
  EXPECT_EQ(again.seq, 1u);
  EXPECT_EQ(again.time, 5);
  EXPECT_FALSE(again.fresh);
  EXPECT_EQ(chat.last(), 4u);
}

TEST_F(EchoChatOfTwo, CursorsOnlyMoveForwardAndReadImpliesDelivered) {
  take(kAnn, 4);
  chat.move(kBen, 2, 3);
  EXPECT_EQ(chat.receipt(kBen).delivered, 3u);
  EXPECT_EQ(chat.receipt(kBen).read, 3u);
  chat.move(kBen, 1, 1);
  EXPECT_EQ(chat.receipt(kBen).delivered, 3u);
  EXPECT_EQ(chat.receipt(kBen).read, 3u);
}

TEST_F(EchoChatOfTwo, ReceiptsGoToTheSendersOfWhatIsNewlyCovered) {
  chat.add(UserId{3});
  take(kAnn, 2);
  take(UserId{3}, 1);
  EXPECT_THAT(chat.move(kBen, 2, 0), ElementsAre(kAnn));
  EXPECT_THAT(chat.move(kBen, 2, 0), IsEmpty());
  EXPECT_THAT(chat.move(kBen, 3, 0), ElementsAre(UserId{3}));
  EXPECT_THAT(chat.move(kBen, 3, 3), ElementsAre(kAnn, UserId{3}));
  EXPECT_THAT(chat.move(kAnn, 2, 2), IsEmpty());
}

TEST_F(EchoChatOfTwo, WhoJoinsGetsWhatFollows) {
  take(kAnn, 3);
  chat.add(UserId{3});
  EXPECT_EQ(chat.receipt(UserId{3}).delivered, 3u);
  EXPECT_FALSE(chat.add(UserId{3}));
}

TEST_F(EchoChatOfTwo, CountsTheUnreadOfOthers) {
  take(kAnn, 3);
  take(kBen, 2);
  chat.move(kBen, 5, 1);
  EXPECT_EQ(chat.state(kBen).unread, 2u);
  EXPECT_EQ(chat.state(kAnn).unread, 2u);
  take(kAnn, protocol::kMaxUnread);
  EXPECT_EQ(chat.state(kBen).unread, protocol::kMaxUnread);
}

TEST_F(EchoChatOfTwo, ForgetsOnlyWhatAllHaveRead) {
  take(kAnn, 10);
  chat.move(kAnn, 10, 10);
  chat.move(kBen, 10, 4);
  chat.trim();
  EXPECT_EQ(chat.first(), 5u);
  EXPECT_EQ(chat.last(), 10u);
  EXPECT_EQ(chat.message(5).cmid, "5");
  EXPECT_TRUE(chat.knows(kAnn, "5"));
  EXPECT_FALSE(chat.knows(kAnn, "4"));
  EXPECT_EQ(chat.state(kBen).unread, 6u);
  take(kAnn, 1);
  EXPECT_EQ(chat.last(), 11u);
}

TEST_F(EchoChatOfTwo, KeepsWhatOneHasntGot) {
  take(kAnn, 10);
  chat.move(kAnn, 10, 10);
  chat.move(kBen, 2, 0);
  chat.trim();
  EXPECT_EQ(chat.first(), 1u);  // two of them are unread, and count
  chat.move(kBen, 2, 2);
  chat.trim();
  EXPECT_EQ(chat.first(), 3u);
}

TEST_F(EchoChatOfTwo, ForgetsWhatNoCountOfUnreadNeeds) {
  take(kAnn, protocol::kMaxUnread + 500);
  chat.move(kAnn, chat.last(), chat.last());
  chat.move(kBen, chat.last(), 0);
  chat.trim();
  EXPECT_EQ(chat.first(), 501u);
  EXPECT_EQ(chat.state(kBen).unread, protocol::kMaxUnread);
}

}  // namespace
}  // namespace throng::floor
