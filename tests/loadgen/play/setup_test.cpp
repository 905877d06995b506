#include "loadgen/play/setup.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "protocol/events.hpp"

namespace throng::play {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;
using users::SocialGraph;

SocialGraph graph_of(double friends, std::uint64_t users) {
  return SocialGraph({pacing::Distribution::constant(friends)}, {}, users, 1);
}

SocialGraph graph_of_one_group(std::uint64_t users) {
  return SocialGraph({}, {1, pacing::Distribution::constant(static_cast<double>(users))}, users, 1);
}

TEST(Setup, WritesAChatALine) {
  const SocialGraph graph = graph_of(1, 2);
  ASSERT_EQ(graph.chats(), 1u);
  const ChatBatch batch = next_batch(graph, {{7'001}, "run-5f"}, 0);
  EXPECT_EQ(batch.chats, 1u);
  EXPECT_EQ(batch.body, "{\"members\":[7001,7002],\"key\":\"run-5f-0\"}\n");
}

TEST(Setup, CoversAllChatsWithBatchesThatTheServerTakes) {
  const SocialGraph graph = graph_of(4, 3'000);
  ASSERT_GT(graph.chats(), 4'000u);
  std::size_t made = 0;
  while (made < graph.chats()) {
    const ChatBatch batch = next_batch(graph, {{900'000'000}, "run-0123456789abcdef"}, made);
    ASSERT_GT(batch.chats, 0u);
    EXPECT_EQ(batch.first, made);
    EXPECT_LE(batch.chats, kMaxChatsPerRequest);
    EXPECT_LE(batch.body.size(), protocol::kMaxClientMessageBytes);
    EXPECT_EQ(std::ranges::count(batch.body, '\n'), static_cast<std::ptrdiff_t>(batch.chats));
    made += batch.chats;
  }
  EXPECT_EQ(made, graph.chats());
}

TEST(Setup, LeavesMembersForLaterThatDoNotFit) {
  const SocialGraph graph = graph_of_one_group(10'000);
  ASSERT_EQ(graph.chats(), 1u);
  const ChatBatch batch = next_batch(graph, {{900'000'000}, "run-0123456789abcdef"}, 0);
  EXPECT_EQ(batch.chats, 1u);
  EXPECT_LE(batch.body.size(), protocol::kMaxClientMessageBytes);
  EXPECT_EQ(std::ranges::count(batch.body, ','),
            static_cast<std::ptrdiff_t>(kMaxMembersPerRequest));
}

TEST(Setup, ReadsTheIdsInOrder) {
  const auto ids = read_batch_answer("{\"op\":\"chat\",\"chat\":9}\n{\"chat\":4}\n", 2);
  ASSERT_TRUE(ids);
  EXPECT_THAT(*ids, ElementsAre(protocol::ChatId{9}, protocol::ChatId{4}));
}

TEST(Setup, QuotesALineThatIsNoChat) {
  for (const std::string line : {"{\"op\":\"error\",\"code\":\"overloaded\",\"chat\":3}", "[]",
                                 "nonsense", "{\"chat\":0}", "{\"chat\":-1}", "{\"chat\":\"3\"}"}) {
    const auto ids = read_batch_answer("{\"chat\":1}\n" + line + "\n", 2);
    ASSERT_FALSE(ids) << line;
    EXPECT_THAT(ids.error().message, HasSubstr(line));
  }
}

TEST(Setup, MissesLines) {
  const auto ids = read_batch_answer("{\"chat\":1}\n", 2);
  ASSERT_FALSE(ids);
  EXPECT_THAT(ids.error().message, HasSubstr("expected 2 chats in the answer, got 1"));
}

}  // namespace
}  // namespace throng::play
