#include "server/notify/webhook.hpp"

#include <gmock/gmock.h>

namespace throng::notify {
namespace {

using testing::Contains;

TEST(Webhook, TellsOfMessages) {
  Push push{.id = 9, .user = {17}, .priority = Priority::kMessage, .chat = {7}};
  push.through = 12;
  Preferences preferences;
  preferences.webhook_address = "device \"7\"";
  EXPECT_EQ(webhook_body(push, preferences, 3),
            R"({"id":"9","user":17,"to":"device \"7\"","priority":"message",)"
            R"("chat":7,"seq":12,"messages":3})");
}

TEST(Webhook, TellsTheTextOfTheOthers) {
  Push push{.id = 9, .user = {17}, .priority = Priority::kOneTimeCode};
  push.text = "4711";
  EXPECT_EQ(webhook_body(push, {}, 0),
            R"({"id":"9","user":17,"to":"","priority":"one_time_code","title":"","text":"4711"})");
}

// The digest is openssl's: printf '1700.{}' | openssl dgst -sha256 -hmac 'a secret of the operator'
TEST(Webhook, IsSigned) {
  const auto headers = webhook_headers({.id = 9}, "{}", "a secret of the operator", 1700);
  EXPECT_THAT(headers, Contains("X-Throng-Timestamp: 1700"));
  EXPECT_THAT(headers, Contains("Idempotency-Key: 9"));
  EXPECT_THAT(headers,
              Contains("X-Throng-Signature: sha256="
                       "30b613ee8bd58a8b786db7712cbea7a383b7197077b4de203f194b63d631ea51"));
}

}  // namespace
}  // namespace throng::notify
