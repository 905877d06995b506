#include "server/notify/curl_sender.hpp"

#include <gtest/gtest.h>

namespace throng::notify {
namespace {

TEST(CurlSender, KnowsWhichAnswersAreFinal) {
  for (const long status : {200L, 202L, 204L})
    EXPECT_EQ(outcome_of_http(status), Outcome::kDelivered);
  for (const long status : {301L, 400L, 401L, 404L, 410L}) {
    EXPECT_EQ(outcome_of_http(status), Outcome::kRefused);
  }
  for (const long status : {0L, 100L, 408L, 425L, 429L, 500L, 503L}) {
    EXPECT_EQ(outcome_of_http(status), Outcome::kFailed);
  }
  EXPECT_EQ(outcome_of_smtp(550), Outcome::kRefused);
  EXPECT_EQ(outcome_of_smtp(451), Outcome::kFailed);
  EXPECT_EQ(outcome_of_smtp(0), Outcome::kFailed);
}

TEST(CurlSender, WaitsForNothingWhenThereIsNothing) {
  CurlSender sender;
  EXPECT_TRUE(sender.wait(std::chrono::milliseconds(0)).empty());
}

TEST(CurlSender, OtherProtocolsAreRefusedByLibcurl) {
  CurlSender sender;
  sender.start(5, HttpPost{.url = "file:///etc/hostname", .headers = {}, .body = "{}"});
  const auto ended = sender.wait(std::chrono::milliseconds(1'000));
  ASSERT_EQ(ended.size(), 1u);
  EXPECT_EQ(ended[0].push, 5u);
  EXPECT_EQ(ended[0].outcome, Outcome::kFailed);
}

}  // namespace
}  // namespace throng::notify
