#include "loadgen/view/request_guard.hpp"

#include <gmock/gmock.h>

namespace throng::view {
namespace {

constexpr std::string_view kToken = "00112233445566778899aabbccddeeff";

TEST(RequestGuard, LetsReadByAddress) {
  for (const auto* host :
       {"127.0.0.1:9600", "127.0.0.1", "localhost:9600", "[::1]:9600", "[::1]", "192.0.2.7:80"}) {
    EXPECT_TRUE(may_read({host, "", "", ""})) << host;
  }
}

TEST(RequestGuard, LetsNobodyReadByANameThatMayBeAnyones) {
  for (const auto* host : {"evil.example:9600", "127.0.0.1.evil.example", "", "localhost.evil",
                           ":9600", "[::1", "[]:9600"}) {
    EXPECT_FALSE(may_read({host, "", "", ""})) << host;
  }
}

TEST(RequestGuard, LetsThePageStop) {
  EXPECT_TRUE(may_stop({"127.0.0.1:9600", "http://127.0.0.1:9600", kToken, ""}, kToken));
}

TEST(RequestGuard, LetsNoOtherSiteStop) {
  EXPECT_FALSE(may_stop({"127.0.0.1:9600", "http://evil.example", kToken, ""}, kToken));
  EXPECT_FALSE(may_stop({"127.0.0.1:9600", "http://127.0.0.1:8080", kToken, ""}, kToken));
  EXPECT_FALSE(may_stop({"127.0.0.1:9600", "null", kToken, ""}, kToken));
  EXPECT_FALSE(may_stop({"127.0.0.1:9600", "", kToken, ""}, kToken));
  EXPECT_FALSE(may_stop({"evil.example", "http://evil.example", kToken, ""}, kToken));
}

TEST(RequestGuard, LetsNobodyStopWithoutTheToken) {
  EXPECT_FALSE(may_stop({"127.0.0.1:9600", "http://127.0.0.1:9600", "", ""}, kToken));
  EXPECT_FALSE(may_stop({"127.0.0.1:9600", "http://127.0.0.1:9600", kToken.substr(1), ""}, kToken));
  const std::string other = "f" + std::string(kToken.substr(1));
  EXPECT_FALSE(may_stop({"127.0.0.1:9600", "http://127.0.0.1:9600", other, ""}, kToken));
}

TEST(RequestGuard, LetsNoPageOfAnotherSiteWatch) {
  for (const auto* site : {"", "none", "same-origin"}) {
    EXPECT_TRUE(may_watch({"127.0.0.1:9600", "", "", site})) << site;
  }
  for (const auto* site : {"cross-site", "same-site"}) {
    EXPECT_FALSE(may_watch({"127.0.0.1:9600", "", "", site})) << site;
    EXPECT_TRUE(may_read({"127.0.0.1:9600", "", "", site})) << "a link may lead here";
    EXPECT_FALSE(may_stop({"127.0.0.1:9600", "http://127.0.0.1:9600", kToken, site}, kToken));
  }
}

TEST(RequestGuard, MakesATokenThatIsAnotherEachTime) {
  EXPECT_THAT(make_token(), testing::MatchesRegex("[0-9a-f]{32}"));
  EXPECT_NE(make_token(), make_token());
}

}  // namespace
}  // namespace throng::view
