#include "server/storage/rocks_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/server/storage/backends.hpp"

namespace throng::storage {
namespace {

class RocksDirectoryReopened : public testing::TestWithParam<Durability> {
 protected:
  RocksBackend backend_{GetParam()};
};

TEST_P(RocksDirectoryReopened, KeepsEverything) {
  const auto id = backend_.directory().add_user({{}, "ann@x.org", "Ann", "hash"});
  ASSERT_TRUE(id);
  chat::Batch batch;
  batch.chats = {{{7}, *id, 1, "Lunch", "k"}};
  batch.members = {{{7}, *id, 0, 0, true}, {{7}, {2}, 0, 3, false}};
  batch.last_seen = {{*id, 99}};
  ASSERT_FALSE(commit(backend_.directory(), batch));

  backend_.reopen();
  chat::Directory& directory = backend_.directory();
  EXPECT_EQ(directory.user_by_email("ann@x.org")->user, *id);
  EXPECT_EQ(directory.chat({7})->name, "Lunch");
  EXPECT_EQ(directory.chat_by_key(*id, "k")->value, 7u);
  EXPECT_EQ(directory.members({7}).size(), 2u);
  EXPECT_THAT(directory.chats_of(*id), testing::ElementsAre(chat::ChatId{7}));
  EXPECT_THAT(directory.chats_of({2}), testing::IsEmpty());
  EXPECT_EQ(directory.last_seen(*id), 99);
}

TEST_P(RocksDirectoryReopened, GivesNoIdTwice) {
  const auto first_user = backend_.directory().add_user({{}, "a@x.org", "", ""});
  chat::ChatId last_chat;
  for (int i = 0; i < 1500; ++i) last_chat = backend_.directory().next_chat_id();

  backend_.reopen();
  EXPECT_GT(backend_.directory().next_chat_id(), last_chat);
  EXPECT_EQ(backend_.directory().add_user({{}, "b@x.org", "", ""})->value, first_user->value + 1);
}

TEST_P(RocksDirectoryReopened, GivesNoIdThatACommitTook) {
  chat::Batch batch;
  batch.chats = {{{50'000}, {1}, 1, "imported", ""}};
  ASSERT_FALSE(commit(backend_.directory(), batch));
  backend_.reopen();
  EXPECT_GT(backend_.directory().next_chat_id().value, 50'000u);
}

INSTANTIATE_TEST_SUITE_P(EachDurability, RocksDirectoryReopened,
                         testing::Values(Durability::kFsync, Durability::kOs, Durability::kNone));

}  // namespace
}  // namespace throng::storage
