#include "server/notify/notifier.hpp"

#include <gmock/gmock.h>

#include <boost/json/parse.hpp>
#include <memory>
#include <utility>

#include "server/notify/memory_push_store.hpp"
#include "server/storage/memory_directory.hpp"
#include "server/storage/memory_message_log.hpp"

namespace throng::notify {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr ChatId kChat{7};
constexpr TimeMs kStart = 1'767'225'600'000;  // midnight in UTC
constexpr TimeMs kHour = 3'600'000;

/// An attempt that the notifier makes.
struct Attempt {
  std::uint64_t push = 0;
  std::uint64_t user = 0;
  Channel channel = Channel::kLog;
  Priority priority = Priority::kMessage;
  Seq through = 0;
  std::uint32_t messages = 0;
};

/// A notifier with everything around it in memory. Alice is 1, Bob 2, Carol 3; in chat 7 are those
/// whom the test puts there, and who isn't online is away.
class World : private Outside {
 public:
  explicit World(NotifierSettings settings = one_channel()) : settings_(settings) {
    have_members({1, 2});
    restart();
  }

  static NotifierSettings one_channel() {
    NotifierSettings settings;
    settings.channels[index_of(Channel::kWebhook)] = true;
    settings.backoff.seed = 7;
    return settings;
  }

  void have_members(const std::vector<std::uint64_t>& users, ChatId chat = kChat) {
    chat::Batch batch;
    for (const std::uint64_t user : users) batch.members.push_back({.chat = chat, .user = {user}});
    keep(batch);
  }

  void join(std::uint64_t user, Seq after) {
    chat::Batch batch;
    batch.members.push_back({.chat = kChat, .user = {user}, .joined_after = after});
    keep(batch);
  }

  /// Commits a message and, as the message log does, marks its chat.
  Seq post(std::uint64_t from, ChatId chat = kChat,
           protocol::MessageKind kind = protocol::MessageKind::kText) {
    const Seq seq = log.last_seq(chat) + 1;
    chat::Batch batch;
    chat::StoredMessage message{chat, seq, {from}, now, "c" + std::to_string(seq), "hi"};
    message.extras = std::make_shared<const chat::MessageExtras>(chat::MessageExtras{.kind = kind});
    batch.messages.push_back(std::move(message));
    keep(batch);
    store.add_mark({.chat = chat, .seq = seq});
    if (notifier_) notifier_->on_message(chat, seq, now);
    return seq;
  }

  void deliver(std::uint64_t user, Seq seq, ChatId chat = kChat) {
    chat::Batch batch;
    batch.cursors.push_back({.chat = chat, .user = {user}, .delivered = seq});
    keep(batch);
  }

  void prefer(std::uint64_t user, std::string json) {
    store.put_preferences({user}, std::move(json));
  }

  /// Lets the time pass and everything happen that is due.
  std::vector<Attempt> pass(TimeMs ms) {
    now += ms;
    for (int i = 0; i < 4; ++i) {
      notifier_->tick(now);
      for (auto& users : std::exchange(asked_, {})) notifier_->on_away(users, away(users), now);
    }
    return std::exchange(attempts_, {});
  }

  void end(std::uint64_t push, Outcome outcome, std::string reason = {}) {
    notifier_->on_outcome(push, outcome, std::move(reason), now);
  }
  /// The only attempt within the time, which succeeds.
  void expect_one(TimeMs ms, std::uint32_t messages) {
    const auto attempts = pass(ms);
    ASSERT_EQ(attempts.size(), 1u);
    EXPECT_EQ(attempts[0].messages, messages);
    end(attempts[0].push, Outcome::kDelivered);
  }

  /// The process dies, and another goes on with what it left.
  void restart() {
    notifier_.reset();
    asked_.clear();
    attempts_.clear();
    notifier_ =
        std::make_unique<Notifier>(settings_, store, log, directory_, static_cast<Outside&>(*this));
    notifier_->start(now);
  }

  Notifier& notifier() { return *notifier_; }

  MemoryPushStore store;
  storage::MemoryMessageLog log;
  TimeMs now = kStart;
  std::vector<std::uint64_t> online;

