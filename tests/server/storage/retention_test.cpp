#include "server/storage/retention.hpp"

#include <gmock/gmock.h>

#include "tests/server/storage/backends.hpp"

namespace throng::storage {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Kind = Retention::Kind;

constexpr chat::ChatId kChat{7};
/// When message `seq` of fill() was sent.
constexpr chat::TimeMs sent_at(chat::Seq seq) {
  return 1'700'000'000'000 + static_cast<chat::TimeMs>(seq);
}

/// A store with a chat 7 of 1, 2 and 3.
template <class Backend>
class RetentionContract : public testing::Test {
 protected:
  RetentionContract() {
    chat::Batch batch;
    for (const std::uint64_t user : {1, 2, 3}) {
      batch.members.push_back({.chat = kChat, .user = {user}});
    }
    EXPECT_FALSE(commit(directory_, batch));
  }

  void deliver(std::uint64_t user, chat::Seq seq) {
    chat::Batch batch;
    batch.cursors.push_back({.chat = kChat, .user = {user}, .delivered = seq});
    EXPECT_FALSE(commit(log_, batch));
  }
  void change(const chat::MemberRecord& member) {
    chat::Batch batch;
    batch.members.push_back(member);
    EXPECT_FALSE(commit(directory_, batch));
  }
  chat::Seq first_to_keep(const Retention& retention, chat::TimeMs now = 0,
                          std::size_t most = 100) {
    return storage::first_to_keep(log_, directory_, kChat, retention, now, most);
  }
  chat::Seq first_undelivered() { return first_to_keep({.kind = Kind::kDelivered}); }

