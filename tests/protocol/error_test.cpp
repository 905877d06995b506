#include "protocol/error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

namespace throng::protocol {
namespace {

constexpr int kErrors = static_cast<int>(Error::kRequestTimeout);

TEST(Error, EveryNameLeadsBackToItsError) {
  for (int value = 1; value <= kErrors; ++value) {
    const auto error = static_cast<Error>(value);
    EXPECT_EQ(error_from_name(error_name(error)), error) << error_name(error);
  }
}

TEST(Error, UnknownNamesLeadNowhere) {
  EXPECT_EQ(error_from_name(""), std::nullopt);
  EXPECT_EQ(error_from_name("no_error"), std::nullopt);
  EXPECT_EQ(error_from_name("Internal"), std::nullopt);
}

TEST(Error, CloseCodesAreDistinctAndSendable) {
  std::set<std::uint16_t> seen;
  for (int value = 1; value <= kErrors; ++value) {
    const std::uint16_t code = close_code(static_cast<Error>(value));
    EXPECT_TRUE(seen.insert(code).second) << code;
    EXPECT_TRUE((code >= 1000 && code <= 1013 && code != 1005 && code != 1006) ||
                (code >= 4000 && code <= 4999))
        << code;
  }
}

TEST(Error, HttpStatusesAreErrors) {
  for (int value = 1; value <= kErrors; ++value) {
    const unsigned status = http_status(static_cast<Error>(value));
    EXPECT_GE(status, 400U) << value;
    EXPECT_LT(status, 600U) << value;
  }
}

TEST(Error, IsAnErrorCode) {
  const boost::system::error_code code = Error::kNotAMember;
  EXPECT_TRUE(code.failed());
  EXPECT_EQ(code, Error::kNotAMember);
  EXPECT_NE(code, Error::kForbidden);
  EXPECT_STREQ(code.category().name(), "throng.protocol");
  EXPECT_EQ(code.message(), error_text(Error::kNotAMember));
}

TEST(Error, ZeroIsNoError) {
  EXPECT_FALSE(boost::system::error_code(0, error_category()).failed());
  EXPECT_EQ(error_name(Error{}), "no_error");
}

}  // namespace
}  // namespace throng::protocol
