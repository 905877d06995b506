#include <gmock/gmock.h>

#include "server/chat/rules.hpp"
#include "tests/server/chat/rules_world.hpp"

// Chats and who is in them.
namespace throng::chat {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

CreateChat create(std::uint64_t chat, std::vector<UserId> members) {
  return {.from = RulesWorld::session(1),
          .line = 0,
          .record = {.chat = {chat}, .creator = {1}, .created = 0, .name = "lunch", .key = "k"},
          .members = std::move(members)};
}

TEST(RulesMembers, TellEverybodyOfANewChatOnceItIsDurable) {
  RulesWorld w;
  w.set_time(5'000);
  w.handle(create(8, {{3}, {1}, {3}}));
  EXPECT_THAT(w.told(), IsEmpty());
  w.commit();
  EXPECT_THAT(w.told(), ElementsAre("session 1: chat is there", "user 1: in chat 8 after 0",
                                    "user 3: in chat 8 after 0"));
  const auto record = w.directory().chat({8});
  ASSERT_TRUE(record);
  EXPECT_EQ(record->created, 5'000);
  EXPECT_EQ(record->name, "lunch");
  EXPECT_EQ(w.directory().members({8}).size(), 2u);
  EXPECT_EQ(w.directory().chat_by_key({1}, "k"), ChatId{8});
}

TEST(RulesMembers, ARepeatedCreationChangesNothing) {
  RulesWorld w;
  w.handle(create(7, {{9}}));
  EXPECT_THAT(w.told(), ElementsAre("session 1: chat is there"));
  EXPECT_FALSE(w.rules().take_batch());
}

TEST(RulesMembers, ARepeatOfACreationUnderWayIsAnsweredWithIt) {
  RulesWorld w;
  w.handle(create(8, {{9}}));
  w.handle(create(8, {{9}}));
  EXPECT_THAT(w.told(), IsEmpty());
  w.commit();
  EXPECT_THAT(w.told(), ElementsAre("session 1: chat is there", "session 1: chat is there",
                                    "user 9: in chat 8 after 0"));
}

TEST(RulesMembers, WhoJoinsIsToldWhereMessagesFollow) {
  RulesWorld w;
  w.have_messages(1, 5);
  w.change(1, {4}, {});
  EXPECT_THAT(w.told(), IsEmpty());
  w.commit();
  EXPECT_THAT(w.told(), ElementsAre("session 1: chat is there", "user 4: in chat 7 after 5"));
  w.post(4, "hello");
  w.commit();
  EXPECT_THAT(w.told(), ElementsAre("session 4: sent hello=6"));
}

TEST(RulesMembers, WhoLeavesIsToldWhereMessagesEnd) {
  RulesWorld w;
  w.have_messages(1, 5);
  w.change(2, {}, {2});
  w.commit();
  EXPECT_THAT(w.told(), ElementsAre("session 2: chat is there", "user 2: out of chat 7 after 5"));
  w.post(2, "too late");
  w.mark(2, 1, 1);
  EXPECT_THAT(w.told(), ElementsAre("session 2: not_a_member too late", "session 2: not_a_member"));
}

TEST(RulesMembers, FencesCountWhatIsAcceptedAndNotCommittedYet) {
  RulesWorld w;
  w.have_messages(1, 1);
  w.post(1, "a");
  w.change(1, {4}, {2});
  w.post(1, "b");
  w.commit();
  EXPECT_THAT(w.told(), ElementsAre("session 1: sent a=2", "session 1: chat is there",
                                    "user 4: in chat 7 after 2", "user 2: out of chat 7 after 2",
                                    "session 1: sent b=3"));
}

TEST(RulesMembers, ChangesThatChangeNothingAreAnsweredAtOnce) {
  RulesWorld w;
  w.change(1, {2}, {9});
  EXPECT_THAT(w.told(), ElementsAre("session 1: chat is there"));
  EXPECT_FALSE(w.rules().take_batch());
}

TEST(RulesMembers, OnlyMembersAndAdminsChangeMembers) {
  RulesWorld w;
  w.change(9, {9}, {});
  w.change(1, {9}, {}, {99});
  EXPECT_THAT(w.told(), ElementsAre("session 9: not_a_member", "session 1: no_such_chat"));
  w.handle(ChangeMembers{.from = w.session(9),
                         .by = {9},
                         .operates = true,
                         .chat = RulesWorld::kChat,
                         .add = {{9}},
                         .remove = {}});
  w.commit();
  EXPECT_THAT(w.told(), ElementsAre("session 9: chat is there", "user 9: in chat 7 after 0"));
}

TEST(RulesMembers, RefuseMoreThanAChatHolds) {
  RulesWorld w;
  std::vector<std::uint64_t> crowd(Rules::kMaxChatMembers - 2);
  for (std::size_t i = 0; i < crowd.size(); ++i) crowd[i] = 1000 + i;
  w.change(1, crowd, {});
  EXPECT_THAT(w.told(), ElementsAre("session 1: too_large"));
  crowd.pop_back();
  w.change(1, crowd, {});
  w.commit();
  EXPECT_EQ(w.take<MembershipChanged>().size(), crowd.size());
}

TEST(RulesMembers, AFailedChangeLeavesEverybodyWhereTheyWere) {
  RulesWorld w;
  w.have_messages(1, 3);
  w.change(1, {}, {3});
  w.commit();
  w.have_messages(1, 1);
  w.change(1, {3, 4}, {2});  // 3 comes back, 4 is new, 2 goes
  w.commit(Outcome::kLost);
  EXPECT_THAT(w.told(), ElementsAre("session 1: unavailable"));
  for (const std::uint64_t user : {2, 3, 4}) w.post(user, "x");
  w.commit();
  EXPECT_THAT(w.told(), ElementsAre("session 3: not_a_member x", "session 4: not_a_member x",
                                    "session 2: sent x=5"));
  w.fetch(3);
  EXPECT_THAT(w.told(), ElementsAre("session 3: history 3 2 1"));
}

TEST(RulesMembers, ComeThroughARestart) {
  RulesWorld w;
  w.have_messages(1, 2);
  w.change(1, {4}, {2});
  w.commit();
  w.have_messages(1, 2);
  w.restart();
  w.post(2, "a");
  w.fetch(2);
  w.fetch(4);
  EXPECT_THAT(w.told(), ElementsAre("session 2: not_a_member a", "session 2: history 2 1",
                                    "session 4: history 4 3"));
}

// A commit keeps the directory first: when the log then fails, a fence can lie above the last
// message that is there.
TEST(RulesMembers, FencesAboveTheLogAreLoweredWhenTheChatIsLoaded) {
  RulesWorld w;
  w.have_messages(1, 2);
  Batch half;
  half.members = {{.chat = {7}, .user = {4}, .joined_after = 9, .left_after = 0, .present = true},
                  {.chat = {7}, .user = {2}, .joined_after = 0, .left_after = 9, .present = false}};
  const Batch* const batches[] = {&half};
  ASSERT_FALSE(w.directory().commit(batches));
  w.restart();
  w.attach(4);
  const Page page = w.page();
  EXPECT_EQ(page.state.delivered, 2u);
  EXPECT_EQ(page.state.last, 2u);
  w.have_messages(1, 2);
  w.fetch(4);
  w.fetch(2);
  EXPECT_THAT(w.told(), ElementsAre("session 4: history 4 3", "session 2: history 2 1"));
}

// ---- Admins and names ----

ChangeMembers by(std::uint64_t user) {
  return {.from = RulesWorld::session(user), .by = {user}, .chat = RulesWorld::kChat};
}

/// The world's chat with user 1 as its admin.
void have_admin(RulesWorld& w) {
  ChangeMembers change = by(1);
  change.promote = {{1}};
  w.handle(std::move(change));
  w.commit();
  w.told();
}

TEST(RulesAdmins, AChatWithoutOneIsEverybodys) {
  RulesWorld w;
  w.change(2, {}, {3});
  w.commit();
  EXPECT_THAT(w.told(), ElementsAre("session 2: chat is there", "user 3: out of chat 7 after 0"));
}

TEST(RulesAdmins, OnlyTheyRemoveOthersRenameAndMakeAdmins) {
  RulesWorld w;
  have_admin(w);
  w.change(2, {}, {3});
  ChangeMembers promote = by(2);
  promote.promote = {{2}};
  w.handle(std::move(promote));
  ChangeMembers demote = by(2);
  demote.demote = {{1}};
  w.handle(std::move(demote));
  w.handle(RenameChat{
      .from = RulesWorld::session(2), .by = {2}, .chat = RulesWorld::kChat, .name = "mine"});
  EXPECT_THAT(w.told(), ElementsAre("session 2: forbidden", "session 2: forbidden",
                                    "session 2: forbidden", "session 2: forbidden"));
  w.change(2, {4}, {});
  w.change(3, {}, {3});
  w.change(1, {}, {2});
  w.commit();
  EXPECT_THAT(w.told(), ElementsAre("session 2: chat is there", "user 4: in chat 7 after 0",
                                    "session 3: chat is there", "user 3: out of chat 7 after 0",
                                    "session 1: chat is there", "user 2: out of chat 7 after 0"));
}

TEST(RulesAdmins, TheCreatorsChoiceHoldsAcrossARestart) {
  RulesWorld w;
  CreateChat chat = create(8, {{1}, {2}, {3}});
  chat.admins = {{2}, {9}};
  w.handle(std::move(chat));
  w.commit();
  w.restart();
  w.told();
  w.change(1, {}, {3}, {8});
  EXPECT_THAT(w.told(), ElementsAre("session 1: forbidden"));
  w.change(2, {}, {3}, {8});
  w.commit();
  EXPECT_THAT(w.told(), ElementsAre("session 2: chat is there", "user 3: out of chat 8 after 0"));
}

TEST(RulesAdmins, WhenTheLastOneLeavesTheEldestMemberBecomesOne) {
  RulesWorld w;
  w.have_messages(1, 3);
  w.change(1, {}, {2});
  w.change(1, {2}, {});
  w.commit();
  have_admin(w);
  w.change(1, {}, {1});
  w.commit();
  w.told();
  w.change(2, {}, {3});
  EXPECT_THAT(w.told(), ElementsAre("session 2: forbidden")) << "2 came back after 3 messages";
  w.change(3, {}, {2});
  w.commit();
  EXPECT_THAT(w.told(), ElementsAre("session 3: chat is there", "user 2: out of chat 7 after 3"));
}

TEST(RulesAdmins, AFailedPromotionIsTakenBack) {
  RulesWorld w;
  have_admin(w);
  ChangeMembers promote = by(1);
  promote.promote = {{2}};
  w.handle(std::move(promote));
  w.commit(Outcome::kLost);
  w.told();
  w.change(2, {}, {3});
  EXPECT_THAT(w.told(), ElementsAre("session 2: forbidden"));
}

TEST(RulesAdmins, TheLastOneStaysOneUntilThereIsAnother) {
  RulesWorld w;
  have_admin(w);
  ChangeMembers demote = by(1);
  demote.demote = {{1}};
  w.handle(ChangeMembers(demote));
  EXPECT_THAT(w.told(), ElementsAre("session 1: forbidden"));
  ChangeMembers promote = by(1);
  promote.promote = {{2}};
  w.handle(std::move(promote));
  w.handle(ChangeMembers(demote));
  w.commit();
  w.told();
  w.change(1, {}, {3});
  EXPECT_THAT(w.told(), ElementsAre("session 1: forbidden")) << "user 2 is the one";
}

TEST(RulesAdmins, WhoBecomesOneStaysThereAllTheTime) {
  RulesWorld w;
  have_admin(w);
  w.have_messages(1, 2);
  ChangeMembers promote = by(1);
  promote.promote = {{2}};
  w.handle(std::move(promote));
  w.attach(2);
  EXPECT_TRUE(w.page().member);
  w.commit();
  EXPECT_THAT(w.told(), ElementsAre("session 1: chat is there", R"(shard 1, chat 7: chat "" of 3)"))
      << "nobody came or went";
}

TEST(RulesMembers, ANewNameIsToldAndKept) {
  RulesWorld w;
  w.attach(1);
  w.told();
  w.handle(RenameChat{
      .from = RulesWorld::session(2), .by = {2}, .chat = RulesWorld::kChat, .name = "dinner"});
  EXPECT_THAT(w.told(), IsEmpty());
  w.commit();
  EXPECT_THAT(w.told(),
              ElementsAre("session 2: chat is there", R"(shard 0, chat 7: chat "dinner" of 3)"));
  EXPECT_EQ(w.directory().chat(RulesWorld::kChat)->name, "dinner");
}

TEST(RulesMembers, ANewNameOfTheSameCommitIsTheName) {
  RulesWorld w;
  w.attach(1);
  w.told();
  w.change(2, {4}, {});
  w.handle(RenameChat{
      .from = RulesWorld::session(2), .by = {2}, .chat = RulesWorld::kChat, .name = "dinner"});
  w.change(2, {5}, {});
  w.commit();
  const auto told = w.told();
  EXPECT_THAT(told, testing::Contains(R"(shard 0, chat 7: chat "dinner" of 5)").Times(3));
}

TEST(RulesMembers, OthersHearOfWhoComesAndGoes) {
  RulesWorld w;
  w.attach(1);
  w.told();
  w.change(2, {4}, {3});
  w.commit();
  EXPECT_THAT(w.told(),
              ElementsAre("session 2: chat is there", "user 4: in chat 7 after 0",
                          "user 3: out of chat 7 after 0", R"(shard 0, chat 7: chat "" of 3)"));
}

TEST(RulesMembers, AreDescribedByPages) {
  std::vector<std::uint64_t> crowd;
  for (std::uint64_t user = 1; user <= 1001; ++user) crowd.push_back(user);
  RulesWorld w(crowd);
  const auto describe = [&](std::uint64_t after) {
    w.handle(DescribeChat{
        .from = RulesWorld::session(1), .user = {1}, .chat = RulesWorld::kChat, .after = {after}});
    return w.take<Answer>().front().json;
  };
  EXPECT_THAT(describe(0), testing::AllOf(testing::HasSubstr(R"("count":1001)"),
                                          testing::HasSubstr(R"({"user":1000,"admin":false}])"),
                                          testing::HasSubstr(R"("next":1000)")));
  EXPECT_THAT(describe(1000), testing::EndsWith(R"("members":[{"user":1001,"admin":false}]})"));
  w.handle(
      DescribeChat{.from = RulesWorld::session(5000), .user = {5000}, .chat = RulesWorld::kChat});
  EXPECT_THAT(w.told(), ElementsAre("session 5000: not_a_member"));
}

TEST(RulesMembers, WhoWasOutWhileAwayIsToldWhereMessagesFollow) {
  RulesWorld w;
  w.have_messages(1, 2);
  w.change(1, {}, {2});
  w.commit();
  w.have_messages(1, 1);
  w.change(1, {2}, {});
  w.commit();
  w.have_messages(1, 1);
  w.told();
  w.attach(2, 2);
  EXPECT_THAT(w.told(), ElementsAre("session 2: page joined after 3; message 4 1-4 from 1; "
                                    "through 4 of 4, unread 1"));
  w.attach(2, 4);
  EXPECT_THAT(w.told(), ElementsAre("session 2: page through 4 of 4, unread 1"));
  w.attach(2);
  EXPECT_THAT(w.told(), ElementsAre("session 2: page joined after 3; message 4 1-4 from 1; "
                                    "through 4 of 4, unread 1"));
}

TEST(RulesMembers, WhoJoinsSeesWhatWasSaidBeforeOnlyIfItIsShown) {
  for (const bool shown : {false, true}) {
    RulesWorld w;
    CreateChat chat = create(8, {{1}, {2}});
    chat.record.history_shown = shown;
    w.handle(std::move(chat));
    w.commit();
    w.have_messages(1, 2, {8});
    w.change(1, {3}, {}, {8});
    w.commit();
    w.told();
    for (int restarted = 0; restarted < 2; ++restarted) {
      w.fetch(3, {}, 50, {8});
      EXPECT_THAT(w.told(), ElementsAre(shown ? "session 3: history 2 1" : "session 3: history"));
      w.attach(3, 0, {8});
      EXPECT_THAT(w.told(), ElementsAre("session 3: page joined after 2; through 2 of 2, unread 0"))
          << "catch-up begins where he came";
      w.restart();
    }
  }
}

// ---- Who else is there ----

TEST(RulesWindows, ShowTheOtherMembers) {
  RulesWorld w;
  w.handle(OpenWindow{.from = RulesWorld::session(2), .user = {2}, .chat = RulesWorld::kChat});
  EXPECT_THAT(w.told(), ElementsAre("session 2: window of 7 shows 1 3"));
  w.handle(OpenWindow{.from = RulesWorld::session(9), .user = {9}, .chat = RulesWorld::kChat});
  w.handle(OpenWindow{.from = RulesWorld::session(9), .user = {9}, .chat = {99}});
  EXPECT_THAT(w.told(), ElementsAre("session 9: not_a_member", "session 9: no_such_chat"));
}

TEST(RulesWindows, ShowNobodyInALargeChat) {
  std::vector<std::uint64_t> crowd;
  for (std::uint64_t user = 1; user <= 101; ++user) crowd.push_back(user);
  RulesWorld w(crowd);
  w.handle(OpenWindow{.from = RulesWorld::session(2), .user = {2}, .chat = RulesWorld::kChat});
  EXPECT_THAT(w.told(), IsEmpty());
}

}  // namespace
}  // namespace throng::chat
