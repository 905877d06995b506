#include "server/gateway/networks.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace throng::gateway {
namespace {

bool held(const char* networks, const char* address) {
  return Networks::parse(networks).hold(boost::asio::ip::make_address(address));
}

TEST(Networks, HoldTheirAddresses) {
  EXPECT_TRUE(held("127.0.0.0/8,::1/128", "127.0.0.1"));
  EXPECT_TRUE(held("127.0.0.0/8,::1/128", "127.255.3.4"));
  EXPECT_TRUE(held("127.0.0.0/8,::1/128", "::1"));
  EXPECT_TRUE(held("127.0.0.0/8", "::ffff:127.0.0.1"));
  EXPECT_TRUE(held("192.0.2.7", "192.0.2.7"));
  EXPECT_TRUE(held("192.0.2.77/24", "192.0.2.1"));
  EXPECT_TRUE(held("2001:db8::/32", "2001:db8:5::1"));
}

TEST(Networks, HoldNoOthers) {
  EXPECT_FALSE(held("", "127.0.0.1"));
  EXPECT_FALSE(held("127.0.0.0/8,::1/128", "128.0.0.1"));
  EXPECT_FALSE(held("127.0.0.0/8,::1/128", "::2"));
  EXPECT_FALSE(held("192.0.2.7", "192.0.2.8"));
  EXPECT_FALSE(held("2001:db8::/32", "2001:db9::1"));
}

TEST(Networks, SayWhatIsNone) {
  for (const char* wrong : {"localhost", "127.0.0.1/33", "1.2.3.4,,::1", "::1/129"}) {
    EXPECT_THROW(Networks::parse(wrong), std::runtime_error) << wrong;
  }
}

}  // namespace
}  // namespace throng::gateway
