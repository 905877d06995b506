#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "server/chat/directory.hpp"
#include "tests/server/storage/backends.hpp"

namespace throng::storage {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

chat::UserRecord user(std::string email) {
  return {{}, std::move(email), "Ann Other", "$argon2id$v=19$hash"};
}

template <class Backend>
class DirectoryContract : public testing::Test {
 protected:
  Backend backend_;
  chat::Directory& directory_ = backend_.directory();
};
TYPED_TEST_SUITE(DirectoryContract, Backends);

TYPED_TEST(DirectoryContract, UserIdsRiseFromTheFirst) {
  EXPECT_EQ(this->directory_.add_user(user("a@x.org"))->value,
            chat::Directory::kFirstRegisteredUser);
  EXPECT_EQ(this->directory_.add_user(user("b@x.org"))->value,
            chat::Directory::kFirstRegisteredUser + 1);
}

TYPED_TEST(DirectoryContract, UserComesBackByEmailWithoutCase) {
  const auto id = this->directory_.add_user(user("Ann@X.org"));
  ASSERT_TRUE(id);
  const auto found = this->directory_.user_by_email("aNN@x.ORG");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->user, *id);
  EXPECT_EQ(found->email, "Ann@X.org");
  EXPECT_EQ(found->name, "Ann Other");
  EXPECT_EQ(found->password_hash, "$argon2id$v=19$hash");
  EXPECT_FALSE(this->directory_.user_by_email("ann@x.or"));
}

TYPED_TEST(DirectoryContract, EmailIsTakenWhateverItsCase) {
  ASSERT_TRUE(this->directory_.add_user(user("ann@x.org")));
  const auto again = this->directory_.add_user(user("ANN@x.org"));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error(), protocol::Error::kAlreadyExists);
}

TYPED_TEST(DirectoryContract, UsersAddedAtOnceGetIdsOfTheirOwn) {
  constexpr int kThreads = 4;
  constexpr int kEach = 25;
  std::vector<std::vector<chat::UserId>> ids(kThreads);
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < kEach; ++i) {
        const auto id = this->directory_.add_user(
            user(std::to_string(thread) + "-" + std::to_string(i) + "@x.org"));
        if (id) ids[thread].push_back(*id);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  std::set<chat::UserId> all;
  for (const auto& some : ids) all.insert(some.begin(), some.end());
  EXPECT_EQ(all.size(), std::size_t{kThreads * kEach});
}

TYPED_TEST(DirectoryContract, ChatIdsAreNewEachTime) {
  std::set<chat::ChatId> ids;
  for (int i = 0; i < 3000; ++i) ids.insert(this->directory_.next_chat_id());
  EXPECT_EQ(ids.size(), 3000u);
  EXPECT_EQ(ids.begin()->value, 1u);
}

