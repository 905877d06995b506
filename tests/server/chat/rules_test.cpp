#include "server/chat/rules.hpp"

#include <gmock/gmock.h>

#include <numeric>

#include "tests/server/chat/rules_world.hpp"

// Sending, cursors, commits and restarts.
namespace throng::chat {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// ---- Sending ----

TEST(Rules, GivesDenseSeqsFromOne) {
  RulesWorld w;
  w.post(1, "a");
  w.post(2, "b");
  w.commit();
  w.post(1, "c");
  w.commit();
  EXPECT_THAT(w.told(),
              ElementsAre("session 1: sent a=1", "session 2: sent b=2", "session 1: sent c=3"));
  EXPECT_EQ(w.rules().counts().messages, 3u);
  EXPECT_EQ(w.rules().counts().body_bytes, 3 * std::string("hi").size());
}

TEST(Rules, CountSeqsForEachChatAlone) {
  RulesWorld w;
  w.have_chat({8}, {1, 2});
  w.post(1, "a");
  w.post(1, "b", {8});
  w.commit();
  EXPECT_THAT(w.told(), ElementsAre("session 1: sent a=1", "session 1: sent b=1"));
}

TEST(Rules, GoOnBehindTheLogAfterARestart) {
  RulesWorld w;
  w.have_messages(1, 5);
  w.restart();
  w.post(2, "next");
  w.commit();
  EXPECT_THAT(w.told(), ElementsAre("session 2: sent next=6"));
}

TEST(Rules, TellNothingBeforeTheCommit) {
  RulesWorld w;
  w.attach(1);
  w.attach(2);
  w.told();
  w.post(1, "a");
  w.mark(2, 0, 0);
  EXPECT_THAT(w.told(), IsEmpty());
  w.begin_commit();
  EXPECT_THAT(w.told(), IsEmpty());
  w.end_commit();
  EXPECT_THAT(w.told(), ElementsAre("session 1: sent a=1",
                                    "shard 0, chat 7: message 1 a from 1, not to session 1",
                                    "shard 1, chat 7: message 1 a from 1, not to session 1"));
}

TEST(Rules, DeliverOnceToEachShardWithAttachedSessions) {
  RulesWorld w;
  w.attach(1);
  w.attach(3);  // the same shard as 1
  w.told();
  w.post(2, "a");
  w.commit();
  EXPECT_THAT(w.told(), ElementsAre("session 2: sent a=1",
                                    "shard 0, chat 7: message 1 a from 2, not to session 2"));
}

TEST(Rules, DeliverAsLongAsOneSessionIsAttached) {
  RulesWorld w;
  w.attach(1);
  w.attach(3);
  w.handle(Detach{.shard = 0, .chat = RulesWorld::kChat});
  w.told();
  w.post(2, "a");
  w.commit();
  EXPECT_EQ(w.take<Deliver>().size(), 1u);
  w.handle(Detach{.shard = 0, .chat = RulesWorld::kChat});
  w.post(2, "b");
  w.commit();
  EXPECT_THAT(w.take<Deliver>(), IsEmpty());
}

TEST(Rules, RefuseNonMembersAndUnknownChats) {
  RulesWorld w;
  w.post(9, "a");
  w.post(1, "b", {99});
  w.commit();
  EXPECT_THAT(w.told(), ElementsAre("session 9: not_a_member a", "session 1: no_such_chat b"));
  EXPECT_EQ(w.log().last_seq(RulesWorld::kChat), 0u);
}

// ---- Repeats (S3) ----

TEST(Rules, GivesTheFirstAnswerToARepeatedCmid) {
  RulesWorld w;
  w.post(1, "a", RulesWorld::kChat, "first");
  w.commit();
  w.set_time(9'000);
  const std::string first = w.take<Answer>().at(0).json;
  w.post(1, "a", RulesWorld::kChat, "second");
  w.commit();
  EXPECT_EQ(w.take<Answer>().at(0).json, first);
  EXPECT_EQ(w.log().last_seq(RulesWorld::kChat), 1u);
  EXPECT_EQ(w.rules().counts().repeats, 1u);
}

TEST(Rules, AnswerARepeatWithItsFirstMessageWhileThatIsPending) {
  RulesWorld w;
  w.post(1, "a");
  w.post(1, "a");
  w.begin_commit();
  w.post(1, "a");
  EXPECT_THAT(w.told(), IsEmpty());
  w.end_commit();
  EXPECT_THAT(w.told(),
              ElementsAre("session 1: sent a=1", "session 1: sent a=1", "session 1: sent a=1"));
  EXPECT_FALSE(w.rules().take_batch());
}

TEST(Rules, ShowAnotherSessionThatRepeatsTheMessageBeforeItsAnswer) {
  RulesWorld w;
  w.attach(1);
  w.post(1, "a");
  w.handle(PostMessage{.from = RulesWorld::session(1, 2),
                       .user = {1},
                       .chat = RulesWorld::kChat,
                       .cmid = "a",
                       .body = "hi"});
  w.told();
  w.commit();
  EXPECT_THAT(w.told(), ElementsAre("session 1: sent a=1",
                                    "shard 0, chat 7: message 1 a from 1, not to session 1",
                                    "session 1: sent a=1"));
}

TEST(Rules, AnswerARepeatOnlyAfterTheCommitWasToldOf) {
  RulesWorld w;
  w.post(1, "a");
  w.begin_commit();
  w.keep();
  w.post(1, "a");
  EXPECT_THAT(w.told(), IsEmpty());
  w.end_commit();
  EXPECT_THAT(w.told(), ElementsAre("session 1: sent a=1", "session 1: sent a=1"));
}

TEST(Rules, GiveTheFirstAnswerAcrossARestart) {
  RulesWorld w;
  w.have_messages(1, 3);
  w.restart();
  w.post(1, "1-2");
  EXPECT_THAT(w.told(), ElementsAre("session 1: sent 1-2=2"));
}

TEST(Rules, TellSendersWithTheSameCmidApart) {
  RulesWorld w;
  w.post(1, "a");
  w.post(2, "a");
  w.commit();
  EXPECT_THAT(w.told(), ElementsAre("session 1: sent a=1", "session 2: sent a=2"));
}

TEST(Rules, AnswerRepeatsOfAFailedMessageWithUnavailable) {
  RulesWorld w;
  w.post(1, "a");
  w.begin_commit();
  w.post(1, "a");
  w.end_commit(Outcome::kLost);
  EXPECT_THAT(w.told(), ElementsAre("session 1: unavailable a", "session 1: unavailable a"));
}

TEST(Rules, BoundTheRepeatsThatAwaitACommit) {
  RulesWorld w;
  for (std::size_t i = 0; i <= Rules::kMaxRepeats; ++i) w.post(1, "a");
  EXPECT_THAT(w.told(), IsEmpty());
  w.post(1, "a");
  EXPECT_THAT(w.told(), ElementsAre("session 1: overloaded a"));
  w.commit();
  EXPECT_EQ(w.told().size(), 1 + Rules::kMaxRepeats);
}

// ---- Failed commits ----

TEST(Rules, TakeEverythingBackWhenACommitFails) {
  RulesWorld w;
  w.have_messages(1, 2);
  w.post(1, "lost");
  w.mark(2, 2, 1);
  w.change(1, {4}, {3});
  w.begin_commit();
  w.post(2, "lost too");  // rests on the seq of the first
  w.mark(2, 2, 2);
  w.end_commit(Outcome::kLost);
  EXPECT_THAT(w.told(), ElementsAre("session 2: unavailable lost too", "session 1: unavailable",
                                    "session 1: unavailable lost"));
  EXPECT_EQ(w.rules().pending(), 0u);
  EXPECT_FALSE(w.rules().take_batch());

  w.post(3, "next");  // still there, and the seq is the first free one
  w.post(4, "stranger");
  w.commit();
  EXPECT_THAT(w.told(), ElementsAre("session 4: not_a_member stranger", "session 3: sent next=3"));
  w.attach(2);
  const Page page = w.page();
  EXPECT_EQ(page.state.delivered, 0u);
  EXPECT_EQ(page.state.read, 0u);
}

TEST(Rules, AcceptARepeatOfWhatWasTakenBack) {
  RulesWorld w;
  w.post(1, "a");
  w.post(1, "b");
  w.commit(Outcome::kLost);
  w.told();
  w.post(1, "b");
  w.post(1, "a");
  w.commit();
  EXPECT_THAT(w.told(), ElementsAre("session 1: sent b=1", "session 1: sent a=2"));
}

TEST(Rules, DontTrustAnIndexEntryAboveWhatIsCommitted) {
  RulesWorld w;
  w.post(1, "a");
  w.commit(Outcome::kUnknown);  // it stands in the log at 1, but the seq is free again
  EXPECT_THAT(w.told(), ElementsAre("session 1: unavailable a"));
  w.post(1, "a");
  EXPECT_THAT(w.told(), IsEmpty()) << "nothing is acknowledged before it is committed";
  w.commit();
  EXPECT_THAT(w.told(), ElementsAre("session 1: sent a=1"));
}

TEST(Rules, DontTrustAnIndexEntryThatLeadsToAnotherMessage) {
  RulesWorld w;
  w.post(1, "a");
  w.commit(Outcome::kUnknown);
  w.told();
  w.post(2, "other");
  w.commit();
  w.post(1, "a");
  w.commit();
  EXPECT_THAT(w.told(), ElementsAre("session 2: sent other=1", "session 1: sent a=2"));
}

TEST(Rules, AdoptAfterARestartWhatAFailedCommitKept) {
  RulesWorld w;
  w.post(1, "a");
  w.commit(Outcome::kUnknown);
  w.restart();
  w.post(1, "a");
  w.post(1, "b");
  w.commit();
  EXPECT_THAT(w.told(), ElementsAre("session 1: sent a=1", "session 1: sent b=2"));
}

TEST(Rules, TakeAFailedChatBack) {
  RulesWorld w;
  w.handle(CreateChat{.from = w.session(1),
                      .line = 4,
                      .record = {.chat = {8}, .creator = {1}, .created = 0, .name = {}, .key = {}},
                      .members = {{1}}});
  w.post(1, "a", {8});
  w.commit(Outcome::kLost);
  const auto answers = w.take<Answer>();
  ASSERT_EQ(answers.size(), 2u);
  EXPECT_EQ(answers[1].error, protocol::Error::kUnavailable);
  EXPECT_EQ(answers[1].line, 4u);
  w.post(1, "b", {8});
  EXPECT_THAT(w.told(), ElementsAre("session 1: no_such_chat b"));
  EXPECT_EQ(w.rules().chats_in_memory(), 1u);
}

TEST(Rules, HaveOneBatchUnderWayAtMost) {
  RulesWorld w;
  EXPECT_FALSE(w.rules().take_batch()) << "there is nothing to commit";
  w.post(1, "a");
  w.begin_commit();
  w.post(1, "b");
  EXPECT_FALSE(w.rules().take_batch());
  EXPECT_EQ(w.rules().pending(), 2u);
  w.end_commit();
  w.commit();
  EXPECT_EQ(w.rules().pending(), 0u);
  EXPECT_EQ(w.log().last_seq(RulesWorld::kChat), 2u);
}

TEST(Rules, RefuseNewWorkWhenTooMuchAwaitsItsCommit) {
  RulesWorld w;
  for (std::size_t i = 0; i < Rules::kMaxPending; ++i) w.post(1, std::to_string(i));
  EXPECT_THAT(w.told(), IsEmpty());
  w.post(1, "one more");
  w.change(1, {4}, {});
  EXPECT_THAT(w.told(), ElementsAre("session 1: overloaded one more", "session 1: overloaded"));
  EXPECT_EQ(w.rules().counts().overloaded, 1u);
  w.post(1, "0");  // a repeat costs nothing and is taken
  EXPECT_THAT(w.told(), IsEmpty());
  w.commit();
  w.told();
  w.post(1, "one more");
  w.commit();
  EXPECT_THAT(w.told(), ElementsAre("session 1: sent one more=100001"));
}

// ---- Cursors and receipts (S9, S10) ----

TEST(Rules, ReceiptsGoToTheSendersOfWhatIsNewlyCovered) {
  RulesWorld w;
  w.have_messages(1, 2);
  w.have_messages(3, 1);
  w.mark(2, 2, 0);
  w.commit();
  EXPECT_THAT(w.told(), ElementsAre("user 1: receipt of 2: 2/0"));
  w.mark(2, 3, 0);
  w.commit();
  EXPECT_THAT(w.told(), ElementsAre("user 3: receipt of 2: 3/0"));
  w.mark(2, 3, 3);
  w.commit();
  EXPECT_THAT(w.told(), ElementsAre("user 1: receipt of 2: 3/3", "user 3: receipt of 2: 3/3"));
}

TEST(Rules, ReceiptsComeOnlyAfterTheCommit) {
  RulesWorld w;
  w.have_messages(1, 2);
  w.mark(2, 1, 0);
  w.begin_commit();
  w.mark(2, 2, 0);
  EXPECT_THAT(w.told(), IsEmpty());
  w.end_commit();
  EXPECT_THAT(w.told(), ElementsAre("user 1: receipt of 2: 1/0"));
  w.commit(Outcome::kLost);
  EXPECT_THAT(w.told(), IsEmpty());
}

TEST(Rules, OneReceiptForAllMovesInABatch) {
  RulesWorld w;
  w.have_messages(1, 3);
  w.mark(2, 1, 0);
  w.mark(2, 2, 0);
  w.mark(2, 0, 1);
  w.mark(2, 3, 0);
  w.commit();
  EXPECT_THAT(w.told(), ElementsAre("user 1: receipt of 2: 3/1"));
  EXPECT_EQ(w.rules().counts().cursor_moves, 1u);
}

TEST(Rules, ReadImpliesDelivered) {
  RulesWorld w;
  w.have_messages(1, 3);
  w.mark(2, 0, 2);
  w.commit();
  EXPECT_THAT(w.told(), ElementsAre("user 1: receipt of 2: 2/2"));
}

TEST(Rules, CursorsNeverMoveBack) {
  RulesWorld w;
  w.have_messages(1, 3);
  w.mark(2, 3, 2);
  w.commit();
  w.told();
  w.mark(2, 1, 0);
  w.mark(2, 0, 1);
  EXPECT_FALSE(w.rules().take_batch());
  w.restart();
  w.mark(2, 2, 2);
  EXPECT_FALSE(w.rules().take_batch());
  EXPECT_THAT(w.told(), IsEmpty());
}

TEST(Rules, CursorsStayWithinWhatIsCommitted) {
  RulesWorld w;
  w.have_messages(1, 2);
  w.mark(2, 3, 0);
  w.mark(2, 0, 3);
  EXPECT_THAT(w.told(), ElementsAre("session 2: bad_field", "session 2: bad_field"));
  w.post(1, "a");
  w.begin_commit();
  w.mark(2, 3, 0);
  EXPECT_THAT(w.told(), ElementsAre("session 2: bad_field"));
  w.end_commit();
  w.mark(2, 3, 0);
  w.told();
  w.commit();
  EXPECT_THAT(w.told(), ElementsAre("user 1: receipt of 2: 3/0"));
}

TEST(Rules, CursorsTakenBackAreMovedAgain) {
  RulesWorld w;
  w.have_messages(1, 3);
  w.mark(2, 1, 0);
  w.begin_commit();
  w.mark(2, 3, 3);
  w.end_commit(Outcome::kLost);
  EXPECT_THAT(w.told(), IsEmpty());
  w.mark(2, 2, 0);
  w.commit();
  EXPECT_THAT(w.told(), ElementsAre("user 1: receipt of 2: 2/0"));
}

TEST(Rules, NoReceiptsForWhoLeft) {
  RulesWorld w({1, 2, 3, 4});
  w.have_messages(1, 2);
  w.have_messages(3, 1);
  w.change(1, {}, {1});
  w.commit();
  w.told();
  w.mark(2, 3, 0);
  w.commit();
  EXPECT_THAT(w.told(), ElementsAre("user 3: receipt of 2: 3/0"));
}

TEST(Rules, OnlyMembersMoveCursors) {
  RulesWorld w;
  w.have_messages(1, 1);
  w.mark(9, 1, 1);
  w.mark(2, 1, 1, {99});
  EXPECT_THAT(w.told(), ElementsAre("session 9: not_a_member", "session 2: no_such_chat"));
  EXPECT_FALSE(w.rules().take_batch());
}

// ---- Typing ----

// ---- Receipts in large chats ----

class LargeChat : public testing::Test {
 protected:
  static constexpr std::uint64_t kMembers = 102;

  static std::vector<std::uint64_t> crowd() {
    std::vector<std::uint64_t> users(kMembers);
    std::iota(users.begin(), users.end(), std::uint64_t{1});
    return users;
  }
  void all_get(std::uint64_t from, std::uint64_t to, Seq delivered, Seq read) {
    for (std::uint64_t user = from; user <= to; ++user) w.mark(user, delivered, read);
    w.commit();
  }

  RulesWorld w{crowd()};
};

TEST_F(LargeChat, CountsReceiptsOnceACommit) {
  w.have_messages(1, 1);
  all_get(2, 50, 1, 0);
  EXPECT_THAT(w.told(), ElementsAre("user 1: receipts of 1: 49/0"));
  w.set_time(2'000);
  all_get(51, kMembers, 1, 1);
  EXPECT_THAT(w.told(), ElementsAre("user 1: receipts of 1: 101/52"));
  w.mark(2, 1, 0);
  w.commit();
  EXPECT_THAT(w.told(), IsEmpty()) << "nothing new";
}

TEST_F(LargeChat, TellsASenderOfAllMessagesOnceASecond) {
  w.have_messages(1, 2);
  all_get(2, 10, 1, 0);
  EXPECT_THAT(w.told(), ElementsAre("user 1: receipts of 1: 9/0")) << "the first at once";
  w.set_time(1'999);
  all_get(2, 10, 2, 0);
  all_get(11, 20, 2, 1);
  w.rules().tick(1'999);
  EXPECT_THAT(w.told(), IsEmpty());
  w.rules().tick(2'000);
  EXPECT_THAT(w.told(), ElementsAre("user 1: receipts of 1: 19/10; receipts of 2: 19/0"));
}

TEST_F(LargeChat, CountsEachMessageForItsSender) {
  w.have_messages(1, 1);
  w.have_messages(2, 1);
  w.mark(3, 2, 1);
  w.mark(1, 2, 2);
  w.commit();
  EXPECT_THAT(w.told(), testing::UnorderedElementsAre("user 1: receipts of 1: 1/1",
                                                      "user 2: receipts of 2: 2/1"));
}

TEST_F(LargeChat, RemembersTheCountsAcrossARestart) {
  w.have_messages(1, 3);
  all_get(2, 40, 2, 1);
  w.restart();
  w.told();
  all_get(41, 41, 3, 3);
  EXPECT_THAT(w.told(), ElementsAre("user 1: receipts of 1: 40/40; receipts of 2: 40/1; "
                                    "receipts of 3: 1/1"));
}

TEST_F(LargeChat, GoesBackToSingleReceiptsWhenItIsSmallAgain) {
  w.change(1, {}, {100, 101, 102});
  w.commit();
  w.have_messages(1, 1);
  w.mark(2, 1, 0);
  w.commit();
  EXPECT_THAT(w.told(), ElementsAre("user 1: receipt of 2: 1/0"));
  w.change(1, {100, 101, 102}, {});
  w.commit();
  w.told();
  w.mark(3, 1, 0);
  w.commit();
  EXPECT_THAT(w.told(), ElementsAre("user 1: receipts of 1: 2/0")) << "the first one counts";
}

TEST_F(LargeChat, SaysNothingToASenderWhoLeft) {
  w.have_messages(1, 1);
  w.change(1, {}, {1});
  w.commit();
  w.told();
  all_get(2, 3, 1, 1);
  EXPECT_THAT(w.told(), IsEmpty());
}

TEST(Rules, TypingGoesToAttachedShardsAtOnceAndIsNotKept) {
  RulesWorld w;
  w.attach(1);
  w.told();
  w.handle(ShowTyping{.from = w.session(2), .user = {2}, .chat = RulesWorld::kChat});
  EXPECT_THAT(w.told(), ElementsAre("shard 0, chat 7: typing 2, not to user 2"));
  EXPECT_FALSE(w.rules().take_batch());
}

TEST(Rules, OnlyMembersAreShownTyping) {
  RulesWorld w;
  w.handle(ShowTyping{.from = w.session(9), .user = {9}, .chat = RulesWorld::kChat});
  w.handle(ShowTyping{.from = w.session(1), .user = {1}, .chat = {99}});
  EXPECT_THAT(w.told(), ElementsAre("session 9: not_a_member", "session 1: no_such_chat"));
}

}  // namespace
}  // namespace throng::chat
