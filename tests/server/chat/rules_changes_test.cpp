#include <gmock/gmock.h>

#include "server/chat/rules.hpp"
#include "tests/server/chat/rules_world.hpp"

// Messages that say something of an earlier one.
namespace throng::chat {
namespace {

using protocol::MessageKind;
using testing::ElementsAre;
using testing::IsEmpty;

PostMessage about(std::uint64_t user, std::string cmid, MessageKind kind, Seq re,
                  std::string body) {
  return {.from = RulesWorld::session(user),
          .user = {user},
          .chat = RulesWorld::kChat,
          .cmid = std::move(cmid),
          .body = std::move(body),
          .extras = std::make_shared<const MessageExtras>(MessageExtras{.kind = kind, .re = re})};
}

class RulesChanges : public testing::Test {
 protected:
  void say(std::uint64_t user, std::string cmid, MessageKind kind, Seq re, std::string body = {}) {
    w.handle(about(user, std::move(cmid), kind, re, std::move(body)));
  }
  /// The message as the log has it, in words.
  std::string stored(Seq seq) {
    std::string text = "nothing";
    w.log().read_forward(RulesWorld::kChat, seq - 1, seq, {.messages = 1, .bytes = 1},
                         [&](const StoredView& m) {
                           text = std::string(m.body) + " v" + std::to_string(m.version);
                           if (m.deleted) text += " deleted";
                           return true;
                         });
    return text;
  }

