#include <gmock/gmock.h>

#include "server/chat/rules.hpp"
#include "tests/server/chat/rules_world.hpp"

// Messages that carry an asset, and who sees it on their account.
namespace throng::chat {
namespace {

using testing::ElementsAre;

constexpr ChatId kChat = RulesWorld::kChat;

class RulesAssets : public testing::Test {
 protected:
  void upload(std::uint64_t user) {
    ASSERT_FALSE(
        w.directory().add_asset_link({asset, AssetHolder::of(UserId{user}), 0, "image/png"}));
  }
  void share(std::uint64_t user, std::string cmid, ChatId chat = kChat) {
    w.handle(PostMessage{
        .from = RulesWorld::session(user),
        .user = {user},
        .chat = chat,
        .cmid = std::move(cmid),
        .body = "look",
        .extras = std::make_shared<const MessageExtras>(MessageExtras{.asset = asset.text()})});
  }
  bool sees(std::uint64_t user) {
    return visible_asset_type(w.directory(), {user}, asset).has_value();
  }

  RulesWorld w;
  const AssetId asset = *AssetId::parse(std::string(64, 'a'));
};

TEST_F(RulesAssets, WhoUploadedItSeesItAndNobodyElse) {
  EXPECT_FALSE(sees(1));
  upload(1);
  EXPECT_TRUE(sees(1));
  EXPECT_FALSE(sees(2));
}

TEST_F(RulesAssets, OnceTheMessageIsDurableTheChatSeesIt) {
  upload(1);
  share(1, "a");
  w.begin_commit();
  EXPECT_FALSE(sees(2));
  w.end_commit();
  EXPECT_THAT(w.told(), ElementsAre("session 1: sent a=1"));
  EXPECT_TRUE(sees(2));
  EXPECT_TRUE(sees(3));
  EXPECT_FALSE(sees(4));
  EXPECT_EQ(visible_asset_type(w.directory(), {2}, asset), "image/png");
}

TEST_F(RulesAssets, WhatTheSenderMayNotSeeIsNotSent) {
  share(1, "a");
  upload(2);
  share(1, "b");
  w.commit();
  EXPECT_THAT(w.told(), ElementsAre("session 1: no_such_asset a", "session 1: no_such_asset b"));
  w.have_messages(1, 1);  // the seq wasn't used up
  EXPECT_FALSE(sees(1));
}

TEST_F(RulesAssets, WhoGotItMayPassItOn) {
  w.have_chat({8}, {2, 4});
  upload(1);
  share(1, "a");
  w.commit();
  share(2, "b", {8});
  w.commit();
  EXPECT_TRUE(sees(4));
}

TEST_F(RulesAssets, WhoLeftSeesItNoMore) {
  upload(1);
  share(1, "a");
  w.commit();
  w.change(2, {}, {2});
  w.commit();
  EXPECT_FALSE(sees(2));
  EXPECT_TRUE(sees(3));
}

TEST_F(RulesAssets, WhoJoinsSeesItOnceItIsSentAgain) {
  upload(1);
  share(1, "a");
  w.commit();
  w.change(1, {4}, {});
  w.commit();
  EXPECT_FALSE(sees(4));
  share(1, "b");
  w.commit();
  EXPECT_TRUE(sees(4));
}

TEST_F(RulesAssets, WhoJoinsAChatThatShowsItsHistorySeesIt) {
  upload(1);
  w.handle(CreateChat{
      .from = RulesWorld::session(1),
      .record = {.chat = {8}, .creator = {1}, .name = {}, .key = {}, .history_shown = true},
      .members = {{1}}});
  w.commit();
  share(1, "a", {8});
  w.commit();
  w.change(1, {4}, {}, {8});
  w.commit();
  EXPECT_TRUE(sees(4));
}

TEST_F(RulesAssets, ASendThatFailedSharesNothing) {
  upload(1);
  share(1, "a");
  w.commit(Outcome::kLost);
  EXPECT_FALSE(sees(2));
  share(1, "a");
  w.commit();
  EXPECT_TRUE(sees(2));
}

}  // namespace
}  // namespace throng::chat
