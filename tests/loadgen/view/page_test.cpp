#include "loadgen/view/page.hpp"

#include <gmock/gmock.h>

namespace throng::view {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Page, LetsNoScriptRunButItsOwn) {
  EXPECT_THAT(live_policy(), HasSubstr("script-src 'sha256-"));
  EXPECT_THAT(live_policy(), HasSubstr("default-src 'none'"));
  EXPECT_THAT(live_policy(), HasSubstr("connect-src 'self'"));
  EXPECT_THAT(live_html(""), HasSubstr(live_policy()));
}

TEST(Page, KnowsItsTokenAndWhereEventsAre) {
  EXPECT_THAT(live_html("abc"), HasSubstr(R"({"events": "/events", "stop": "abc"})"));
}

TEST(Page, OfARunThatIsOverHasItAllAndAsksNobody) {
  const std::string page = finished_html(R"({"plan": "</script><b>"})");
  EXPECT_THAT(page, HasSubstr("connect-src 'none'"));
  EXPECT_THAT(page, HasSubstr(R"({"document": {"plan": "\u003c/script\u003e\u003cb\u003e"}})"));
  EXPECT_THAT(page, Not(HasSubstr("src=")));
}

TEST(Page, FillsInEveryPlace) {
  EXPECT_THAT(live_html("abc"), Not(HasSubstr("{{")));
  EXPECT_TRUE(live_html("abc").ends_with("</html>\n"));
}

}  // namespace
}  // namespace throng::view
