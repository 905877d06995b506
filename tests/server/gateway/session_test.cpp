#include "server/gateway/session.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/server/gateway/gateway_world.hpp"
#include "tests/server/gateway/written_session.hpp"

namespace throng::gateway {
namespace {

constexpr chat::UserId kUser{17};
constexpr chat::ChatId kChat{7};

/// Sessions of one user, whom somebody asks after.
class SessionPresence : public testing::Test {
 protected:
  Session& come() {
    Session* session = services().sessions.insert([&](auto key) {
      const chat::ClientRef self{
          .shard = services().shard, .slot = key.slot, .generation = key.generation};
      return std::make_unique<WrittenSession>(services(), self, kUser, written_);
    });
    session->start();
    return *session;
  }

  void sweep_after(std::chrono::seconds silence, Session& session) {
    services().now += silence;
    session.sweep();
    services().let_sessions_depart();
  }

  bool is_online() const { return world_.services.presence.state(kUser).online; }
  SessionServices& services() { return world_.services; }

 private:
  std::vector<std::string> written_;
  GatewayWorld world_;
};

TEST_F(SessionPresence, OfWhomNothingIsHeardEndsBeforeHisConnectionDoes) {
  Session& session = come();
  EXPECT_TRUE(is_online());
  sweep_after(2 * services().limits.heartbeat, session);
  EXPECT_TRUE(is_online());
  sweep_after(std::chrono::seconds(1), session);
  EXPECT_EQ(services().sessions.size(), 1) << "it waits for an answer to its bye";
  EXPECT_FALSE(is_online());
}

TEST_F(SessionPresence, OfWhoStillHasAnotherSessionGoesOn) {
  Session& closing = come();
  come();
  closing.close(protocol::Error::kIdle);
  EXPECT_TRUE(is_online());
  sweep_after(services().limits.close_timeout + std::chrono::seconds(1), closing);
  EXPECT_EQ(services().sessions.size(), 1);
  EXPECT_TRUE(is_online()) << "the one that is gone counts once";
}

TEST_F(SessionPresence, OfWhoComesBackWhileHisOldSessionClosesGoesOn) {
  Session& closing = come();
  closing.close(protocol::Error::kIdle);
  EXPECT_FALSE(is_online());
  come();
  sweep_after(services().limits.close_timeout + std::chrono::seconds(1), closing);
  EXPECT_TRUE(is_online());
}

/// A session of one chat, whose device says what it has of it.
chat::Attach first_attach(bool rewound) {
  GatewayWorld world;
  std::vector<std::string> written;
  chat::Batch batch;
  batch.members.push_back({.chat = kChat, .user = kUser});
  const chat::Batch* const batches[] = {&batch};
  world.directory.commit(batches);
  Session* session = world.services.sessions.insert([&](auto key) {
    const chat::ClientRef self{.shard = 0, .slot = key.slot, .generation = key.generation};
    cluster::Newcomer who;
    who.user = kUser;
    who.have = {{kChat, 120}};
    who.rewound = rewound;
    return std::make_unique<WrittenSession>(world.services, self, std::move(who), written);
  });
  session->start();
  return world.take<chat::Attach>();
}

TEST(SessionCatchUp, BeginsBehindWhatTheDeviceHas) { EXPECT_EQ(first_attach(false).have, 120); }

TEST(SessionCatchUp, BeginsAtTheBeginningIfThatIsOfAnotherStateOfTheStore) {
  EXPECT_EQ(first_attach(true).have, 0);
}

}  // namespace
}  // namespace throng::gateway
