#include "loadgen/serve/address.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace throng::serve {
namespace {

TEST(Address, IsAHostAndAPort) {
  EXPECT_EQ(read_address("example.org:9410").host, "example.org");
  EXPECT_EQ(read_address("example.org:9410").port, 9410);
  EXPECT_EQ(read_address("[::1]:9410").host, "::1");
}

TEST(Address, IsOnLoopbackWithoutAHost) {
  EXPECT_EQ(read_address("9410").host, "127.0.0.1");
  EXPECT_EQ(read_address("9410").port, 9410);
}

TEST(Address, NeedsAPort) {
  for (const char* address :
       {"", "example.org", "example.org:", "a:65536", "a:0", "a:1x", "a:-1"}) {
    EXPECT_THROW(read_address(address), std::runtime_error) << address;
  }
  EXPECT_EQ(read_address("a:0", 0).port, 0);
}

}  // namespace
}  // namespace throng::serve
