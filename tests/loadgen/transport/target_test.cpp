#include "loadgen/transport/target.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace throng::transport {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Target, TakesEverythingThatTheUrlSays) {
  const auto target = parse_target("ws://chat.example:8080/socket?v=1");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->url, "ws://chat.example:8080/socket");
  EXPECT_EQ(target->host, "chat.example");
  EXPECT_EQ(target->port, 8080);
  EXPECT_EQ(target->path, "/socket?v=1");
  EXPECT_EQ(target->authority(), "chat.example:8080");
}

TEST(Target, FillsInPortAndPath) {
  for (const char* url : {"ws://localhost", "ws://localhost/"}) {
    const auto target = parse_target(url);
    ASSERT_TRUE(target) << url;
    EXPECT_EQ(target->port, 80);
    EXPECT_EQ(target->path, "/v1/ws");
  }
}

TEST(Target, BracketsAnIpv6AddressInTheHostHeaderOnly) {
  const auto target = parse_target("ws://[::1]:9000");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->host, "::1");
  EXPECT_EQ(target->authority(), "[::1]:9000");
}

TEST(Target, RefusesAPasswordWithoutRepeatingIt) {
  const auto target = parse_target("ws://user:hunter2@chat.example");
  ASSERT_FALSE(target);
  EXPECT_THAT(target.error().message, HasSubstr("no name and password"));
  EXPECT_THAT(target.error().message, Not(HasSubstr("hunter2")));
}

TEST(Target, MayBeBehindTls) {
  const auto target = parse_target("wss://chat.example");
  ASSERT_TRUE(target);
  EXPECT_TRUE(target->secure);
  EXPECT_EQ(target->authority(), "chat.example:443");
  EXPECT_EQ(target->path, kDefaultPath);
  EXPECT_EQ(parse_target("wss://chat.example:9443")->port, 9443);
  EXPECT_FALSE(parse_target("ws://chat.example")->secure);
}

TEST(Target, NamesTheUrlAndWhatWasExpected) {
  const std::pair<const char*, const char*> wrong[] = {
      {"localhost:8080", "ws://"},
      {"http://localhost", "ws://"},
      {"ws://", "host"},
      {"ws://localhost:0", "port from 1 to 65535"},
      {"ws://localhost:99999", "65535"},
      {"not a url", "ws://HOST[:PORT][/PATH]"},
  };
  for (const auto& [url, expected] : wrong) {
    const auto target = parse_target(url);
    ASSERT_FALSE(target) << url;
    EXPECT_THAT(target.error().message, HasSubstr(url));
    EXPECT_THAT(target.error().message, HasSubstr(expected));
  }
}

TEST(Target, ResolvesAnAddressToItself) {
  const auto endpoint = resolve(*parse_target("ws://127.0.0.1:4321"));
  ASSERT_TRUE(endpoint);
  EXPECT_EQ(endpoint->address().to_string(), "127.0.0.1");
  EXPECT_EQ(endpoint->port(), 4321);
}

}  // namespace
}  // namespace throng::transport