  RulesWorld w;
};

TEST_F(RulesChanges, AnEditHasASeqOfItsOwnAndStandsInPlaceOfTheOldText) {
  w.have_messages(1, 2);
  w.attach(2);
  w.told();
  say(1, "e", MessageKind::kEdit, 2, "better");
  EXPECT_THAT(w.told(), IsEmpty()) << "not before the commit";
  EXPECT_EQ(stored(2), "hi v0");
  w.commit();
  EXPECT_THAT(w.told(),
              ElementsAre("session 1: sent e=3",
                          "shard 1, chat 7: message 3 e from 1 edit of 2, not to session 1"));
  EXPECT_EQ(stored(2), "better v1");
  say(1, "f", MessageKind::kEdit, 2, "best");
  w.commit();
  EXPECT_EQ(stored(2), "best v2");
}

TEST_F(RulesChanges, WhoCatchesUpGetsTheNewestVersion) {
  w.have_messages(1, 1);
  say(1, "e", MessageKind::kEdit, 1, "better");
  w.commit();
  w.told();
  w.attach(2);
  EXPECT_THAT(w.told(), ElementsAre("session 2: page message 1 1-1 from 1, version 1: better; "
                                    "message 2 e from 1 edit of 1; through 2 of 2, unread 2"));
}

TEST_F(RulesChanges, NothingIsLeftOfADeletedMessageButItsPlace) {
  w.have_messages(1, 1);
  say(1, "d", MessageKind::kDelete, 1);
  w.commit();
  EXPECT_EQ(stored(1), " v1 deleted");
  w.told();
  say(1, "e", MessageKind::kEdit, 1, "back");
  say(2, "r", MessageKind::kReaction, 1, "+1");
  say(1, "x", MessageKind::kDelete, 1);
  say(2, "y", MessageKind::kText, 1, "reply");
  EXPECT_THAT(w.told(),
              ElementsAre("session 1: no_such_message e", "session 2: no_such_message r",
                          "session 1: no_such_message x", "session 2: no_such_message y"));
}

TEST_F(RulesChanges, OnlyTheSenderChangesAMessage) {
  w.have_messages(1, 1);
  say(2, "e", MessageKind::kEdit, 1, "mine");
  say(2, "d", MessageKind::kDelete, 1);
  EXPECT_THAT(w.told(),
              ElementsAre("session 2: no_such_message e", "session 2: no_such_message d"));
  EXPECT_FALSE(w.rules().take_batch());
}

TEST_F(RulesChanges, AnAdminDeletesAndDoesNotEdit) {
  w.have_messages(1, 1);
  w.handle(ChangeMembers{
      .from = RulesWorld::session(2), .by = {2}, .chat = RulesWorld::kChat, .promote = {{2}}});
  w.commit();
  w.told();
  say(2, "e", MessageKind::kEdit, 1, "mine");
  say(2, "d", MessageKind::kDelete, 1);
  w.commit();
  EXPECT_THAT(w.told(), ElementsAre("session 2: no_such_message e", "session 2: sent d=2"));
  EXPECT_EQ(stored(1), " v1 deleted");
}

TEST_F(RulesChanges, ReactionsAndRepliesLeaveTheMessageAsItIs) {
  w.have_messages(1, 1);
  say(2, "r", MessageKind::kReaction, 1, "+1");
  say(3, "a", MessageKind::kText, 1, "yes");
  w.commit();
  EXPECT_EQ(stored(1), "hi v0");
  EXPECT_EQ(stored(2), "+1 v0");
  say(3, "x", MessageKind::kReaction, 2, "+1");
  say(2, "e", MessageKind::kEdit, 2, "-1");
  w.told();
  say(2, "d", MessageKind::kDelete, 2);
  w.commit();
  EXPECT_EQ(stored(2), " v1 deleted") << "a reaction can be taken back";
}

TEST_F(RulesChanges, AnEditCanBeDeletedToo) {
  w.have_messages(1, 1);
  say(1, "e", MessageKind::kEdit, 1, "secret");
  w.commit();
  say(1, "d", MessageKind::kDelete, 1);
  say(1, "x", MessageKind::kDelete, 2);
  w.commit();
  EXPECT_EQ(stored(1), " v2 deleted");
  EXPECT_EQ(stored(2), " v1 deleted");
}

TEST_F(RulesChanges, WhatIsMeantMustBeThereAndVisible) {
  w.have_messages(1, 3);
  w.change(1, {4}, {});
  w.commit();
  w.told();
  w.post(1, "uncommitted");
  say(1, "a", MessageKind::kEdit, 4, "too early");
  say(1, "b", MessageKind::kEdit, 9, "never sent");
  say(4, "c", MessageKind::kReaction, 3, "before he came");
  EXPECT_THAT(w.told(), ElementsAre("session 1: no_such_message a", "session 1: no_such_message b",
                                    "session 4: no_such_message c"));
}

TEST_F(RulesChanges, OneChangeOfAMessageIsUnderWayAtATime) {
  w.have_messages(1, 1);
  say(1, "a", MessageKind::kEdit, 1, "one");
  say(1, "b", MessageKind::kEdit, 1, "two");
  EXPECT_THAT(w.told(), ElementsAre("session 1: overloaded b"));
  w.commit();
  say(1, "b", MessageKind::kEdit, 1, "two");
  w.commit();
  EXPECT_EQ(stored(1), "two v2");
}

TEST_F(RulesChanges, AFailedChangeCanBeRepeated) {
  w.have_messages(1, 1);
  say(1, "a", MessageKind::kEdit, 1, "one");
  w.commit(Outcome::kLost);
  EXPECT_THAT(w.told(), ElementsAre("session 1: unavailable a"));
  EXPECT_EQ(stored(1), "hi v0");
  say(1, "a", MessageKind::kEdit, 1, "one");
  w.commit();
  EXPECT_THAT(w.told(), ElementsAre("session 1: sent a=2"));
  EXPECT_EQ(stored(1), "one v1");
}

TEST_F(RulesChanges, ARepeatedEditGetsTheFirstAnswerAndChangesNothing) {
  w.have_messages(1, 1);
  say(1, "a", MessageKind::kEdit, 1, "one");
  w.commit();
  say(1, "b", MessageKind::kEdit, 1, "two");
  w.commit();
  w.told();
  say(1, "a", MessageKind::kEdit, 1, "one");
  EXPECT_THAT(w.told(), ElementsAre("session 1: sent a=2"));
  EXPECT_EQ(stored(1), "two v2");
}

TEST_F(RulesChanges, ComeThroughARestart) {
  w.have_messages(1, 1);
  say(1, "a", MessageKind::kEdit, 1, "one");
  w.commit();
  w.restart();
  say(1, "b", MessageKind::kEdit, 1, "two");
  w.commit();
  EXPECT_EQ(stored(1), "two v2");
}

}  // namespace
}  // namespace throng::chat