  std::atomic<bool> stop_ = false;
  Backend backend_;
  chat::MessageLog& log_ = backend_.log();
  chat::Directory& directory_ = backend_.directory();
};
TYPED_TEST_SUITE(RetentionContract, Backends);

TYPED_TEST(RetentionContract, KeepsWhatIsYoungEnough) {
  fill(this->log_, 7, 1, 10);
  const Retention day{.kind = Kind::kAge, .age = 86'400'000};
  EXPECT_EQ(this->first_to_keep(day, sent_at(5)), 1u);
  EXPECT_EQ(this->first_to_keep(day, sent_at(5) + day.age - 1), 5u);
  EXPECT_EQ(this->first_to_keep(day, sent_at(5) + day.age), 6u);
  EXPECT_EQ(this->first_to_keep(day, sent_at(50) + day.age), 11u);
  EXPECT_EQ(this->first_to_keep(day, sent_at(50) + day.age, 3), 4u) << "a few at a time";
}

TYPED_TEST(RetentionContract, KeepsWhatSomebodyHasNotGot) {
  fill(this->log_, 7, 1, 10);  // all of 1's
  EXPECT_EQ(this->first_undelivered(), 1u);
  this->deliver(2, 8);
  EXPECT_EQ(this->first_undelivered(), 1u);
  this->deliver(3, 5);
  EXPECT_EQ(this->first_undelivered(), 6u) << "the sender has his own";
  this->deliver(1, 10);
  EXPECT_EQ(this->first_undelivered(), 6u);
  this->change({.chat = kChat, .user = {3}, .left_after = 10, .present = false});
  EXPECT_EQ(this->first_undelivered(), 9u) << "who left isn't waited for";
}

TYPED_TEST(RetentionContract, SendersAreWaitedForLikeOthers) {
  chat::Batch batch;
  batch.messages = {message(7, 1, "a", 1), message(7, 2, "b", 2), message(7, 3, "c", 1)};
  ASSERT_FALSE(commit(this->log_, batch));
  this->deliver(2, 3);
  this->deliver(3, 3);
  EXPECT_EQ(this->first_undelivered(), 2u) << "1 hasn't got 2's";
}

TYPED_TEST(RetentionContract, NewMembersHaveWhatWasBeforeThem) {
  fill(this->log_, 7, 1, 10);
  this->deliver(2, 10);
  this->deliver(3, 10);
  this->change({.chat = kChat, .user = {4}, .joined_after = 6});
  EXPECT_EQ(this->first_undelivered(), 7u);
}

TYPED_TEST(RetentionContract, WhatIsRemovedIsGone) {
  fill(this->log_, 6, 1, 3);
  fill(this->log_, 7, 1, 10);
  fill(this->log_, 8, 1, 3);
  ASSERT_FALSE(this->log_.remove_below({7}, 5));
  EXPECT_EQ(this->log_.first_seq({7}), 5u);
  EXPECT_EQ(this->log_.first_seq({6}), 1u);
  EXPECT_THAT(forward(this->log_, 7, 0, 100), ElementsAre(5, 6, 7, 8, 9, 10));
  EXPECT_THAT(backward(this->log_, 7, 100, 0), ElementsAre(10, 9, 8, 7, 6, 5));
  EXPECT_THAT(forward(this->log_, 6, 0, 100), ElementsAre(1, 2, 3));
  EXPECT_THAT(forward(this->log_, 8, 0, 100), ElementsAre(1, 2, 3));
  EXPECT_FALSE(this->log_.find({7}, {1}, "c4"));
  EXPECT_TRUE(this->log_.find({7}, {1}, "c5"));
}

TYPED_TEST(RetentionContract, SeqsGoOnWhenNothingIsLeft) {
  fill(this->log_, 7, 1, 10);
  ASSERT_FALSE(this->log_.remove_below({7}, 11));
  ASSERT_FALSE(this->log_.reclaim(this->stop_));
  EXPECT_EQ(this->log_.last_seq({7}), 10u);
  EXPECT_EQ(this->log_.first_seq({7}), 11u);
  EXPECT_THAT(forward(this->log_, 7, 0, 100), IsEmpty());
  fill(this->log_, 7, 11, 12);
  EXPECT_EQ(this->log_.last_seq({7}), 12u);
  EXPECT_THAT(forward(this->log_, 7, 0, 100), ElementsAre(11, 12));
}

TYPED_TEST(RetentionContract, AnEditThatComesTooLateBringsNothingBackForLong) {
  fill(this->log_, 7, 1, 10);
  ASSERT_FALSE(this->log_.remove_below({7}, 5));
  chat::Batch late;
  late.revisions = {message(7, 3, "c3", 1, "edited")};
  ASSERT_FALSE(commit(this->log_, late));
  ASSERT_FALSE(this->log_.remove_below({7}, 6));
  EXPECT_THAT(forward(this->log_, 7, 0, 100), ElementsAre(6, 7, 8, 9, 10));
}

TYPED_TEST(RetentionContract, SpaceIsReclaimedAroundWhatIsKept) {
  fill(this->log_, 7, 1, 10);
  ASSERT_FALSE(this->log_.remove_below({7}, 9));
  ASSERT_FALSE(this->log_.reclaim(this->stop_));
  std::string bodies;
  this->log_.read_forward({7}, 0, 100, kNoLimit, [&](const chat::StoredView& m) {
    bodies += m.body;
    return true;
  });
  EXPECT_EQ(bodies, "body 9body 10");
}

TYPED_TEST(RetentionContract, ChatsWithMessagesAreVisited) {
  for (const std::uint64_t chat : {3, 1, 200, 7}) fill(this->log_, chat, 1, 2);
  ASSERT_FALSE(this->log_.remove_below({7}, 3));
  std::vector<std::uint64_t> seen;
  const auto see = [&](chat::ChatId chat) {
    seen.push_back(chat.value);
    return seen.size() < 3;
  };
  this->log_.visit_chats({}, see);
  EXPECT_THAT(seen, ElementsAre(1, 3, 200));
  seen.clear();
  this->log_.visit_chats({1}, see);
  EXPECT_THAT(seen, ElementsAre(3, 200));
}

TYPED_TEST(RetentionContract, ASweepRemovesFromEveryChat) {
  fill(this->log_, 7, 1, 10);
  fill(this->log_, 9, 1, 4);
  Sweeper sweeper(this->log_, this->directory_, {.kind = Kind::kAge, .age = 1'000},
                  [] { return std::uint64_t{0}; });
  sweeper.sweep(sent_at(3) + 1'000);
  EXPECT_EQ(this->log_.first_seq({7}), 4u);
  EXPECT_EQ(this->log_.first_seq({9}), 4u);
  EXPECT_EQ(sweeper.removed(), 6u);
  sweeper.sweep(sent_at(3) + 1'000);
  EXPECT_EQ(sweeper.removed(), 6u);
}

}  // namespace
}  // namespace throng::storage
