#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "server/chat/message_log.hpp"
#include "tests/server/storage/backends.hpp"

namespace throng::storage {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr chat::Seq kMaxSeq = std::numeric_limits<chat::Seq>::max();

template <class Backend>
class MessageLogContract : public testing::Test {
 protected:
  Backend backend_;
  chat::MessageLog& log_ = backend_.log();
};
TYPED_TEST_SUITE(MessageLogContract, Backends);

TYPED_TEST(MessageLogContract, KeepsWhatMostMessagesHaveNothingOf) {
  chat::Batch batch;
  batch.messages = {message(5, 1, "a"), message(5, 2, "b")};
  batch.messages[1].extras = std::make_shared<const chat::MessageExtras>(chat::MessageExtras{
      .kind = protocol::MessageKind::kText, .re = 1, .asset = std::string(64, 'a')});
  ASSERT_FALSE(commit(this->log_, batch));
  chat::Batch edit;
  edit.revisions = {message(5, 1, "a", 1, "better")};
  edit.revisions[0].extras = std::make_shared<const chat::MessageExtras>(
      chat::MessageExtras{.version = 3, .deleted = true});
  ASSERT_FALSE(commit(this->log_, edit));
  std::vector<chat::StoredMessage> read;
  this->log_.read_forward({5}, 0, 9, {.messages = 9, .bytes = 999},
                           [&](const chat::StoredView& m) {
                             read.push_back(chat::copy_of(m));
                             return true;
                           });
  ASSERT_EQ(read.size(), 2u);
  EXPECT_EQ(read[0].body, "better");
  EXPECT_EQ(read[0].extras->version, 3u);
  EXPECT_TRUE(read[0].extras->deleted);
  EXPECT_EQ(read[1].body, "body 2");
  EXPECT_EQ(read[1].extras->re, 1u);
  EXPECT_EQ(read[1].extras->asset, std::string(64, 'a'));
  EXPECT_EQ(this->log_.find({5}, {1}, "a")->seq, 1u);
}

TYPED_TEST(MessageLogContract, UnknownChatIsEmpty) {
  EXPECT_EQ(this->log_.last_seq({7}), 0u);
  EXPECT_THAT(forward(this->log_, 7, 0, kMaxSeq), IsEmpty());
  EXPECT_THAT(backward(this->log_, 7, kMaxSeq, 0), IsEmpty());
  EXPECT_EQ(this->log_.find({7}, {1}, "c1"), std::nullopt);
  EXPECT_THAT(this->log_.cursors({7}), IsEmpty());
}

TYPED_TEST(MessageLogContract, MessageComesBackWhole) {
  const std::string body("line\nzero\0quote\"\xc3\xa9", 19);
  chat::Batch batch;
  batch.messages.push_back({{7}, 1, {3}, 1'700'000'000'123, "cm-1", body});
  ASSERT_FALSE(commit(this->log_, batch));
  const auto check = [&](const chat::StoredView& seen) {
    EXPECT_EQ(seen.chat.value, 7u);
    EXPECT_EQ(seen.seq, 1u);
    EXPECT_EQ(seen.from.value, 3u);
    EXPECT_EQ(seen.time, 1'700'000'000'123);
    EXPECT_EQ(seen.cmid, "cm-1");
    EXPECT_EQ(seen.body, body);
    return true;
  };
  EXPECT_EQ(this->log_.read_forward({7}, 0, 1, kNoLimit, check), 1u);
  EXPECT_EQ(this->log_.read_backward({7}, 2, 0, kNoLimit, check), 1u);
}

TYPED_TEST(MessageLogContract, LastSeqIsEachChatsOwn) {
  fill(this->log_, 6, 1, 3);
  fill(this->log_, 8, 1, 300);
  EXPECT_EQ(this->log_.last_seq({6}), 3u);
  EXPECT_EQ(this->log_.last_seq({7}), 0u);
  EXPECT_EQ(this->log_.last_seq({8}), 300u);
}

TYPED_TEST(MessageLogContract, ForwardStaysWithinItsFences) {
  fill(this->log_, 6, 1, 9);
  fill(this->log_, 7, 1, 5);
  fill(this->log_, 8, 1, 9);
  EXPECT_THAT(forward(this->log_, 7, 0, 5), ElementsAre(1, 2, 3, 4, 5));
  EXPECT_THAT(forward(this->log_, 7, 2, 4), ElementsAre(3, 4));
  EXPECT_THAT(forward(this->log_, 7, 3, kMaxSeq), ElementsAre(4, 5));
  EXPECT_THAT(forward(this->log_, 7, 5, kMaxSeq), IsEmpty());
  EXPECT_THAT(forward(this->log_, 7, 4, 4), IsEmpty());
  EXPECT_THAT(forward(this->log_, 7, 4, 2), IsEmpty());
  EXPECT_THAT(forward(this->log_, 7, kMaxSeq, kMaxSeq), IsEmpty());
}

TYPED_TEST(MessageLogContract, BackwardStaysWithinItsFences) {
  fill(this->log_, 6, 1, 9);
  fill(this->log_, 7, 1, 5);
  fill(this->log_, 8, 1, 9);
  EXPECT_THAT(backward(this->log_, 7, 6, 0), ElementsAre(5, 4, 3, 2, 1));
  EXPECT_THAT(backward(this->log_, 7, kMaxSeq, 3), ElementsAre(5, 4));
  EXPECT_THAT(backward(this->log_, 7, 4, 1), ElementsAre(3, 2));
  EXPECT_THAT(backward(this->log_, 7, 4, 3), IsEmpty());
  EXPECT_THAT(backward(this->log_, 7, 4, 7), IsEmpty());
  EXPECT_THAT(backward(this->log_, 7, 1, 0), IsEmpty());
  EXPECT_THAT(backward(this->log_, 7, 0, 0), IsEmpty());
}

TYPED_TEST(MessageLogContract, PagesEndAtTheLimit) {
  fill(this->log_, 7, 1, 20);  // bodies of 6 bytes up to seq 9, of 7 from there on
  EXPECT_THAT(forward(this->log_, 7, 0, kMaxSeq, {3, 1000}), ElementsAre(1, 2, 3));
  EXPECT_THAT(backward(this->log_, 7, kMaxSeq, 0, {3, 1000}), ElementsAre(20, 19, 18));
  EXPECT_THAT(forward(this->log_, 7, 0, kMaxSeq, {10, 12}), ElementsAre(1, 2));
  EXPECT_THAT(backward(this->log_, 7, kMaxSeq, 0, {10, 13}), ElementsAre(20));
  EXPECT_THAT(forward(this->log_, 7, 0, kMaxSeq, {10, 1}), ElementsAre(1));
}

TYPED_TEST(MessageLogContract, VisitorEndsTheRead) {
  fill(this->log_, 7, 1, 5);
  const auto stop_at = [](chat::Seq seq) {
    return [seq](const chat::StoredView& seen) { return seen.seq != seq; };
  };
  EXPECT_EQ(this->log_.read_forward({7}, 0, kMaxSeq, kNoLimit, stop_at(2)), 2u);
  EXPECT_EQ(this->log_.read_backward({7}, kMaxSeq, 0, kNoLimit, stop_at(5)), 1u);
}

TYPED_TEST(MessageLogContract, CmidKeepsItsFirstPosition) {
  fill(this->log_, 7, 1, 3);
  fill(this->log_, 7, 4, 6);
  const auto found = this->log_.find({7}, {1}, "c2");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->seq, 2u);
  EXPECT_EQ(found->time, message(7, 2, "c2").time);
}

