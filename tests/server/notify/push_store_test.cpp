#include "server/notify/push_store.hpp"

#include <gtest/gtest.h>

#include <memory>

#include "server/notify/memory_push_store.hpp"
#include "server/notify/rocks_push_store.hpp"
#include "server/storage/rocks_message_log.hpp"
#include "tests/server/storage/backends.hpp"
#include "tests/server/storage/temp_directory.hpp"

namespace throng::notify {
namespace {

class MemoryPlace {
 public:
  PushStore& store() { return store_; }

 private:
  MemoryPushStore store_;
};

class RocksPlace {
 public:
  RocksPlace() { open(); }
  PushStore& store() { return *store_; }
  storage::RocksStore& rocks() { return *rocks_; }
  void reopen() {
    store_.reset();
    rocks_.reset();
    open();
  }

 private:
  void open() {
    rocks_ = std::make_unique<storage::RocksStore>(storage::RocksOptions{place_.path()});
    store_ = std::make_unique<RocksPushStore>(*rocks_);
  }

  storage::TempDirectory place_;
  std::unique_ptr<storage::RocksStore> rocks_;
  std::unique_ptr<RocksPushStore> store_;
};

Push sample(std::uint64_t id) {
  Push push{.id = id, .user = {17}, .channel = Channel::kEmail, .priority = Priority::kPromotion};
  push.chat = {7};
  push.after = 3;
  push.through = 300;
  push.told = 200;
  push.due = 1'767'225'600'000;
  push.expires = 1'767'225'600'001;
  push.attempts = 2;
  push.title = "title";
  push.text = std::string("te\0xt", 5);
  return push;
}

template <class Place>
class PushStoreContract : public testing::Test {
 protected:
  Place place_;
  PushStore& store_ = place_.store();
};
using Places = testing::Types<MemoryPlace, RocksPlace>;
TYPED_TEST_SUITE(PushStoreContract, Places);

TYPED_TEST(PushStoreContract, PushesComeBackWhole) {
  this->store_.put(sample(1));
  this->store_.put(sample(2));
  this->store_.put(sample(3));
  this->store_.remove(2);
  ASSERT_FALSE(this->store_.commit(true));
  const auto pushes = this->store_.pushes();
  ASSERT_EQ(pushes.size(), 2u);
  EXPECT_EQ(pushes[0].id, 1u);
  const Push& push = pushes[1];
  const Push wanted = sample(3);
  EXPECT_EQ(push.id, wanted.id);
  EXPECT_EQ(push.user, wanted.user);
  EXPECT_EQ(push.channel, wanted.channel);
  EXPECT_EQ(push.priority, wanted.priority);
  EXPECT_EQ(push.chat, wanted.chat);
  EXPECT_EQ(push.after, wanted.after);
  EXPECT_EQ(push.through, wanted.through);
  EXPECT_EQ(push.told, wanted.told);
  EXPECT_EQ(push.due, wanted.due);
  EXPECT_EQ(push.expires, wanted.expires);
  EXPECT_EQ(push.attempts, wanted.attempts);
  EXPECT_EQ(push.title, wanted.title);
  EXPECT_EQ(push.text, wanted.text);
}

TYPED_TEST(PushStoreContract, RecordsAreShownNewestFirst) {
  for (std::uint64_t i = 1; i <= 4; ++i) {
    this->store_.add({.push = i,
                      .user = {i % 2 + 1},
                      .fate = i == 4 ? Fate::kDead : Fate::kSent,
                      .reason = i == 4 ? "no such host" : ""});
  }
  ASSERT_FALSE(this->store_.commit(false));
  const auto all = this->store_.records({}, 3);
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].push, 4u);
  EXPECT_EQ(all[0].fate, Fate::kDead);
  EXPECT_EQ(all[0].reason, "no such host");
  EXPECT_EQ(all[2].push, 2u);
  const auto of_one = this->store_.records({2}, 10);
  ASSERT_EQ(of_one.size(), 2u);
  EXPECT_EQ(of_one[0].push, 3u);
  EXPECT_EQ(of_one[1].push, 1u);
  EXPECT_TRUE(this->store_.records({}, 0).empty());
}

TYPED_TEST(PushStoreContract, AUsersRecordsAreLookedForAmongTheNewest) {
  this->store_.add({.push = 1, .user = {7}});
  this->store_.add({.push = 2, .user = {7}});
  for (std::uint64_t i = 3; i <= PushStore::kRecordsLookedAt + 1; ++i) {
    this->store_.add({.push = i, .user = {8}});
  }
  ASSERT_FALSE(this->store_.commit(false));
  const auto found = this->store_.records({7}, 10);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found.front().push, 2u);
}

TYPED_TEST(PushStoreContract, OldRecordsMakeRoom) {
  for (std::uint64_t i = 1; i <= PushStore::kRecords + 2; ++i) this->store_.add({.push = i});
  ASSERT_FALSE(this->store_.commit(false));
  const auto all = this->store_.records({}, PushStore::kRecords + 2);
  ASSERT_EQ(all.size(), PushStore::kRecords);
  EXPECT_EQ(all.back().push, 3u);
}

TYPED_TEST(PushStoreContract, PreferencesAreEachUsersOwn) {
  EXPECT_EQ(this->store_.preferences({1}), std::nullopt);
  this->store_.put_preferences({1}, "{}");
  this->store_.put_preferences({1}, R"({"email":""})");
  ASSERT_FALSE(this->store_.commit(true));
  EXPECT_EQ(this->store_.preferences({1}), R"({"email":""})");
  EXPECT_EQ(this->store_.preferences({2}), std::nullopt);
}

TEST(RocksPushStore, KeepsItAllOverARestart) {
  RocksPlace place;
  place.store().put(sample(5));
  place.store().add({.push = 1, .user = {1}});
  ASSERT_FALSE(place.store().commit(false));
  place.reopen();
  EXPECT_EQ(place.store().pushes().size(), 1u);
  place.store().add({.push = 2, .user = {1}});
  ASSERT_FALSE(place.store().commit(false));
  EXPECT_EQ(place.store().records({}, 10).size(), 2u) << "a record took the place of another";
}

TEST(RocksPushStore, FindsTheMarksOfTheMessageLog) {
  RocksPlace place;
  storage::RocksMessageLog log(place.rocks(), true);
  storage::fill(log, 7, 1, 3);
  storage::fill(log, 7, 4, 4);
  storage::fill(log, 8, 1, 1);
  auto marks = place.store().marks();
  ASSERT_EQ(marks.size(), 3u) << "one for each chat and commit";
  EXPECT_EQ(marks[0].seq, 3u);
  EXPECT_EQ(marks[1].seq, 4u);
  place.store().remove_marks({7}, 3);
  ASSERT_FALSE(place.store().commit(false));
  marks = place.store().marks();
  ASSERT_EQ(marks.size(), 2u);
  EXPECT_EQ(marks[0].chat.value, 7u);
  EXPECT_EQ(marks[0].seq, 4u);
  EXPECT_EQ(marks[1].chat.value, 8u);
}

TEST(RocksPushStore, WithoutPushesTheLogSetsNoMarks) {
  RocksPlace place;
  storage::RocksMessageLog log(place.rocks());
  storage::fill(log, 7, 1, 3);
  EXPECT_TRUE(place.store().marks().empty());
}

}  // namespace
}  // namespace throng::notify
