#include "server/gateway/greeting.hpp"

#include <gtest/gtest.h>

#include "tests/server/gateway/gateway_world.hpp"

namespace throng::gateway {
namespace {

bool is_rewound(GatewayWorld& world, std::string_view epoch) {
  std::string hello = R"({"op":"hello","have":[[7,120]],"token":")";
  hello += world.tokens.mint({.user = {17}, .expires = world.services.wall_ms + 60'000});
  hello.append(R"(")").append(epoch).append("}");
  const Greeting greeting = read_hello(world.services, hello);
  if (!greeting.newcomer) throw std::logic_error(greeting.detail);
  return greeting.newcomer->rewound;
}

TEST(Greeting, BelievesWhatADeviceHasUnlessItIsOfAnotherStateOfTheStore) {
  GatewayWorld world;
  EXPECT_FALSE(is_rewound(world, "")) << "a client that says nothing of it";
  EXPECT_FALSE(is_rewound(world, R"(,"epoch":102)")) << "the present one";
  EXPECT_FALSE(is_rewound(world, R"(,"epoch":101)")) << "an earlier one";
  EXPECT_TRUE(is_rewound(world, R"(,"epoch":103)"));
}

}  // namespace
}  // namespace throng::gateway
