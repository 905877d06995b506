#include "loadgen/transport/upgrade.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/frame.hpp"

namespace throng::transport {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

// The example of RFC 6455 section 1.3.
constexpr std::string_view kKey = "dGhlIHNhbXBsZSBub25jZQ==";
const std::string kGood =
    "HTTP/1.1 101 Switching Protocols\r\n"
    "Upgrade: websocket\r\n"
    "Connection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
    "\r\n";

std::string replaced(std::string text, std::string_view what, std::string_view with) {
  return text.replace(text.find(what), what.size(), with);
}

TEST(Upgrade, AsksForAWebSocketAtTheTargetsPath) {
  const std::string request = upgrade_request(*parse_target("ws://localhost:8080"), kKey);
  EXPECT_THAT(request, StartsWith("GET /v1/ws HTTP/1.1\r\nHost: localhost:8080\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nUpgrade: websocket\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nConnection: Upgrade\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nSec-WebSocket-Version: 13\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"));
  EXPECT_TRUE(request.ends_with("\r\n\r\n"));
}

TEST(Upgrade, MakesKeysOfSixteenBytesThatDependOnTheNonce) {
  const std::string key = upgrade_key(1);
  EXPECT_EQ(key.size(), 24u);
  EXPECT_TRUE(key.ends_with("=="));
  EXPECT_EQ(key.find('='), 22u);
  EXPECT_EQ(key, upgrade_key(1));
  EXPECT_NE(key, upgrade_key(2));
}

TEST(Upgrade, TakesTheRightAnswerAndLeavesTheFramesBehindIt) {
  const UpgradeAnswer answer = check_upgrade(kGood + "frames", kKey);
  EXPECT_EQ(answer.state, UpgradeState::kAccepted);
  EXPECT_EQ(answer.head_bytes, kGood.size());
}

TEST(Upgrade, WaitsForTheEmptyLine) {
  for (std::size_t bytes = 0; bytes < kGood.size(); ++bytes) {
    EXPECT_EQ(check_upgrade(kGood.substr(0, bytes), kKey).state, UpgradeState::kNeedMore);
  }
}

TEST(Upgrade, ComparesHeadersWithoutCaseAndInLists) {
  std::string answer = replaced(kGood, "Connection: Upgrade", "CONNECTION:keep-alive , upgrade");
  answer = replaced(answer, "Upgrade: websocket", "uPGRADE: WebSocket");
  EXPECT_EQ(check_upgrade(answer, kKey).state, UpgradeState::kAccepted);
}

TEST(Upgrade, RefusesEveryOtherAnswer) {
  const std::string wrong[] = {
      replaced(kGood, "101 Switching", "200 Switching"),
      replaced(kGood, "HTTP/1.1 101", "HTTP/1.0 101"),
      replaced(kGood, "HTTP/1.1 101", "HTTP/1.1 1011"),
      replaced(kGood, "Upgrade: websocket", "Upgrade: h2c"),
      replaced(kGood, "Connection: Upgrade", "Connection: close"),
      replaced(kGood, "s3pPLMBi", "S3pPLMBi"),
      replaced(kGood, "Sec-WebSocket-Accept", "Sec-WebSocket-Except"),
      replaced(kGood, "\r\n\r\n", "\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n"),
  };
  for (const std::string& answer : wrong) {
    EXPECT_EQ(check_upgrade(answer, kKey).state, UpgradeState::kRejected) << answer;
  }
}

TEST(Upgrade, RefusesAHeadWithoutEnd) {
  std::string endless = "HTTP/1.1 101 Switching Protocols\r\nX: ";
  endless.resize(kMaxUpgradeBytes, 'x');
  EXPECT_EQ(check_upgrade(endless, kKey).state, UpgradeState::kRejected);
  EXPECT_EQ(check_upgrade(endless + "\r\n\r\n", kKey).state, UpgradeState::kRejected);
}

}  // namespace
}  // namespace throng::transport
