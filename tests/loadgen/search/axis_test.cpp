#include "loadgen/search/axis.hpp"

#include <gmock/gmock.h>

#include <stdexcept>

namespace throng::search {
namespace {

using testing::HasSubstr;

TEST(Axis, OfUsersIsWhole) {
  const Axis axis("users", "100", "10k");
  EXPECT_TRUE(axis.is_users());
  EXPECT_EQ(axis.from(), 100);
  EXPECT_EQ(axis.to(), 10'000);
  EXPECT_EQ(axis.setting(1234), "1234");
  EXPECT_EQ(axis.text(1234), "1,234 users");
}

TEST(Axis, OfAnArgumentIsItsValue) {
  const Axis axis("arg:rate", "0.5", "2k");
  EXPECT_EQ(axis.argument(), "rate");
  EXPECT_EQ(axis.to(), 2'000);
  EXPECT_EQ(axis.setting(12.5), "12.5");
}

TEST(Axis, OfAGapIsTurnedOver) {
  const Axis axis("arg:gap", "10s", "50ms");
  EXPECT_DOUBLE_EQ(axis.from(), 0.1);
  EXPECT_DOUBLE_EQ(axis.to(), 20);
  EXPECT_EQ(axis.setting(4), "0.25s");
  EXPECT_EQ(axis.text(4), "gap=0.25s");
}

TEST(Axis, RefusesWhatItCannotMean) {
  const auto message = [](const char* vary, const char* from, const char* to) {
    try {
      Axis(vary, from, to);
      return std::string();
    } catch (const std::runtime_error& error) {
      return std::string(error.what());
    }
  };
  EXPECT_THAT(message("gap", "1", "2"), HasSubstr("--vary: expected users or arg:NAME"));
  EXPECT_THAT(message("arg:", "1", "2"), HasSubstr("--vary"));
  EXPECT_THAT(message("users", "10", "10"), HasSubstr("--to: expected a heavier load"));
  EXPECT_THAT(message("users", "1.5", "10"), HasSubstr("--from: "));
  EXPECT_THAT(message("users", "0", "10"), HasSubstr("more than 0"));
  EXPECT_THAT(message("arg:gap", "1s", "2"), HasSubstr("--to: expected a time"));
  EXPECT_THAT(message("arg:gap", "soon", "2"), HasSubstr("--from: expected a number or a time"));
}

}  // namespace
}  // namespace throng::search