 private:
  void keep(const chat::Batch& batch) {
    const chat::Batch* const one[] = {&batch};
    ASSERT_FALSE(directory_.commit(one));
    ASSERT_FALSE(log.commit(one));
  }
  std::vector<UserId> away(const std::vector<UserId>& users) const {
    std::vector<UserId> gone;
    for (const UserId user : users) {
      if (std::ranges::find(online, user.value) == online.end()) gone.push_back(user);
    }
    return gone;
  }
  void ask_away(std::vector<UserId> users) override { asked_.push_back(std::move(users)); }
  void send(const Push& p, const Preferences&, std::uint32_t messages) override {
    attempts_.push_back({p.id, p.user.value, p.channel, p.priority, p.through, messages});
  }

  const NotifierSettings settings_;
  storage::MemoryDirectory directory_;
  std::unique_ptr<Notifier> notifier_;
  std::vector<std::vector<UserId>> asked_;
  std::vector<Attempt> attempts_;
};

Announcement code_for(std::vector<UserId> users) {
  return {.client = {99},
          .users = std::move(users),
          .priority = Priority::kOneTimeCode,
          .text = "4711",
          .life = 600'000};
}

Announcement promotion_for(std::vector<UserId> users) {
  Announcement wish = code_for(std::move(users));
  wish.priority = Priority::kPromotion;
  return wish;
}

TEST(Notifier, TellsWhoIsAwayAfterTheGraceTime) {
  World world;
  world.post(1);
  EXPECT_THAT(world.pass(1'999), IsEmpty());
  const auto attempts = world.pass(1);
  ASSERT_EQ(attempts.size(), 1u);
  EXPECT_EQ(attempts[0].user, 2u);
  EXPECT_EQ(attempts[0].through, 1u);
  EXPECT_EQ(attempts[0].messages, 1u);
}

TEST(Notifier, TellsNobodyOfWhatADeviceTook) {
  World world;
  world.post(1);
  world.deliver(2, 1);
  EXPECT_THAT(world.pass(kHour), IsEmpty());
  EXPECT_EQ(world.notifier().counts().waiting, 0u);
}

TEST(Notifier, LooksAtTheCursorAgainBeforeEachAttempt) {
  World world;
  world.post(1);
  const auto attempts = world.pass(2'000);
  ASSERT_EQ(attempts.size(), 1u);
  world.end(attempts[0].push, Outcome::kFailed);
  world.deliver(2, 1);
  EXPECT_THAT(world.pass(kHour), IsEmpty());
  EXPECT_EQ(world.notifier().counts().taken, 1u);
}

TEST(Notifier, LeavesWhoHasASessionAloneAndLooksAgain) {
  World world;
  world.online = {2};
  world.post(1);
  EXPECT_THAT(world.pass(2'000), IsEmpty());
  EXPECT_THAT(world.pass(kHour), IsEmpty());
  world.online = {};  // and the message was never taken
  world.expect_one(5'000, 1);
}

TEST(Notifier, OnePushTellsOfManyMessages) {
  World world;
  for (int i = 0; i < 5; ++i) world.post(1);
  world.expect_one(2'000, 5);
  for (int i = 0; i < 3; ++i) {
    world.post(1);
    EXPECT_THAT(world.pass(10'000), IsEmpty()) << "it is quiet";
  }
  world.expect_one(570'000, 3);
  EXPECT_THAT(world.pass(2 * kHour), IsEmpty());
  EXPECT_EQ(world.notifier().counts().waiting, 0u);
}

TEST(Notifier, WhatComesDuringAnAttemptIsTheNextOnes) {
  World world;
  world.post(1);
  const auto attempts = world.pass(2'000);
  ASSERT_EQ(attempts.size(), 1u);
  world.post(1);
  EXPECT_THAT(world.pass(3'000), IsEmpty());
  world.end(attempts[0].push, Outcome::kDelivered);
  world.expect_one(600'000, 1);
}

TEST(Notifier, WhoWasBackIsToldAtOnce) {
  World world;
  world.post(1);
  world.expect_one(2'000, 1);
  world.deliver(2, 1);
  world.post(1);
  world.expect_one(2'000, 1);
}

TEST(Notifier, TheSenderHearsOfOthersOnly) {
  World world;
  world.have_members({1, 2, 3});
  world.post(2);
  world.post(1);
  world.post(1);
  const auto attempts = world.pass(2'000);
  ASSERT_EQ(attempts.size(), 3u);
  EXPECT_EQ(attempts[0].user, 1u);
  EXPECT_EQ(attempts[0].through, 1u);
  EXPECT_EQ(attempts[0].messages, 1u);
  EXPECT_EQ(attempts[1].messages, 2u);
  EXPECT_EQ(attempts[2].messages, 3u);
}

TEST(Notifier, NobodyHearsOfHisOwnMessages) {
  World world;
  world.have_members({1}, {8});
  world.post(1, {8});
  EXPECT_THAT(world.pass(2'000), IsEmpty());
}

TEST(Notifier, ReactionsAreNoNews) {
  World world;
  world.post(1, kChat, protocol::MessageKind::kReaction);
  EXPECT_THAT(world.pass(2'000), IsEmpty());
  world.post(1);
  world.expect_one(2'000, 1);
}

TEST(Notifier, ARestartForgetsNothing) {
  World world;
  world.post(1);
  world.restart();
  world.expect_one(2'000, 1);

  world.deliver(2, 1);
  world.post(1);
  ASSERT_EQ(world.pass(2'000).size(), 1u);
  world.restart();  // in the middle of the attempt
  world.expect_one(2'000, 1);

  world.post(1);
  world.restart();
  EXPECT_THAT(world.pass(2'000), IsEmpty()) << "it is still quiet";
  world.expect_one(600'000, 1);
}

TEST(Notifier, AnAttemptThatIsMadeAgainHasTheSameId) {
  World world;
  world.post(1);
  const auto first = world.pass(2'000);
  world.restart();
  const auto second = world.pass(2'000);
  ASSERT_EQ(first.size(), 1u);
  ASSERT_EQ(second.size(), 1u);
  EXPECT_EQ(first[0].push, second[0].push);
}

TEST(Notifier, TriesAgainWithBackoffAndGivesUp) {
  NotifierSettings settings = World::one_channel();
  settings.attempts = 3;
  World world(settings);
  world.post(1);
  auto attempts = world.pass(2'000);
  ASSERT_EQ(attempts.size(), 1u);
  world.end(attempts[0].push, Outcome::kFailed, "HTTP status 500");
  EXPECT_THAT(world.pass(499), IsEmpty());
  attempts = world.pass(501);
  ASSERT_EQ(attempts.size(), 1u);
  world.end(attempts[0].push, Outcome::kFailed, "HTTP status 500");
  EXPECT_THAT(world.pass(999), IsEmpty());
  attempts = world.pass(1'001);
  ASSERT_EQ(attempts.size(), 1u);
  world.end(attempts[0].push, Outcome::kFailed, "HTTP status 500");
  EXPECT_THAT(world.pass(kHour), IsEmpty());
  const auto records = world.store.records({2}, 10);
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(records[0].fate, Fate::kDead);
  EXPECT_EQ(records[0].attempts, 3u);
  EXPECT_EQ(records[0].reason, "HTTP status 500");
  EXPECT_THAT(world.store.pushes(), IsEmpty());
  EXPECT_EQ(world.notifier().counts().dead[index_of(Channel::kWebhook)], 1u);
}

TEST(Notifier, WhatIsRefusedIsDeadAtOnce) {
  World world;
  world.post(1);
  const auto attempts = world.pass(2'000);
  ASSERT_EQ(attempts.size(), 1u);
  world.end(attempts[0].push, Outcome::kRefused, "HTTP status 410");
  EXPECT_THAT(world.pass(kHour), IsEmpty());
  EXPECT_EQ(world.store.records({2}, 1).at(0).fate, Fate::kDead);
}

TEST(Notifier, EachChannelHasItsOwnPush) {
  NotifierSettings settings = World::one_channel();
  settings.channels.fill(true);
  World world(settings);
  world.prefer(2, R"({"email":"bob@b.example"})");
  world.post(1);
  const auto attempts = world.pass(2'000);
  ASSERT_EQ(attempts.size(), 3u);
  EXPECT_NE(attempts[0].channel, attempts[1].channel);
  world.end(attempts[0].push, Outcome::kDelivered);
  world.end(attempts[1].push, Outcome::kRefused);
  world.end(attempts[2].push, Outcome::kDelivered);
  EXPECT_THAT(world.pass(60'000), IsEmpty());
}

TEST(Notifier, KeepsToPreferences) {
  World world;
  world.prefer(2, R"({"muted":[7]})");
  world.post(1);
  EXPECT_THAT(world.pass(2'000), IsEmpty());
  world.prefer(2, R"({"channels":{"webhook":false}})");
  world.post(1);
  EXPECT_THAT(world.pass(2'000), IsEmpty());
  world.prefer(2, "{}");
  world.post(1);
  world.expect_one(2'000, 3);
}

TEST(Notifier, QuietHoursHoldAllButCodes) {
  World world;
  world.prefer(2, R"({"quiet_hours":{"from":"22:00","until":"07:00"}})");
  world.post(1);
  ASSERT_TRUE(world.notifier().announce(code_for({{2}}), world.now));
  ASSERT_TRUE(world.notifier().announce(promotion_for({{2}}), world.now));
  const auto at_night = world.pass(2'000);
  ASSERT_EQ(at_night.size(), 1u);
  EXPECT_EQ(at_night[0].priority, Priority::kOneTimeCode);
  EXPECT_THAT(world.pass(7 * kHour - 2'001), IsEmpty());
  world.expect_one(1, 1);
  EXPECT_EQ(world.notifier().counts().expired, 1u) << "the promotion was for ten minutes";
}

TEST(Notifier, WhatMattersMostGoesFirst) {
  NotifierSettings settings = World::one_channel();
  settings.in_flight = 1;
  World world(settings);
  ASSERT_TRUE(world.notifier().announce(promotion_for({{3}}), world.now));
  const auto first = world.pass(0);
  ASSERT_EQ(first.size(), 1u);
  ASSERT_TRUE(world.notifier().announce(promotion_for({{4}}), world.now));
  world.post(1);
  EXPECT_THAT(world.pass(2'000), IsEmpty()) << "one at a time";
  ASSERT_TRUE(world.notifier().announce(code_for({{5}}), world.now));
  std::vector<std::uint64_t> order;
  for (std::uint64_t push = first[0].push; order.size() < 3;) {
    world.end(push, Outcome::kDelivered);
    const auto next = world.pass(0);
    ASSERT_EQ(next.size(), 1u);
    order.push_back(next[0].user);
    push = next[0].push;
  }
  EXPECT_THAT(order, ElementsAre(5, 2, 4));
}

TEST(Notifier, LimitsWhatAUserGets) {
  NotifierSettings settings = World::one_channel();
  settings.user_per_hour = 1;
  settings.codes_per_hour = 1;
  World world(settings);
  ASSERT_TRUE(world.notifier().announce(promotion_for({{2}}), world.now));
  ASSERT_TRUE(world.notifier().announce(promotion_for({{2}}), world.now));
  ASSERT_TRUE(world.notifier().announce(code_for({{2}}), world.now));
  ASSERT_TRUE(world.notifier().announce(code_for({{2}}), world.now));
  EXPECT_EQ(world.pass(0).size(), 2u);
  EXPECT_EQ(world.store.records({2}, 10).size(), 2u);
  EXPECT_EQ(world.store.records({2}, 1).at(0).fate, Fate::kRateLimited);
  world.post(1);
  EXPECT_THAT(world.pass(kHour - 1), IsEmpty());
  EXPECT_EQ(world.pass(1).size(), 1u) << "a message waits, and isn't lost";
}

TEST(Notifier, LimitsWhatAClientAsksFor) {
  NotifierSettings settings = World::one_channel();
  settings.client_per_hour = 3;
  World world(settings);
  EXPECT_EQ(*world.notifier().announce(code_for({{1}, {2}}), world.now), 2u);
  EXPECT_EQ(world.notifier().announce(code_for({{1}, {2}}), world.now).error(),
            protocol::Error::kOverloaded);
}

TEST(Notifier, HoldsSoManyPushesAndNoMore) {
  NotifierSettings settings = World::one_channel();
  settings.pushes = 4;
  World world(settings);
  EXPECT_TRUE(world.notifier().announce(code_for({{1}}), world.now));
  EXPECT_FALSE(world.notifier().announce(code_for({{1}, {2}}), world.now));
  world.have_members({1, 2, 3, 4, 5, 6});
  world.post(1);
  EXPECT_EQ(world.pass(2'000).size(), 4u);
  EXPECT_EQ(world.notifier().counts().queue_full, 2u);
}

TEST(Notifier, SaysHowManyPushesItSends) {
  World world;
  world.prefer(3, R"({"promotions":false})");
  EXPECT_EQ(*world.notifier().announce(promotion_for({{2}, {3}}), world.now), 1u);
}

TEST(Notifier, NewMembersHearOfWhatCameAfterThem) {
  World world;
  world.post(1);
  world.post(1);
  world.join(3, 2);
  world.post(1);
  const auto attempts = world.pass(2'000);
  ASSERT_EQ(attempts.size(), 2u);
  EXPECT_EQ(attempts[0].messages, 3u);
  EXPECT_EQ(attempts[1].user, 3u);
  EXPECT_EQ(attempts[1].messages, 1u);
}

}  // namespace
}  // namespace throng::notify
