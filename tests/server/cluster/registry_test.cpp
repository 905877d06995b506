#include "server/cluster/registry.hpp"

#include <gmock/gmock.h>

namespace throng::cluster {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr protocol::UserId kUser{17};
constexpr protocol::ChatId kChat{7};

TEST(Registry, KnowsTheSessionsOfAUser) {
  Registry registry;
  EXPECT_THAT(registry.sessions_of(kUser), IsEmpty());
  registry.add_session(kUser, 4);
  registry.add_session(kUser, 9);
  registry.add_session({18}, 5);
  EXPECT_THAT(registry.sessions_of(kUser), UnorderedElementsAre(4, 9));
  EXPECT_EQ(registry.users(), 2u);
}

TEST(Registry, ForgetsAUserWithTheLastSession) {
  Registry registry;
  registry.add_session(kUser, 4);
  registry.add_session(kUser, 9);
  registry.remove_session(kUser, 4);
  EXPECT_THAT(registry.sessions_of(kUser), ElementsAre(9));
  registry.remove_session(kUser, 9);
  EXPECT_THAT(registry.sessions_of(kUser), IsEmpty());
  EXPECT_EQ(registry.users(), 0u);
}

TEST(Registry, KnowsWhoIsLiveInAChat) {
  Registry registry;
  registry.go_live(kChat, 1);
  registry.go_live(kChat, 2);
  registry.go_live(kChat, 3);
  registry.go_live({8}, 1);
  registry.leave(kChat, 2);
  EXPECT_THAT(registry.live_in(kChat), UnorderedElementsAre(1, 3));
  EXPECT_THAT(registry.live_in({8}), ElementsAre(1));
  EXPECT_THAT(registry.live_in({9}), IsEmpty());
}

TEST(Registry, LeavingWhatOneIsNotInChangesNothing) {
  Registry registry;
  registry.go_live(kChat, 1);
  registry.leave(kChat, 2);
  registry.leave({8}, 1);
  registry.remove_session(kUser, 1);
  EXPECT_THAT(registry.live_in(kChat), ElementsAre(1));
}

}  // namespace
}  // namespace throng::cluster