TYPED_TEST(MessageLogContract, CmidBelongsToChatAndSender) {
  chat::Batch batch;
  batch.messages = {message(7, 1, "same", 1), message(7, 2, "same", 2), message(8, 1, "same", 1)};
  ASSERT_FALSE(commit(this->log_, batch));
  EXPECT_EQ(this->log_.find({7}, {1}, "same")->seq, 1u);
  EXPECT_EQ(this->log_.find({7}, {2}, "same")->seq, 2u);
  EXPECT_EQ(this->log_.find({8}, {1}, "same")->seq, 1u);
  EXPECT_FALSE(this->log_.find({8}, {2}, "same"));
  EXPECT_FALSE(this->log_.find({7}, {1}, "sam"));
  EXPECT_FALSE(this->log_.find({7}, {1}, "same "));
}

TYPED_TEST(MessageLogContract, CmidOfAReplacedMessageIsUnknown) {
  chat::Batch failed;
  failed.messages = {message(7, 1, "first try")};
  ASSERT_FALSE(commit(this->log_, failed));
  chat::Batch again;
  again.messages = {message(7, 1, "another")};
  ASSERT_FALSE(commit(this->log_, again));
  EXPECT_FALSE(this->log_.find({7}, {1}, "first try"));
  EXPECT_EQ(this->log_.find({7}, {1}, "another")->seq, 1u);
}

