#include "server/gateway/windows.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace throng::gateway {
namespace {

using chat::UserId;
using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::uint64_t> told(Windows& windows) {
  std::vector<std::uint64_t> users;
  windows.tell_waiting([&](const protocol::PresenceState& s) { users.push_back(s.user.value); });
  return users;
}

TEST(Windows, WatchPeopleWhileSomeWindowShowsThem) {
  Windows windows;
  EXPECT_THAT(windows.open({7}, {{1}, {2}}).watch, ElementsAre(UserId{1}, UserId{2}));
  EXPECT_THAT(windows.open({8}, {{2}, {3}}).watch, ElementsAre(UserId{3}));
  EXPECT_THAT(windows.close({7}).unwatch, ElementsAre(UserId{1}));
  EXPECT_THAT(windows.close({7}).unwatch, IsEmpty());
  EXPECT_THAT(windows.close_all().unwatch, ElementsAre(UserId{2}, UserId{3}));
}

TEST(Windows, OpeningOneAgainShowsWhoIsInThereNow) {
  Windows windows;
  windows.open({7}, {{1}, {2}});
  const Windows::Change change = windows.open({7}, {{2}, {3}});
  EXPECT_THAT(change.watch, ElementsAre(UserId{3}));
  EXPECT_THAT(change.unwatch, ElementsAre(UserId{1}));
}

TEST(Windows, OneTooManyClosesTheFirst) {
  Windows windows;
  for (std::uint64_t chat = 1; chat <= Windows::kMostOpen; ++chat) {
    EXPECT_THAT(windows.open({chat}, {{100 + chat}}).unwatch, IsEmpty());
  }
  EXPECT_THAT(windows.open({99}, {{199}}).unwatch, ElementsAre(UserId{101}));
}

TEST(Windows, TellTheNewestOfEachAndOnlyOfThoseWhoAreShown) {
  Windows windows;
  windows.open({7}, {{1}});
  windows.note({.user = {1}, .online = true, .last_seen = 0});
  windows.note({.user = {1}, .online = false, .last_seen = 5});
  windows.note({.user = {2}, .online = true, .last_seen = 0});
  std::vector<protocol::TimeMs> seen;
  windows.tell_waiting([&](const protocol::PresenceState& s) { seen.push_back(s.last_seen); });
  EXPECT_THAT(seen, ElementsAre(5));
  EXPECT_FALSE(windows.has_waiting());
}

TEST(Windows, TellOnlySoManyARoundAndTheRestInTheNext) {
  Windows windows;
  for (std::uint64_t chat = 1; chat <= 2; ++chat) {
    std::vector<UserId> people;
    for (std::uint64_t i = 0; i < 80; ++i) people.push_back({chat * 1000 + i});
    windows.open({chat}, people);
    for (const UserId user : people) windows.note({.user = user, .online = true, .last_seen = 0});
  }
  EXPECT_EQ(told(windows).size(), Windows::kMostTold);
  EXPECT_EQ(told(windows).size(), 160 - Windows::kMostTold);
  EXPECT_THAT(told(windows), IsEmpty());
}

}  // namespace
}  // namespace throng::gateway
