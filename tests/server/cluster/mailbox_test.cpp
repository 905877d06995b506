#include "server/cluster/mailbox.hpp"

#include <gmock/gmock.h>

#include <memory>
#include <thread>

namespace throng::cluster {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Mailbox, GivesOutWhatWasPutInInOrder) {
  Mailbox<int> box;
  std::vector<int> mail{1, 2};
  box.put(mail);
  EXPECT_THAT(mail, IsEmpty());
  mail = {3};
  box.put(mail);
  std::vector<int> taken;
  box.take(taken);
  EXPECT_THAT(taken, ElementsAre(1, 2, 3));
  box.take(taken);
  EXPECT_THAT(taken, IsEmpty());
}

TEST(Mailbox, SaysWhenTheOwnerHasToBeWoken) {
  Mailbox<int> box;
  std::vector<int> mail{1};
  EXPECT_TRUE(box.put(mail));
  mail = {2};
  EXPECT_FALSE(box.put(mail)) << "the owner was woken already";
  std::vector<int> taken;
  box.take(taken);
  mail = {3};
  EXPECT_TRUE(box.put(mail));
}

TEST(Mailbox, KnowsHowMuchAwaitsTheOwner) {
  Mailbox<int> box;
  EXPECT_EQ(box.size(), 0u);
  std::vector<int> mail{1, 2};
  box.put(mail);
  mail = {3};
  box.put(mail);
  EXPECT_EQ(box.size(), 3u);
  std::vector<int> taken;
  box.take(taken);
  EXPECT_EQ(box.size(), 0u);
}

TEST(Mailbox, ThrowsAwayWhatTheOwnerLeftInItsVector) {
  Mailbox<int> box;
  std::vector<int> mail{1};
  box.put(mail);
  std::vector<int> taken{7, 8};
  box.take(taken);
  EXPECT_THAT(taken, ElementsAre(1));
}

TEST(Mailbox, TakesWhatCanOnlyBeMoved) {
  Mailbox<std::unique_ptr<int>> box;
  std::vector<std::unique_ptr<int>> mail;
  mail.push_back(std::make_unique<int>(1));
  box.put(mail);
  mail.push_back(std::make_unique<int>(2));
  box.put(mail);
  std::vector<std::unique_ptr<int>> taken;
  box.take(taken);
  ASSERT_EQ(taken.size(), 2u);
  EXPECT_EQ(*taken[1], 2);
}

TEST(Mailbox, UsesTheMemoryOfBothVectorsAgain) {
  Mailbox<int> box;
  std::vector<int> taken;
  taken.reserve(1000);
  box.take(taken);
  std::vector<int> mail{1};
  box.put(mail);
  EXPECT_GE(mail.capacity(), 1000u) << "the empty one changed places with the full one";
}

// Each sender's mail arrives whole and in its order, and an owner that only looks when it is woken
// misses nothing.
TEST(Mailbox, LosesNothingBetweenThreads) {
  constexpr int kSenders = 3;
  constexpr int kEach = 20'000;
  struct Letter {
    int sender;
    int number;
  };
  Mailbox<Letter> box;
  std::atomic<int> wakes = 0;
  std::vector<std::thread> senders;
  for (int sender = 0; sender < kSenders; ++sender) {
    senders.emplace_back([&box, &wakes, sender] {
      std::vector<Letter> mail;
      for (int number = 0; number < kEach; ++number) {
        mail.push_back({sender, number});
        if (number % 3 != 2 && number + 1 != kEach) continue;
        if (box.put(mail)) {
          ++wakes;
          wakes.notify_one();
        }
      }
    });
  }
  std::vector<int> next(kSenders);
  std::vector<Letter> taken;
  for (int received = 0, woken = 0; received < kSenders * kEach;) {
    wakes.wait(woken);
    woken = wakes.load();
    box.take(taken);
    for (const Letter& letter : taken) ASSERT_EQ(letter.number, next[letter.sender]++);
    received += static_cast<int>(taken.size());
  }
  for (std::thread& sender : senders) sender.join();
}

}  // namespace
}  // namespace throng::cluster
