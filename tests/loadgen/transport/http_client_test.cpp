#include "loadgen/transport/http_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "tests/loadgen/transport/loopback_peer.hpp"

namespace throng::transport {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using Connection = LoopbackPeer::Connection;

/// A peer on a thread of its own, since the client blocks.
class HttpClientTest : public testing::Test {
 protected:
  void serve(std::function<void(Connection&, std::string_view)> on_bytes) {
    peer_.emplace(io_, [this, on_bytes](Connection& connection) {
      ++connections_;
      connection.read(on_bytes);
    });
    target_ = *parse_target(peer_->url());
    endpoint_ = peer_->endpoint();
    thread_ = std::thread([this] { io_.run(); });
  }
  /// What the peer's thread wrote can be read afterwards.
  void stop_serving() {
    io_.stop();
    if (thread_.joinable()) thread_.join();
  }
  void TearDown() override { stop_serving(); }

  boost::asio::io_context io_{1};
  std::optional<LoopbackPeer> peer_;
  std::atomic<int> connections_ = 0;
  Target target_;
  boost::asio::ip::tcp::endpoint endpoint_;
  std::thread thread_;
};

constexpr const char* kOk =
    "HTTP/1.1 200 OK\r\nServer: throng-server/9.9\r\nContent-Length: 2\r\n\r\nok";

TEST_F(HttpClientTest, KeepsItsConnection) {
  serve([](Connection& self, std::string_view bytes) {
    if (!bytes.empty()) self.write(kOk);
  });
  HttpClient client(target_, endpoint_, "");
  for (int i = 0; i < 3; ++i) {
    const auto answer = client.get("/healthz");
    ASSERT_TRUE(answer) << answer.error().message();
    EXPECT_EQ(answer->status, 200u);
    EXPECT_EQ(answer->body, "ok");
    EXPECT_EQ(answer->server, "throng-server/9.9");
  }
  EXPECT_EQ(connections_, 1);
}

TEST_F(HttpClientTest, PostsWithTheTokenAndTheType) {
  std::string request;
  serve([&](Connection& self, std::string_view bytes) {
    request += bytes;
    if (request.ends_with("{}\n")) self.write(kOk);
  });
  HttpClient client(target_, endpoint_, "secret-token");
  ASSERT_TRUE(client.post("/chats", "application/x-ndjson", "{}\n"));
  stop_serving();
  EXPECT_THAT(request, StartsWith("POST /chats HTTP/1.1\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nAuthorization: Bearer secret-token\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nContent-Type: application/x-ndjson\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nContent-Length: 3\r\n"));
}

TEST_F(HttpClientTest, ConnectsAgainWhenTheKeptConnectionWasClosed) {
  serve([](Connection& self, std::string_view bytes) {
    if (bytes.empty()) return;
    self.write(kOk);
    self.close();
  });
  HttpClient client(target_, endpoint_, "");
  ASSERT_TRUE(client.get("/healthz"));
  const auto answer = client.get("/healthz");
  ASSERT_TRUE(answer) << answer.error().message();
  EXPECT_EQ(connections_, 2);
}

TEST_F(HttpClientTest, GivesUpOnAnAnswerThatDoesNotCome) {
  serve([](Connection&, std::string_view) {});
  HttpClient client(target_, endpoint_, "", std::chrono::milliseconds(20));
  const auto answer = client.get("/healthz");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error(), boost::system::errc::timed_out);
}

TEST_F(HttpClientTest, GivesUpWhenToldTo) {
  serve([](Connection&, std::string_view) {});
  int asked = 0;
  HttpClient client(target_, endpoint_, "", std::chrono::minutes(5), [&] { return ++asked > 1; });
  const auto answer = client.get("/healthz");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error(), boost::asio::error::operation_aborted);
  EXPECT_GE(asked, 2);
}

TEST_F(HttpClientTest, TellsARefusal) {
  serve([](Connection&, std::string_view) {});
  TearDown();
  peer_.reset();
  HttpClient client(target_, endpoint_, "");
  const auto answer = client.get("/healthz");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error(), boost::system::errc::connection_refused);
}

}  // namespace
}  // namespace throng::transport
