#include "loadgen/users/social_graph.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

namespace throng::users {
namespace {

using pacing::Distribution;

scenario::FriendsPlan friends(Distribution per_user) { return {std::move(per_user)}; }

scenario::GroupsPlan groups(double per_user, Distribution size) {
  return {per_user, std::move(size)};
}

const scenario::FriendsPlan kNoFriends = friends(Distribution::constant(0));
const scenario::GroupsPlan kNoGroups = groups(0, Distribution::constant(10));

double seats_per_user(const SocialGraph& graph) {
  return static_cast<double>(graph.roster().members.size()) / static_cast<double>(graph.users());
}

void expect_sound(const SocialGraph& graph) {
  const measure::Roster& roster = graph.roster();
  std::size_t seats = 0;
  std::set<std::pair<UserNumber, UserNumber>> pairs;
  for (ChatIndex chat = 0; chat < graph.chats(); ++chat) {
    const auto members = graph.members_of(chat);
    ASSERT_GE(members.size(), 2u);
    ASSERT_TRUE(std::ranges::is_sorted(members));
    ASSERT_EQ(std::ranges::adjacent_find(members), members.end()) << "twice in chat " << chat;
    ASSERT_GE(members.front(), 1u);
    ASSERT_LE(members.back(), graph.users());
    if (graph.kind_of(chat) == scenario::ChatKind::kFriend) {
      ASSERT_EQ(members.size(), 2u);
      ASSERT_TRUE(pairs.emplace(members[0], members[1]).second) << "the same two friends again";
    } else {
      ASSERT_GE(members.size(), 3u);
    }
    for (const UserNumber member : members) ASSERT_TRUE(roster.seat(member, chat));
  }
  for (UserNumber user = 1; user <= graph.users(); ++user) {
    const auto chats = graph.chats_of(user);
    ASSERT_EQ(chats.size(), roster.chats_of(user).size());
    for (std::size_t i = 0; i < chats.size(); ++i) {
      ASSERT_EQ(chats[i].chat, roster.chats_of(user)[i]);
      ASSERT_EQ(chats[i].kind, graph.kind_of(chats[i].chat));
      ASSERT_EQ(chats[i].members, graph.members_of(chats[i].chat).size());
      ASSERT_TRUE(roster.member_index(chats[i].chat, user));
    }
    seats += chats.size();
  }
  ASSERT_EQ(seats, roster.members.size());
}

TEST(SocialGraph, FriendsAreAsManyAsAskedOnAverage) {
  for (const auto& per_user :
       {Distribution::constant(3), Distribution::constant(2.5), Distribution::exponential(4)}) {
    const SocialGraph graph(friends(per_user), kNoGroups, 20'000, 1);
    expect_sound(graph);
    EXPECT_NEAR(seats_per_user(graph), per_user.mean(), 0.03 * per_user.mean());
    EXPECT_EQ(graph.friend_chats(), graph.chats());
  }
}

TEST(SocialGraph, GroupsAreAsManyAndAsLargeAsAsked) {
  for (const double per_user : {0.5, 1.0, 2.3}) {
    for (const auto& size : {Distribution::constant(10), Distribution::uniform(3, 50)}) {
      const SocialGraph graph(kNoFriends, groups(per_user, size), 20'000, 1);
      expect_sound(graph);
      EXPECT_NEAR(seats_per_user(graph), per_user, 0.01 * per_user);
      const double mean_size =
          static_cast<double>(graph.roster().members.size()) / static_cast<double>(graph.chats());
      EXPECT_NEAR(mean_size, size.mean(), 0.05 * size.mean());
    }
  }
}

TEST(SocialGraph, NobodyIsInManyMoreGroupsThanAnybodyElse) {
  const SocialGraph graph(kNoFriends, groups(3, Distribution::uniform(3, 50)), 1000, 5);
  for (UserNumber user = 1; user <= graph.users(); ++user) {
    EXPECT_GE(graph.chats_of(user).size(), 2u);
    EXPECT_LE(graph.chats_of(user).size(), 4u);
  }
}

TEST(SocialGraph, SmallTownsGetWhatIsPossible) {
  for (std::uint64_t users = 1; users <= 12; ++users) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      const SocialGraph graph(friends(Distribution::constant(3)),
                              groups(2, Distribution::constant(10)), users, seed);
      expect_sound(graph);
    }
  }
  EXPECT_EQ(SocialGraph(friends(Distribution::constant(1)), kNoGroups, 2, 1).chats(), 1u);
  EXPECT_EQ(SocialGraph(kNoFriends, groups(1, Distribution::constant(3)), 3, 1).chats(), 1u);
  EXPECT_EQ(SocialGraph(friends(Distribution::constant(1)), kNoGroups, 1, 1).chats(), 0u);
}

TEST(SocialGraph, IsAFunctionOfThePlanAndTheSeed) {
  const auto members = [](std::uint64_t seed) {
    const SocialGraph graph(friends(Distribution::exponential(3)),
                            groups(1, Distribution::uniform(3, 20)), 500, seed);
    const auto all = graph.roster().members;
    return std::vector<UserNumber>(all.begin(), all.end());
  };
  EXPECT_EQ(members(1), members(1));
  EXPECT_NE(members(1), members(2));
}

TEST(SocialGraph, FindsWhatTheServerNames) {
  SocialGraph graph(friends(Distribution::constant(4)), kNoGroups, 300, 1);
  std::vector<protocol::ChatId> ids;
  for (std::size_t chat = 0; chat < graph.chats(); ++chat) ids.push_back({7 + chat * 4096});
  graph.bind({1001}, ids);
  for (ChatIndex chat = 0; chat < graph.chats(); ++chat) {
    EXPECT_EQ(graph.chat_id(chat), ids[chat]);
    EXPECT_EQ(graph.chat_of(ids[chat]), chat);
  }
  EXPECT_FALSE(graph.chat_of(protocol::ChatId{8}));
  EXPECT_EQ(graph.user_id(1).value, 1001u);
  EXPECT_EQ(graph.user_of({1300}), 300u);
  EXPECT_FALSE(graph.user_of({1000}));
  EXPECT_FALSE(graph.user_of({1301}));
}

TEST(SocialGraph, StaysUsableWhenItIsMoved) {
  SocialGraph graph(friends(Distribution::constant(2)), kNoGroups, 50, 1);
  const SocialGraph moved = std::move(graph);
  expect_sound(moved);
}

TEST(SocialGraph, IsCompact) {
  SocialGraph graph(friends(Distribution::constant(3)), kNoGroups, 10'000, 1);
  std::vector<protocol::ChatId> ids;
  for (std::size_t chat = 0; chat < graph.chats(); ++chat) ids.push_back({chat + 1});
  graph.bind({1}, std::move(ids));
  EXPECT_LE(graph.memory_bytes() / graph.users(), 120u);
}

}  // namespace
}  // namespace throng::users
