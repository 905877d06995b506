#include "loadgen/floor/echo_http.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace throng::floor {
namespace {

using State = HttpRequest::State;
using testing::HasSubstr;

TEST(EchoHttp, WaitsForAWholeRequest) {
  const std::string whole = "POST /chats HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhelloGET ";
  for (std::size_t size = 0; size + 4 < whole.size(); ++size) {
    EXPECT_EQ(read_request(whole.substr(0, size)).state, State::kNeedMore) << size;
  }
  const HttpRequest read = read_request(whole);
  EXPECT_EQ(read.state, State::kWhole);
  EXPECT_EQ(read.call, HttpCall::kMakeChats);
  EXPECT_EQ(read.body, "hello");
  EXPECT_EQ(read.bytes, whole.size() - 4);
}

TEST(EchoHttp, TellsCallsApart) {
  const auto call = [](const std::string& line) {
    return read_request(line + " HTTP/1.1\r\nHost: x\r\n\r\n").call;
  };
  EXPECT_EQ(call("GET /healthz"), HttpCall::kHealth);
  EXPECT_EQ(call("POST /healthz"), HttpCall::kUnknown);
  EXPECT_EQ(call("POST /chats/17/members"), HttpCall::kAddMembers);
  EXPECT_EQ(call("PUT /assets/9f86"), HttpCall::kPutAsset);
  EXPECT_EQ(call("GET /assets/9f86"), HttpCall::kGetAsset);
  EXPECT_EQ(call("GET /assets"), HttpCall::kUnknown);
  EXPECT_EQ(call("POST /chats/17x/members"), HttpCall::kUnknown);
  EXPECT_EQ(call("POST /chats//members"), HttpCall::kUnknown);
  EXPECT_EQ(call("GET /chats"), HttpCall::kUnknown);
  EXPECT_EQ(read_request("POST /chats/17/members HTTP/1.1\r\n\r\n").chat.value, 17u);
}

TEST(EchoHttp, RefusesWhatIsntHttp) {
  EXPECT_EQ(read_request("nonsense\r\n\r\n").state, State::kBroken);
  EXPECT_EQ(read_request("POST /chats HTTP/1.1\r\nContent-Length: 4194305\r\n\r\n").state,
            State::kBroken);
}

// The example of RFC 6455 section 1.3.
TEST(EchoHttp, Upgrades) {
  const HttpRequest read = read_request(
      "GET /v1/ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n");
  EXPECT_EQ(read.call, HttpCall::kUpgrade);
  EXPECT_THAT(upgrade_answer(read.websocket_key),
              HasSubstr("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
}

}  // namespace
}  // namespace throng::floor
