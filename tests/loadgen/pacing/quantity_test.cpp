#include "loadgen/pacing/quantity.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

#include "loadgen/pacing/random.hpp"

namespace throng::pacing {
namespace {

using namespace std::chrono_literals;

TEST(ParseCount, TakesTheSuffixesPeopleUse) {
  EXPECT_EQ(parse_count("0").value(), 0u);
  EXPECT_EQ(parse_count("250").value(), 250u);
  EXPECT_EQ(parse_count("10k").value(), 10'000u);
  EXPECT_EQ(parse_count("10K").value(), 10'000u);
  EXPECT_EQ(parse_count("1.5M").value(), 1'500'000u);
  EXPECT_EQ(parse_count("2B").value(), 2'000'000'000u);
  EXPECT_EQ(parse_count("2G").value(), 2'000'000'000u);
  EXPECT_EQ(parse_count("3.6T").value(), 3'600'000'000'000u);
  EXPECT_EQ(parse_count(".5k").value(), 500u);
  EXPECT_EQ(parse_count("9007199254740992").value(), 9007199254740992u);
}

TEST(ParseCount, IsNotUpsetByBinaryFractions) {
  for (std::uint64_t n = 1; n < 100'000; ++n) {
    const auto thousands =
        std::to_string(n / 1000) + "." + std::to_string(1000 + n % 1000).substr(1);
    ASSERT_EQ(parse_count(thousands + "k").value(), n);
    ASSERT_EQ(parse_count(thousands + "M").value(), n * 1000);
  }
}

TEST(ParseCount, RefusesWhatIsNoCount) {
  for (const auto* text : {"",     "k",    "ten",  "-1",  "+1",   "0.5",   "1.0001k",
                           "10x",  "10 k", "10kk", "10m", "1e3",  "inf",   "nan",
                           "0x10", " 1",   "1 ",   ".",   "1..5", "1.5.5", "9007199254740993k",
                           "1,000"}) {
    EXPECT_FALSE(parse_count(text).has_value()) << '"' << text << '"';
  }
}

TEST(ParseCount, SaysWhatWasExpected) {
  EXPECT_EQ(parse_count("10x").error().message,
            "\"10x\" is not a count: expected a whole number such as 250, 10k, 1.5M or 2B");
  EXPECT_THAT([] { static_cast<void>(parse_count("10x").value()); },
              testing::ThrowsMessage<std::invalid_argument>(testing::HasSubstr("\"10x\"")));
}

TEST(ParseNumber, TakesFractions) {
  EXPECT_DOUBLE_EQ(parse_number("0.25").value(), 0.25);
  EXPECT_DOUBLE_EQ(parse_number("1.25k").value(), 1250);
  EXPECT_FALSE(parse_number("-0.25").has_value());
  EXPECT_THAT(parse_number("fast").error().message, testing::HasSubstr("0.5, 250"));
}

TEST(ParseDuration, TakesTheUnitsPeopleUse) {
  EXPECT_EQ(parse_duration("15ns").value(), 15ns);
  EXPECT_EQ(parse_duration("10us").value(), 10us);
  EXPECT_EQ(parse_duration("10µs").value(), 10us);
  EXPECT_EQ(parse_duration("10μs").value(), 10us);
  EXPECT_EQ(parse_duration("250ms").value(), 250ms);
  EXPECT_EQ(parse_duration("30s").value(), 30s);
  EXPECT_EQ(parse_duration("1.5m").value(), 90s);
  EXPECT_EQ(parse_duration("2min").value(), 2min);
  EXPECT_EQ(parse_duration("2h").value(), 2h);
  EXPECT_EQ(parse_duration("1d").value(), 24h);
}

TEST(ParseDuration, ANumberAloneIsInSeconds) {
  EXPECT_EQ(parse_duration("0").value(), 0s);
  EXPECT_EQ(parse_duration("10").value(), 10s);
  EXPECT_EQ(parse_duration("0.1").value(), 100ms);
}

TEST(ParseDuration, AddsUpItsParts) {
  EXPECT_EQ(parse_duration("1m30s").value(), 90s);
  EXPECT_EQ(parse_duration("3m 20s").value(), 200s);
  EXPECT_EQ(parse_duration("1d 2h").value(), 26h);
  EXPECT_EQ(parse_duration("12.3 ms").value(), 12300us);
}

TEST(ParseDuration, RefusesWhatIsNoDuration) {
  for (const auto* text : {"", " ", "s", "ms", "-1s", "1x", "1m 30", "0s 5", "30 1m", "1e3s", "inf",
                           "nan", "infs", "1.5.5s", "1s-", "300y", "293000d", "9999999999999"}) {
    EXPECT_FALSE(parse_duration(text).has_value()) << '"' << text << '"';
  }
  EXPECT_THAT(parse_duration("soon").error().message,
              testing::StartsWith("\"soon\" is not a duration: expected one such as 250ms"));
}

TEST(FormatCount, KeepsThreeDigits) {
  EXPECT_EQ(format_count(0), "0");
  EXPECT_EQ(format_count(0.25), "0.25");
  EXPECT_EQ(format_count(7), "7");
  EXPECT_EQ(format_count(12.34), "12.3");
  EXPECT_EQ(format_count(999), "999");
  EXPECT_EQ(format_count(999.6), "1k");
  EXPECT_EQ(format_count(10'000), "10k");
  EXPECT_EQ(format_count(1'234'567), "1.23M");
  EXPECT_EQ(format_count(999'950), "1M");
  EXPECT_EQ(format_count(20e9), "20B");
  EXPECT_EQ(format_count(3.65e12), "3.65T");
  EXPECT_EQ(format_count(-1500), "-1.5k");
}

TEST(FormatBytes, CountsInDecimalUnits) {
  EXPECT_EQ(format_bytes(0), "0 B");
  EXPECT_EQ(format_bytes(512), "512 B");
  EXPECT_EQ(format_bytes(11'300), "11.3 kB");
  EXPECT_EQ(format_bytes(2e12), "2 TB");
  EXPECT_EQ(format_bytes(3.65e15), "3.65 PB");
}

TEST(FormatDuration, FitsTheUnitToTheLength) {
  EXPECT_EQ(format_duration(0s), "0 s");
  EXPECT_EQ(format_duration(7ns), "7 ns");
  EXPECT_EQ(format_duration(1500ns), "1.5 µs");
  EXPECT_EQ(format_duration(12'345us), "12.3 ms");
  EXPECT_EQ(format_duration(999'949us), "1 s");
  EXPECT_EQ(format_duration(4500ms), "4.5 s");
  EXPECT_EQ(format_duration(59'900ms), "59.9 s");
  EXPECT_EQ(format_duration(59'960ms), "1m 0s");
  EXPECT_EQ(format_duration(200s), "3m 20s");
  EXPECT_EQ(format_duration(3599'600ms), "1h 0m");
  EXPECT_EQ(format_duration(125min), "2h 5m");
  EXPECT_EQ(format_duration(24h), "1d 0h");
  EXPECT_EQ(format_duration(27h), "1d 3h");
  EXPECT_EQ(format_duration(-1500us), "-1.5 ms");
  EXPECT_EQ(format_duration(Duration::min()), format_duration(-Duration::max()));
}

// What is printed can be typed again, and means the same but for the digits that were dropped.
TEST(Quantity, SurvivesTheRoundTrip) {
  Random random{1, 2};
  for (int i = 0; i < 20'000; ++i) {
    const double size = std::pow(10, 15 * random.uniform01());
    ASSERT_NEAR(parse_number(format_count(size)).value(), size, size * 0.0051) << size;
    const Duration duration{static_cast<Duration::rep>(size)};
    const auto text = format_duration(duration);
    ASSERT_NEAR(to_seconds(parse_duration(text).value()), to_seconds(duration),
                to_seconds(duration) * 0.021)
        << text;
  }
}

}  // namespace
}  // namespace throng::pacing
