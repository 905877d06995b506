#include "server/storage/cached_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/server/storage/backends.hpp"

namespace throng::storage {
namespace {

using testing::ElementsAre;

std::uint64_t hits(const CachedDirectory& directory, std::string_view kind) {
  for (const auto& each : directory.counters()) {
    if (each.kind == kind) return each.counts.hits;
  }
  throw std::logic_error("no such kind");
}

class CachedDirectoryTest : public testing::Test {
 protected:
  MemoryDirectory disk_;
  CachedDirectory cached_{disk_, 1 << 20};
  const chat::AssetId asset_ = *chat::AssetId::parse(std::string(64, 'a'));
};

TEST_F(CachedDirectoryTest, ReadsTheDiskOnce) {
  chat::Batch batch;
  batch.chats = {{{7}, {1}, 1, "Lunch", ""}};
  batch.members = {{{7}, {1}, 0, 0, true}};
  batch.asset_links = {{asset_, chat::AssetHolder::of(chat::ChatId{7}), 3, "image/png"}};
  ASSERT_FALSE(commit(cached_, batch));
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(cached_.chat({7})->name, "Lunch");
    EXPECT_TRUE(cached_.member({7}, {1})->present);
    EXPECT_THAT(cached_.chats_of({1}), ElementsAre(chat::ChatId{7}));
    EXPECT_EQ(cached_.asset_link(asset_, chat::AssetHolder::of(chat::ChatId{7}))->seq, 3u);
  }
  for (const char* kind : {"chat", "member", "chats_of", "asset_link"}) {
    EXPECT_EQ(hits(cached_, kind), 2u) << kind;
  }
}

TEST_F(CachedDirectoryTest, KnowsOfEveryCommit) {
  const auto holder = chat::AssetHolder::of(chat::ChatId{7});
  chat::Batch batch;
  batch.chats = {{{7}, {1}, 1, "Lunch", ""}};
  batch.members = {{{7}, {1}, 0, 0, true}};
  batch.asset_links = {{asset_, holder, 3, "image/png"}};
  ASSERT_FALSE(commit(cached_, batch));
  cached_.chat({7});
  cached_.member({7}, {1});
  cached_.chats_of({1});
  cached_.asset_link(asset_, holder);

  batch.chats = {{{7}, {1}, 1, "Dinner", ""}};
  batch.members = {{{7}, {1}, 0, 9, false}};
  batch.asset_links = {{asset_, holder, 8, "image/png"}};
  ASSERT_FALSE(commit(cached_, batch));
  EXPECT_EQ(cached_.chat({7})->name, "Dinner");
  EXPECT_FALSE(cached_.member({7}, {1})->present);
  EXPECT_THAT(cached_.chats_of({1}), ElementsAre());
  EXPECT_EQ(cached_.asset_link(asset_, holder)->seq, 8u);
}

TEST_F(CachedDirectoryTest, KnowsOfEveryUpload) {
  const auto holder = chat::AssetHolder::of(chat::UserId{1});
  ASSERT_FALSE(cached_.add_asset_link({asset_, holder, 0, "image/png"}));
  EXPECT_EQ(cached_.asset_link(asset_, holder)->type, "image/png");
  ASSERT_FALSE(cached_.add_asset_link({asset_, holder, 0, "image/gif"}));
  EXPECT_EQ(cached_.asset_link(asset_, holder)->type, "image/gif");
}

}  // namespace
}  // namespace throng::storage
