#include "server/chat/conversation.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

namespace throng::chat {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Conversation make(std::vector<std::uint64_t> users, Seq last = 0) {
  std::vector<Member> members;
  for (const std::uint64_t user : users) members.push_back({.user = {user}});
  return {{7}, last, std::move(members), 2};
}

std::set<std::uint64_t> senders(const Conversation& chat, Seq after, Seq through,
                                std::uint64_t reader) {
  std::vector<UserId> found;
  chat.senders(after, through, {reader}, found);
  std::set<std::uint64_t> ids;
  for (const UserId user : found) ids.insert(user.value);
  return ids;
}

TEST(Conversation, FindsMembersInAnyOrder) {
  Conversation chat = make({30, 10, 20});
  ASSERT_TRUE(chat.find({10}));
  EXPECT_EQ(chat.find({10})->user, UserId{10});
  EXPECT_EQ(chat.find({30})->user, UserId{30});
  EXPECT_FALSE(chat.find({15}));
  EXPECT_FALSE(chat.find({31}));
}

TEST(Conversation, AcceptsSeqsWithoutGaps) {
  Conversation chat = make({1, 2}, 41);
  EXPECT_EQ(chat.accept({1}), 42u);
  EXPECT_EQ(chat.accept({2}), 43u);
  EXPECT_EQ(chat.committed(), 41u);
  chat.commit(42);
  EXPECT_EQ(chat.committed(), 42u);
  chat.roll_back();
  EXPECT_EQ(chat.last(), 42u);
  EXPECT_EQ(chat.accept({1}), 43u);
}

TEST(Conversation, WhoJoinsStandsBehindTheLastMessage) {
  Conversation chat = make({1, 2}, 5);
  const Member* member = chat.add({9});
  ASSERT_TRUE(member);
  EXPECT_EQ(member->joined_after, 5u);
  EXPECT_EQ(member->delivered, 5u);
  EXPECT_EQ(member->read, 5u);
  EXPECT_EQ(chat.present(), 3u);
  EXPECT_FALSE(chat.add({9})) << "is there already";
}

TEST(Conversation, WhoLeavesKeepsAHorizon) {
  Conversation chat = make({1, 2}, 5);
  ASSERT_TRUE(chat.remove({2}));
  EXPECT_FALSE(chat.remove({2})) << "isn't there any more";
  EXPECT_FALSE(chat.find_present({2}));
  EXPECT_EQ(chat.present(), 1u);
  EXPECT_EQ(chat.find({2})->horizon(100), 5u);
  EXPECT_EQ(chat.find({2})->horizon(3), 3u) << "5 isn't committed yet";
  EXPECT_EQ(chat.find({1})->horizon(100), 100u);
}

TEST(Conversation, WhoComesBackStartsANewStretch) {
  Conversation chat = make({1, 2});
  chat.find({2})->delivered = 0;
  chat.remove({2});
  for (int i = 0; i < 4; ++i) chat.commit(chat.accept({1}));
  ASSERT_TRUE(chat.add({2}));
  EXPECT_EQ(chat.find({2})->joined_after, 4u);
  EXPECT_EQ(chat.find({2})->delivered, 4u);
  EXPECT_EQ(chat.present(), 2u);
}

TEST(Conversation, RestoreUndoesAddAndRemove) {
  Conversation chat = make({1, 2}, 5);
  const Member before = *chat.find({2});
  chat.remove({2});
  chat.restore(before);
  EXPECT_TRUE(chat.find_present({2}));
  EXPECT_EQ(chat.present(), 2u);
  chat.add({9});
  chat.restore({.user = {9}, .present = false});
  EXPECT_FALSE(chat.find_present({9}));
  EXPECT_EQ(chat.present(), 2u);
  EXPECT_EQ(chat.find({9})->horizon(5), 0u);
}

TEST(Conversation, CountsAttachedSessionsByShard) {
  Conversation chat = make({1, 2});
  chat.attach(1);
  chat.attach(1);
  chat.detach(1);
  chat.detach(0);  // there was none: stays at none
  EXPECT_THAT(chat.attached(), ElementsAre(0, 1));
}

// ---- Senders ----

TEST(Conversation, InAChatOfTwoTheOtherIsTheSender) {
  Conversation chat = make({1, 2});
  chat.commit(chat.accept({1}));
  EXPECT_THAT(senders(chat, 0, 1, 2), ElementsAre(1));
  EXPECT_THAT(senders(chat, 1, 1, 2), IsEmpty());
}

TEST(Conversation, KnowsWhoSentTheNewestMessages) {
  Conversation chat = make({1, 2, 3, 4});
  for (const std::uint64_t from : {1, 2, 1, 3}) chat.commit(chat.accept({from}));
  EXPECT_THAT(senders(chat, 0, 4, 4), ElementsAre(1, 2, 3));
  EXPECT_THAT(senders(chat, 2, 4, 4), ElementsAre(1, 3));
  EXPECT_THAT(senders(chat, 2, 4, 1), ElementsAre(3)) << "not the reader himself";
}

TEST(Conversation, TakesEveryMemberForASenderOfOlderMessages) {
  Conversation chat = make({1, 2, 3}, 50);  // loaded: who sent those 50 isn't known
  chat.commit(chat.accept({1}));
  EXPECT_THAT(senders(chat, 49, 51, 3), ElementsAre(1, 2));
  EXPECT_THAT(senders(chat, 50, 51, 3), ElementsAre(1));
}

TEST(Conversation, NobodyInALargeChatIsASenderOfOlderMessages) {
  std::vector<std::uint64_t> users;
  for (std::uint64_t user = 1; user <= Conversation::kReceiptMembers + 1; ++user) {
    users.push_back(user);
  }
  Conversation chat = make(users, 50);
  EXPECT_THAT(senders(chat, 49, 50, 1), IsEmpty());
  chat.remove({5});  // now it isn't large any more
  EXPECT_EQ(senders(chat, 49, 50, 1).size(), Conversation::kReceiptMembers - 1);
}

TEST(Conversation, LearnsSendersFromTheThirdMemberOn) {
  Conversation chat = make({1, 2});
  for (int i = 0; i < 20; ++i) chat.commit(chat.accept({1}));
  chat.add({3});
  chat.commit(chat.accept({2}));
  EXPECT_THAT(senders(chat, 20, 21, 3), ElementsAre(2));
  EXPECT_THAT(senders(chat, 19, 21, 3), ElementsAre(1, 2));
}

TEST(Conversation, ForgetsSendersBeyondTheNewest) {
  Conversation chat = make({1, 2, 3});
  chat.commit(chat.accept({2}));
  for (std::size_t i = 0; i < Conversation::kRecentSenders; ++i) chat.commit(chat.accept({1}));
  EXPECT_THAT(senders(chat, 1, chat.last(), 3), ElementsAre(1));
  EXPECT_THAT(senders(chat, 0, chat.last(), 3), ElementsAre(1, 2));
}

// Whatever is accepted, committed and rolled back: nobody who sent is left out, and of the newest
// messages nobody else is named.
TEST(Conversation, SendersAreRightAfterRollBacks) {
  std::mt19937_64 random(3);
  for (int round = 0; round < 40; ++round) {
    Conversation chat = make({1, 2, 3, 4}, random() % 10);
    const Seq loaded = chat.last();
    std::map<Seq, std::uint64_t> truth;
    for (int step = 0; step < 60; ++step) {
      for (auto n = random() % 60; n > 0; --n) {
        const std::uint64_t from = 1 + random() % 4;
        truth[chat.accept({from})] = from;
      }
      if (random() % 4 == 0) {
        chat.roll_back();
      } else {
        while (chat.committed() < chat.last()) chat.commit(chat.committed() + 1);
      }
      const Seq last = chat.committed();
      const Seq after = loaded + random() % (last - loaded + 1);
      std::set<std::uint64_t> expected;
      for (Seq seq = after + 1; seq <= last; ++seq) expected.insert(truth[seq]);
      expected.erase(4);
      const auto found = senders(chat, after, last, 4);
      ASSERT_TRUE(std::ranges::includes(found, expected));
      if (last - after <= 100) {
        ASSERT_EQ(found, expected);
      }
    }
  }
}

}  // namespace
}  // namespace throng::chat
