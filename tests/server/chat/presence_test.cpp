#include "server/chat/presence.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "server/storage/memory_directory.hpp"

namespace throng::chat {
namespace {

constexpr UserId kUser{17};
constexpr TimeMs kStart = 1'000'000;

struct PresenceWorld {
  /// Commits what gathered, in the directory and then in the presence.
  void commit() {
    const Batch* const batches[] = {&batch};
    ASSERT_FALSE(directory.commit(batches));
    presence.committed(batch.last_seen);
    batch.clear();
  }
  TimeMs last_seen() const { return presence.state(kUser).last_seen; }

  storage::MemoryDirectory directory;
  Presence presence{directory};
  Batch batch;
};

TEST(Presence, WhoNeverCameIsAwayAndWasNeverSeen) {
  const PresenceWorld w;
  const auto state = w.presence.state(kUser);
  EXPECT_EQ(state.user, kUser);
  EXPECT_FALSE(state.online);
  EXPECT_EQ(state.last_seen, 0);
}

TEST(Presence, IsOnlineWhileAnySessionIsThere) {
  PresenceWorld w;
  w.presence.connected(kUser);
  w.presence.connected(kUser);
  w.presence.disconnected(kUser);
  EXPECT_TRUE(w.presence.state(kUser).online);
  w.presence.disconnected(kUser);
  EXPECT_FALSE(w.presence.state(kUser).online);
  w.presence.disconnected(kUser);
  w.presence.connected(kUser);
  EXPECT_TRUE(w.presence.state(kUser).online) << "one too many doesn't count";
}

TEST(Presence, ConnectingMovesNoLastSeen) {
  PresenceWorld w;
  w.presence.connected(kUser);
  w.commit();
  EXPECT_EQ(w.last_seen(), 0);
}

TEST(Presence, LastSeenIsShownOnlyOnceItIsDurable) {
  PresenceWorld w;
  w.presence.connected(kUser);
  w.presence.active(kUser, kStart, w.batch);
  ASSERT_EQ(w.batch.last_seen.size(), 1u);
  EXPECT_EQ(w.last_seen(), 0);
  w.commit();
  EXPECT_EQ(w.last_seen(), kStart);
  EXPECT_EQ(w.directory.last_seen(kUser), kStart);
}

TEST(Presence, BusyPeopleCostOneWriteAStep) {
  PresenceWorld w;
  w.presence.connected(kUser);
  for (TimeMs t = 0; t < Presence::kLastSeenStep; t += 10) {
    w.presence.active(kUser, kStart + t, w.batch);
  }
  EXPECT_EQ(w.batch.last_seen.size(), 1u);
  w.presence.active(kUser, kStart + Presence::kLastSeenStep, w.batch);
  EXPECT_EQ(w.batch.last_seen.size(), 2u);
}

TEST(Presence, LastSeenNeverMovesBack) {
  PresenceWorld w;
  w.presence.connected(kUser);
  w.presence.active(kUser, kStart, w.batch);
  w.commit();
  w.presence.active(kUser, kStart - 60'000, w.batch);  // the clock was set back
  w.commit();
  EXPECT_EQ(w.last_seen(), kStart);
  w.presence.committed({{.user = kUser, .time = kStart - 1}});
  EXPECT_EQ(w.last_seen(), kStart);
  w.presence.disconnected(kUser);
  EXPECT_EQ(w.last_seen(), kStart);
  w.presence.connected(kUser);
  EXPECT_EQ(w.last_seen(), kStart);
}

TEST(Presence, LastSeenOfWhoIsAwayComesFromTheDirectory) {
  PresenceWorld w;
  w.batch.last_seen = {{.user = kUser, .time = kStart}};
  w.commit();
  EXPECT_EQ(Presence(w.directory).state(kUser).last_seen, kStart);
}

TEST(Presence, WhoLeavesBeforeTheCommitIsSeenAfterIt) {
  PresenceWorld w;
  w.presence.connected(kUser);
  w.presence.active(kUser, kStart, w.batch);
  w.presence.disconnected(kUser);
  EXPECT_EQ(w.last_seen(), 0);
  w.commit();
  EXPECT_EQ(w.last_seen(), kStart);
}

TEST(Presence, AFailedWriteIsTriedAgainWithTheNextAction) {
  PresenceWorld w;
  w.presence.connected(kUser);
  w.presence.active(kUser, kStart, w.batch);
  w.batch.clear();
  w.presence.failed();
  EXPECT_EQ(w.last_seen(), 0);
  w.presence.active(kUser, kStart + 1, w.batch);
  w.commit();
  EXPECT_EQ(w.last_seen(), kStart + 1);
  EXPECT_TRUE(w.presence.state(kUser).online);
}

/// A directory whose disk is gone.
class BrokenDirectory : public storage::MemoryDirectory {
 public:
  TimeMs last_seen(UserId user) const override {
    if (broken) throw boost::system::system_error(protocol::Error::kUnavailable);
    return MemoryDirectory::last_seen(user);
  }
  bool broken = true;
};

TEST(Presence, AFailedReadIsNoAnswer) {
  BrokenDirectory directory;
  Batch seen;
  seen.last_seen = {{.user = kUser, .time = kStart}};
  const Batch* const batches[] = {&seen};
  ASSERT_FALSE(directory.commit(batches));
  Presence presence(directory);
  EXPECT_THROW(presence.connected(kUser), boost::system::system_error);
  directory.broken = false;
  EXPECT_EQ(presence.state(kUser).last_seen, kStart) << "never would have been a lie";
}

// ---- Who is watched ----

std::vector<std::string> told(PresenceWorld& w) {
  std::vector<std::string> lines;
  w.presence.tell_changes([&](const ClientRef& watcher, const protocol::PresenceState& state) {
    lines.push_back(std::to_string(watcher.slot) + ": " + std::to_string(state.user.value) +
                    (state.online ? " online " : " away ") + std::to_string(state.last_seen));
  });
  return lines;
}

using Lines = std::vector<std::string>;

TEST(PresenceWatch, TellsEachWatcherOnceHoweverOftenSomebodyComesAndGoes) {
  PresenceWorld w;
  w.presence.watch(kUser, {.slot = 1});
  w.presence.watch(kUser, {.slot = 2});
  w.presence.watch(kUser, {.slot = 2});
  EXPECT_EQ(told(w), Lines{}) << "nothing has changed yet";
  for (int i = 0; i < 100; ++i) {
    w.presence.connected(kUser);
    w.presence.disconnected(kUser);
  }
  w.presence.connected(kUser);
  EXPECT_EQ(told(w), (Lines{"1: 17 online 0", "2: 17 online 0"}));
  EXPECT_EQ(told(w), Lines{});
  w.presence.disconnected(kUser);
  EXPECT_EQ(told(w), (Lines{"1: 17 away 0", "2: 17 away 0"}));
}

TEST(PresenceWatch, TellsOfLastSeenOnceItIsDurable) {
  PresenceWorld w;
  w.presence.connected(kUser);
  w.presence.watch(kUser, {.slot = 1});
  w.presence.active(kUser, kStart, w.batch);
  EXPECT_EQ(told(w), Lines{});
  w.commit();
  EXPECT_EQ(told(w), Lines{"1: 17 online 1000000"});
}

TEST(PresenceWatch, ASecondDeviceChangesNothing) {
  PresenceWorld w;
  w.presence.connected(kUser);
  w.presence.watch(kUser, {.slot = 1});
  w.presence.connected(kUser);
  w.presence.disconnected(kUser);
  EXPECT_EQ(told(w), Lines{});
}

TEST(PresenceWatch, EndsWhenItIsGivenUp) {
  PresenceWorld w;
  w.presence.watch(kUser, {.slot = 1});
  w.presence.connected(kUser);
  w.presence.unwatch(kUser, {.slot = 1});
  w.presence.unwatch(kUser, {.slot = 7});
  EXPECT_EQ(told(w), Lines{});
}

}  // namespace
}  // namespace throng::chat