TYPED_TEST(DirectoryContract, ChatIdsGoPastThoseCommitted) {
  chat::Batch batch;
  batch.chats = {{{50'000}, {1}, 1, "imported", ""}};
  ASSERT_FALSE(commit(this->directory_, batch));
  EXPECT_GT(this->directory_.next_chat_id().value, 50'000u);
}

TYPED_TEST(DirectoryContract, ChatComesBackWhole) {
  chat::Batch batch;
  batch.chats = {{{7}, {3}, 1'700'000'000'000, "Lunch", "key-1"}, {{8}, {3}, 5, "", ""}};
  ASSERT_FALSE(commit(this->directory_, batch));
  const auto chat = this->directory_.chat({7});
  ASSERT_TRUE(chat);
  EXPECT_EQ(chat->chat.value, 7u);
  EXPECT_EQ(chat->creator.value, 3u);
  EXPECT_EQ(chat->created, 1'700'000'000'000);
  EXPECT_EQ(chat->name, "Lunch");
  EXPECT_EQ(chat->key, "key-1");
  EXPECT_EQ(this->directory_.chat({8})->name, "");
  EXPECT_FALSE(this->directory_.chat({9}));
}

TYPED_TEST(DirectoryContract, ChatIsFoundByItsCreatorsKey) {
  chat::Batch batch;
  batch.chats = {{{7}, {3}, 1, "", "k"}, {{8}, {4}, 1, "", "k"}, {{9}, {5}, 1, "", ""}};
  ASSERT_FALSE(commit(this->directory_, batch));
  EXPECT_EQ(this->directory_.chat_by_key({3}, "k")->value, 7u);
  EXPECT_EQ(this->directory_.chat_by_key({4}, "k")->value, 8u);
  EXPECT_FALSE(this->directory_.chat_by_key({5}, "k"));
  EXPECT_FALSE(this->directory_.chat_by_key({5}, ""));
}

TYPED_TEST(DirectoryContract, MembersIncludeThoseWhoLeft) {
  chat::Batch batch;
  batch.members = {{{7}, {2}, 10, 0, true}, {{7}, {1}, 0, 0, true}, {{8}, {1}, 0, 0, true}};
  ASSERT_FALSE(commit(this->directory_, batch));
  batch.members = {{{7}, {2}, 10, 300, false}};
  ASSERT_FALSE(commit(this->directory_, batch));
  const auto members = this->directory_.members({7});
  ASSERT_EQ(members.size(), 2u);
  EXPECT_EQ(members[0].chat.value, 7u);
  EXPECT_EQ(members[0].user.value, 1u);
  EXPECT_TRUE(members[0].present);
  EXPECT_EQ(members[1].user.value, 2u);
  EXPECT_EQ(members[1].joined_after, 10u);
  EXPECT_EQ(members[1].left_after, 300u);
  EXPECT_FALSE(members[1].present);
  EXPECT_THAT(this->directory_.members({9}), IsEmpty());
}

TYPED_TEST(DirectoryContract, MemberComesBackAsHeStandsNow) {
  chat::Batch batch;
  batch.members = {{{7}, {2}, 10, 0, true}};
  ASSERT_FALSE(commit(this->directory_, batch));
  EXPECT_EQ(this->directory_.member({7}, {2})->joined_after, 10u);
  EXPECT_FALSE(this->directory_.member({7}, {3}));
  EXPECT_FALSE(this->directory_.member({8}, {2}));
  batch.members = {{{7}, {2}, 10, 300, false}};
  ASSERT_FALSE(commit(this->directory_, batch));
  EXPECT_FALSE(this->directory_.member({7}, {2})->present);
  EXPECT_EQ(this->directory_.member({7}, {2})->left_after, 300u);
}

TYPED_TEST(DirectoryContract, AssetsBelongToWhomTheyWereGiven) {
  const auto asset = *chat::AssetId::parse(std::string(64, 'a'));
  const auto other = *chat::AssetId::parse(std::string(64, 'b'));
  const auto owner = chat::AssetHolder::of(chat::UserId{7});
  const auto chat = chat::AssetHolder::of(chat::ChatId{7});
  EXPECT_FALSE(this->directory_.asset_link(asset, owner));
  ASSERT_FALSE(this->directory_.add_asset_link({asset, owner, 0, "image/png"}));
  EXPECT_EQ(this->directory_.asset_link(asset, owner)->type, "image/png");
  EXPECT_FALSE(this->directory_.asset_link(asset, chat));
  EXPECT_FALSE(this->directory_.asset_link(other, owner));

  chat::Batch batch;
  batch.asset_links = {{asset, chat, 5, "image/png"}, {asset, chat, 300, "image/gif"}};
  ASSERT_FALSE(commit(this->directory_, batch));
  EXPECT_EQ(this->directory_.asset_link(asset, chat)->seq, 300u);
  EXPECT_EQ(this->directory_.asset_link(asset, chat)->type, "image/gif");
  EXPECT_EQ(this->directory_.asset_link(asset, chat)->holder, chat);
}

TYPED_TEST(DirectoryContract, ChatsOfAreThoseTheUserIsInNow) {
  const auto member = [](std::uint64_t chat, bool present) {
    chat::Batch batch;
    batch.members = {{{chat}, {1}, 0, 0, present}};
    return batch;
  };
  for (const std::uint64_t chat : {300u, 7u, 9u}) {
    ASSERT_FALSE(commit(this->directory_, member(chat, true)));
  }
  EXPECT_THAT(this->directory_.chats_of({1}),
              ElementsAre(chat::ChatId{7}, chat::ChatId{9}, chat::ChatId{300}));
  ASSERT_FALSE(commit(this->directory_, member(9, false)));
  EXPECT_THAT(this->directory_.chats_of({1}), ElementsAre(chat::ChatId{7}, chat::ChatId{300}));
  ASSERT_FALSE(commit(this->directory_, member(9, true)));
  EXPECT_THAT(this->directory_.chats_of({1}),
              ElementsAre(chat::ChatId{7}, chat::ChatId{9}, chat::ChatId{300}));
  EXPECT_THAT(this->directory_.chats_of({2}), IsEmpty());
}

TYPED_TEST(DirectoryContract, LastSeenIsTheLatestOrNever) {
  EXPECT_EQ(this->directory_.last_seen({1}), 0);
  chat::Batch first;
  first.last_seen = {{{1}, 100}, {{2}, 50}};
  chat::Batch second;
  second.last_seen = {{{1}, 1'700'000'000'000}};
  const chat::Batch* const both[] = {&first, &second};
  ASSERT_FALSE(this->directory_.commit(both));
  EXPECT_EQ(this->directory_.last_seen({1}), 1'700'000'000'000);
  EXPECT_EQ(this->directory_.last_seen({2}), 50);
}

}  // namespace
}  // namespace throng::storage
