#include "loadgen/users/retry.hpp"

#include <gtest/gtest.h>

namespace throng::users {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(Retry, TheCeilingDoublesUpToItsCap) {
  const auto ceiling = [](unsigned in_vain) {
    return backoff_ceiling(milliseconds(500), seconds(10), in_vain);
  };
  EXPECT_EQ(ceiling(0), milliseconds(500));
  EXPECT_EQ(ceiling(1), seconds(1));
  EXPECT_EQ(ceiling(4), seconds(8));
  EXPECT_EQ(ceiling(5), seconds(10));
  EXPECT_EQ(ceiling(255), seconds(10));
}

TEST(Retry, OnlyWhatMayGoBetterIsRepeated) {
  using protocol::Error;
  for (const Error error :
       {Error::kOverloaded, Error::kRateLimited, Error::kUnavailable, Error::kInternal}) {
    EXPECT_TRUE(worth_repeating(error));
  }
  for (const Error error : {Error::kNotAMember, Error::kTooLarge, Error::kBadField,
                            Error::kForbidden, Error::kBadToken, Error::kNoSuchChat}) {
    EXPECT_FALSE(worth_repeating(error));
  }
}

}  // namespace
}  // namespace throng::users
