#include "loadgen/transport/http_calls.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "tests/loadgen/transport/loopback_peer.hpp"

namespace throng::transport {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using Connection = LoopbackPeer::Connection;

constexpr auto kPatience = std::chrono::seconds(20);

/// A peer that answers each request as the test says, and a caller.
class HttpCallsTest : public testing::Test {
 protected:
  HttpCallsTest() {
    loop_.connect([](const Readiness::Event&) {}, [] {});
  }

  HttpCalls& calls() {
    if (!calls_) {
      Target target;
      target.host = "127.0.0.1";
      target.port = peer_.endpoint().port();
      calls_.emplace(loop_, target, peer_.endpoint(), timeout_);
    }
    return *calls_;
  }
  /// The result of the call.
  HttpResult result_of(HttpCall call) {
    std::optional<HttpResult> result;
    calls().call(std::move(call), [&](HttpResult r) { result = std::move(r); });
    EXPECT_FALSE(result) << "it must not be told inside the call";
    const auto until = clock_.now() + kPatience;
    while (!result && clock_.now() < until) {
      io_.poll();
      loop_.wait(clock_.now(), clock_.now() + std::chrono::milliseconds(1));
      loop_.serve();
    }
    return result.value_or(HttpResult{.error = "nothing"});
  }

  pacing::SteadyClock clock_;
  EventLoop loop_{clock_};
  boost::asio::io_context io_;
  std::map<Connection*, std::string> received_;
  std::string last_;  ///< the request that was answered last
  std::size_t body_bytes_ = 0;
  std::string answer_ = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
  LoopbackPeer peer_{io_, [this](Connection& connection) {
                       connection.read([this](Connection& from, std::string_view bytes) {
                         std::string& all = received_[&from] += bytes;
                         const std::size_t head = all.find("\r\n\r\n");
                         if (head == std::string::npos || all.size() < head + 4 + body_bytes_) {
                           return;
                         }
                         last_ = std::exchange(all, {});
                         if (!answer_.empty()) from.write(answer_);
                       });
                     }};
  pacing::Duration timeout_ = kPatience;
  std::optional<HttpCalls> calls_;
};

TEST_F(HttpCallsTest, GivesTheAnswer) {
  const HttpResult result =
      result_of({.method = "GET", .path = "/assets/a", .bearer = "the token"});
  EXPECT_EQ(result.error, "");
  EXPECT_EQ(result.status, 200u);
  EXPECT_EQ(result.body, "hello");
  EXPECT_THAT(last_, StartsWith("GET /assets/a HTTP/1.1\r\nHost: 127.0.0.1:"));
  EXPECT_THAT(last_, HasSubstr("\r\nAuthorization: Bearer the token\r\n"));
}

TEST_F(HttpCallsTest, SendsALargeBody) {
  body_bytes_ = 3'000'000;
  answer_ = "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n";
  const HttpResult result = result_of({.method = "PUT",
                                       .path = "/assets/a",
                                       .bearer = "t",
                                       .content_type = "image/png",
                                       .body = std::string(body_bytes_, 'x')});
  EXPECT_EQ(result.status, 201u);
  EXPECT_THAT(last_.substr(0, 200), HasSubstr("Content-Length: 3000000\r\n"));
  EXPECT_EQ(last_.substr(last_.size() - 3), "xxx");
}

TEST_F(HttpCallsTest, UsesItsSlotsAgain) {
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(result_of({.method = "GET", .path = "/", .bearer = "t"}).body, "hello");
  }
}

TEST_F(HttpCallsTest, AnAnswerThatIsNoHttpIsAnError) {
  answer_ = "nonsense\r\n\r\n";
  EXPECT_EQ(result_of({.method = "GET", .path = "/", .bearer = "t"}).error,
            close_reason_name(CloseReason::kProtocol));
}

TEST_F(HttpCallsTest, AnAnswerThatDoesNotComeIsATimeout) {
  answer_.clear();
  timeout_ = std::chrono::milliseconds(20);
  EXPECT_EQ(result_of({.method = "GET", .path = "/", .bearer = "t"}).error, "timeout");
}

TEST_F(HttpCallsTest, NobodyThereIsAnError) {
  LoopbackPeer gone(io_, [](Connection&) {});
  Target target;
  target.host = "127.0.0.1";
  boost::asio::ip::tcp::endpoint nobody = gone.endpoint();
  nobody.port(1);
  calls_.emplace(loop_, target, nobody, kPatience);
  EXPECT_EQ(result_of({.method = "GET", .path = "/", .bearer = "t"}).error, "refused");
}

}  // namespace
}  // namespace throng::transport