TYPED_TEST(MessageLogContract, EmptyCmidIsNotFound) {
  chat::Batch batch;
  batch.messages = {message(7, 1, "")};
  ASSERT_FALSE(commit(this->log_, batch));
  EXPECT_EQ(this->log_.last_seq({7}), 1u);
  EXPECT_FALSE(this->log_.find({7}, {1}, ""));
}

TYPED_TEST(MessageLogContract, LongestCmidIsFound) {
  const std::string longest(protocol::kMaxCmidBytes, 'x');
  chat::Batch batch;
  batch.messages = {message(7, 1, longest)};
  ASSERT_FALSE(commit(this->log_, batch));
  EXPECT_EQ(this->log_.find({7}, {1}, longest)->seq, 1u);
  EXPECT_FALSE(this->log_.find({7}, {1}, longest.substr(1)));
}

TYPED_TEST(MessageLogContract, CursorsAreTheLatestOfEachMember) {
  chat::Batch batch;
  batch.cursors = {{{7}, {2}, 5, 3}, {{7}, {1}, 1, 0}, {{8}, {1}, 9, 9}, {{7}, {1}, 6, 300}};
  ASSERT_FALSE(commit(this->log_, batch));
  const auto cursors = this->log_.cursors({7});
  ASSERT_EQ(cursors.size(), 2u);
  EXPECT_EQ(cursors[0].chat.value, 7u);
  EXPECT_EQ(cursors[0].user.value, 1u);
  EXPECT_EQ(cursors[0].delivered, 6u);
  EXPECT_EQ(cursors[0].read, 300u);
  EXPECT_EQ(cursors[1].user.value, 2u);
  EXPECT_EQ(cursors[1].delivered, 5u);
  EXPECT_EQ(cursors[1].read, 3u);
}

TYPED_TEST(MessageLogContract, CursorOfOneMember) {
  chat::Batch batch;
  batch.messages = {message(7, 1, "a")};
  batch.cursors = {{{7}, {2}, 5, 3}, {{7}, {3}, 1, 0}};
  ASSERT_FALSE(commit(this->log_, batch));
  const chat::CursorRecord cursor = this->log_.cursor({7}, {2});
  EXPECT_EQ(cursor.chat.value, 7u);
  EXPECT_EQ(cursor.user.value, 2u);
  EXPECT_EQ(cursor.delivered, 5u);
  EXPECT_EQ(cursor.read, 3u);
  EXPECT_EQ(this->log_.cursor({7}, {4}).delivered, 0u);
  EXPECT_EQ(this->log_.cursor({8}, {2}).delivered, 0u);
}

TYPED_TEST(MessageLogContract, CursorsMoveFromCommitToCommit) {
  for (const chat::Seq seq : {1U, 2U, 127U, 128U, 20'000U, 20'001U}) {
    chat::Batch batch;
    batch.cursors = {{{7}, {1}, seq, seq - 1}, {{7}, {2}, seq + 1, seq}};
    ASSERT_FALSE(commit(this->log_, batch));
    const auto cursors = this->log_.cursors({7});
    ASSERT_EQ(cursors.size(), 2u);
    EXPECT_EQ(cursors[0].delivered, seq);
    EXPECT_EQ(cursors[0].read, seq - 1);
    EXPECT_EQ(cursors[1].delivered, seq + 1);
  }
}

TYPED_TEST(MessageLogContract, CommitTakesManyBatches) {
  chat::Batch first;
  first.messages = {message(7, 1, "a")};
  chat::Batch second;
  second.messages = {message(8, 1, "b")};
  second.cursors = {{{7}, {2}, 1, 0}};
  const chat::Batch* const both[] = {&first, &second};
  ASSERT_FALSE(this->log_.commit(both));
  EXPECT_EQ(this->log_.last_seq({7}), 1u);
  EXPECT_EQ(this->log_.last_seq({8}), 1u);
  EXPECT_EQ(this->log_.cursors({7}).size(), 1u);
}

}  // namespace
}  // namespace throng::storage
