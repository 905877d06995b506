#include "server/gateway/admission.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/server/gateway/gateway_world.hpp"

namespace throng::gateway {
namespace {

using testing::HasSubstr;

const auto kStranger = boost::asio::ip::make_address("192.0.2.7");
const auto kThisMachine = boost::asio::ip::make_address("127.0.0.1");

HttpRequest post(std::string_view target, std::string_view authorization = {}) {
  return {.method = "POST",
          .target = target,
          .authorization = authorization,
          .content_type = {},
          .body = {}};
}

TEST(Admission, LoginsOfAnAddressAreLimited) {
  GatewayWorld world;
  world.services.now += std::chrono::hours(1);
  int let_in = 0;
  while (let_in < 1000 && !refuse_request(world.services, post("/login"), kStranger)) ++let_in;
  EXPECT_EQ(let_in, 50 / GatewayWorld::kShards);
  const auto refusal = refuse_request(world.services, post("/register"), kStranger);
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->status, 429u);
  EXPECT_GE(refusal->retry_after_s, 1u);
  EXPECT_THAT(refusal->body, HasSubstr(R"("code":"rate_limited")"));
  EXPECT_THAT(refusal->body, HasSubstr(R"("retry_ms":)"));
  EXPECT_FALSE(
      refuse_request(world.services, post("/login"), boost::asio::ip::make_address("192.0.2.8")));
  EXPECT_EQ(world.services.metrics.get(metrics::Metric::kRefusedLoginRate), 2u);
}

TEST(Admission, TrustedAddressesAreNot) {
  GatewayWorld world;
  for (int i = 0; i < 1000; ++i) {
    EXPECT_FALSE(refuse_request(world.services, post("/login"), kThisMachine));
  }
}

TEST(Admission, SendsOfAUserAreLimitedWhereverTheyComeFrom) {
  GatewayWorld world;
  world.services.now += std::chrono::hours(1);
  const auto bearer = [&](bool admin) {
    return "Bearer " + world.tokens.mint({.user = {17}, .expires = INT64_MAX, .admin = admin});
  };
  const std::string user = bearer(false);
  int let_in = 0;
  while (let_in < 5000 && !refuse_request(world.services, post("/send", user), kThisMachine)) {
    ++let_in;
  }
  EXPECT_EQ(let_in, 1000);
  EXPECT_EQ(world.services.metrics.get(metrics::Metric::kRefusedUserRate), 1u);
  EXPECT_FALSE(refuse_request(world.services, post("/send", bearer(true)), kThisMachine));
  EXPECT_FALSE(refuse_request(world.services, post("/send", "Bearer nonsense"), kThisMachine));
}

// L8: history goes before messages do, and how the server fares can be asked until the end.
TEST(Admission, UnderExtremeLoadOnlyMessagesAreServed) {
  GatewayWorld world;
  const auto get = [](std::string_view target) {
    return HttpRequest{
        .method = "GET", .target = target, .authorization = {}, .content_type = {}, .body = {}};
  };
  world.shown_load = cluster::Load::kVeryHigh;
  EXPECT_FALSE(refuse_request(world.services, get("/fetch?chatId=7"), kStranger));
  world.shown_load = cluster::Load::kExtreme;
  const auto refusal = refuse_request(world.services, get("/fetch?chatId=7"), kStranger);
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->status, 503u);
  EXPECT_THAT(refusal->body, HasSubstr(R"("code":"overloaded")"));
  EXPECT_EQ(world.services.metrics.get(metrics::Metric::kShedHistory), 1u);
  EXPECT_FALSE(refuse_request(world.services, post("/send"), kStranger));
  EXPECT_FALSE(refuse_request(world.services, get("/healthz"), kStranger));
  EXPECT_FALSE(refuse_request(world.services, get("/metrics"), kStranger));
}

}  // namespace
}  // namespace throng::gateway
