#include "server/notify/preferences.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

namespace throng::notify {
namespace {

constexpr TimeMs kHour = 3'600'000;
constexpr TimeMs kMidnight = 1'767'225'600'000;  // 2026-01-01 in UTC

Preferences read(std::string_view text) {
  std::string mistake;
  const auto read = read_preferences(boost::json::parse(text).as_object(), mistake);
  EXPECT_TRUE(read) << mistake;
  return read.value_or(Preferences{});
}

std::string mistake_in(std::string_view text) {
  std::string mistake;
  EXPECT_FALSE(read_preferences(boost::json::parse(text).as_object(), mistake)) << text;
  return mistake;
}

TEST(Preferences, WithoutAnyEverythingIsWanted) {
  const Preferences p = read("{}");
  EXPECT_TRUE(p.wants(Channel::kWebhook, Priority::kPromotion));
  EXPECT_TRUE(p.wants(Channel::kLog, Priority::kMessage));
  EXPECT_FALSE(p.wants(Channel::kEmail, Priority::kOneTimeCode)) << "there is no address";
  EXPECT_FALSE(p.is_muted({7}));
  EXPECT_FALSE(p.quiet_hours);
}

TEST(Preferences, ComeBackAsTheyWereWritten) {
  const std::string text =
      R"({"channels":{"webhook":true,"email":false,"log":true},"promotions":false,)"
      R"("email":"a@b.example","webhook_address":"device-7","muted":[7,9],)"
      R"("quiet_hours":{"from":"22:00","until":"07:05","utc_offset_minutes":60}})";
  EXPECT_EQ(write_preferences(read(text)), text);
}

TEST(Preferences, SayWhatIsWanted) {
  const Preferences p = read(
      R"({"channels":{"webhook":false},"promotions":false,"email":"a@b.example","muted":[9,7]})");
  EXPECT_FALSE(p.wants(Channel::kWebhook, Priority::kOneTimeCode));
  EXPECT_TRUE(p.wants(Channel::kEmail, Priority::kMessage));
  EXPECT_FALSE(p.wants(Channel::kEmail, Priority::kPromotion));
  EXPECT_TRUE(p.is_muted({7}));
  EXPECT_FALSE(p.is_muted({8}));
}

TEST(Preferences, MistakesNameTheField) {
  EXPECT_NE(mistake_in(R"({"channels":[]})").find("channels"), std::string::npos);
  EXPECT_NE(mistake_in(R"({"channels":{"log":1}})").find("log"), std::string::npos);
  EXPECT_NE(mistake_in(R"({"promotions":"no"})").find("promotions"), std::string::npos);
  EXPECT_NE(mistake_in(R"({"muted":[0]})").find("muted"), std::string::npos);
  EXPECT_NE(mistake_in(R"({"muted":7})").find("muted"), std::string::npos);
  for (const char* address : {"nobody", "a@b\\r\\nRCPT TO:<c@d>", "a b@c", "a@b@c", "@b"}) {
    const std::string text = std::string(R"({"email":")") + address + "\"}";
    EXPECT_NE(mistake_in(text).find("email"), std::string::npos) << address;
  }
  for (const char* time : {"7:00", "24:00", "07:60", "07-00", "ab:cd", ""}) {
    const std::string text =
        std::string(R"({"quiet_hours":{"from":"22:00","until":")") + time + "\"}}";
    EXPECT_NE(mistake_in(text).find("until"), std::string::npos) << time;
  }
  EXPECT_NE(
      mistake_in(R"({"quiet_hours":{"from":"22:00","until":"07:00","utc_offset_minutes":900}})")
          .find("utc_offset_minutes"),
      std::string::npos);
  EXPECT_NE(mistake_in(R"({"webhook_address":")" + std::string(513, 'x') + "\"}").find("512"),
            std::string::npos);
}

TEST(QuietHours, EndInTheMorning) {
  const QuietHours hours{.from_minute = 22 * 60, .until_minute = 7 * 60};
  EXPECT_EQ(hours.end(kMidnight), kMidnight + 7 * kHour);
  EXPECT_EQ(hours.end(kMidnight - 2 * kHour), kMidnight + 7 * kHour);
  EXPECT_EQ(hours.end(kMidnight + 7 * kHour - 1), kMidnight + 7 * kHour);
  EXPECT_EQ(hours.end(kMidnight + 7 * kHour), kMidnight + 7 * kHour);
  EXPECT_EQ(hours.end(kMidnight - 2 * kHour - 1), kMidnight - 2 * kHour - 1);
}

TEST(QuietHours, AreThoseOfTheUsersClock) {
  const QuietHours hours{.from_minute = 0, .until_minute = 60, .utc_offset_minutes = -120};
  EXPECT_EQ(hours.end(kMidnight + 2 * kHour), kMidnight + 3 * kHour);
  EXPECT_EQ(hours.end(kMidnight), kMidnight);
}

TEST(QuietHours, NoneWhenBothEndsAreTheSame) {
  const QuietHours hours{.from_minute = 60, .until_minute = 60};
  EXPECT_EQ(hours.end(kMidnight + kHour), kMidnight + kHour);
}

}  // namespace
}  // namespace throng::notify
