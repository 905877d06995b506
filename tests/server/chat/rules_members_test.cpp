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
                         .admin = true,
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

}  // namespace
}  // namespace throng::chat
