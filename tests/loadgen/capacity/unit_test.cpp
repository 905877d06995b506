#include "loadgen/capacity/unit.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "loadgen/pacing/random.hpp"

namespace throng::capacity {
namespace {

using testing::HasSubstr;

double base_value(std::string_view text) { return parse_quantity(text).quantity.value; }

std::string error_of(std::string_view text) {
  try {
    parse_quantity(text);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

TEST(Unit, ReadsWhatEstimatesSay) {
  EXPECT_DOUBLE_EQ(base_value("500M users"), 5e8);
  EXPECT_DOUBLE_EQ(base_value("40 messages/user/day"), 40.0 / 86400);
  EXPECT_DOUBLE_EQ(base_value("2 TB/day"), 2e12 / 86400);
  EXPECT_DOUBLE_EQ(base_value("20B messages/day"), 20e9 / 86400);
  EXPECT_DOUBLE_EQ(base_value("65 billion messages"), 65e9);
  EXPECT_DOUBLE_EQ(base_value("2e9"), 2e9);
  EXPECT_DOUBLE_EQ(base_value("15%"), 0.15);
  EXPECT_DOUBLE_EQ(base_value("2 B"), 2);
  EXPECT_DOUBLE_EQ(base_value("2TB"), 2e12);
  EXPECT_DOUBLE_EQ(base_value("3k /s"), 3000);
}

TEST(Unit, PrefixesAreDecimalOrBinary) {
  EXPECT_DOUBLE_EQ(base_value("1 kB"), 1e3);
  EXPECT_DOUBLE_EQ(base_value("1 MB"), 1e6);
  EXPECT_DOUBLE_EQ(base_value("1 PB"), 1e15);
  EXPECT_DOUBLE_EQ(base_value("1 KiB"), 1024);
  EXPECT_DOUBLE_EQ(base_value("1 GiB"), 1073741824.0);
  EXPECT_DOUBLE_EQ(base_value("8 Gbit/s"), 1e9);
}

TEST(Unit, TimesAreExact) {
  EXPECT_DOUBLE_EQ(base_value("1 year"), 365 * 86400.0);
  EXPECT_DOUBLE_EQ(base_value("12 months"), base_value("1 year"));
  EXPECT_DOUBLE_EQ(base_value("30 days"), 2.592e6);
  EXPECT_DOUBLE_EQ(base_value("250 ms"), 0.25);
  EXPECT_DOUBLE_EQ(base_value("5 us"), base_value("5 µs"));
}

TEST(Unit, RefusesWhatMayMeanTwoThings) {
  EXPECT_THAT(error_of("100B"), HasSubstr("\"100 B\" or \"100 billion\""));
  EXPECT_THAT(error_of("100B/message"), HasSubstr("bytes or a billion"));
}

TEST(Unit, NamesTheNearestWord) {
  EXPECT_EQ(error_of("5 mesages"), "there is no unit \"mesages\"; did you mean \"messages\"?");
  EXPECT_EQ(error_of("5 users/moth"), "there is no unit \"moth\"; did you mean \"month\"?");
  EXPECT_THAT(error_of("5 mB"), HasSubstr("there is no unit \"mB\""));
  EXPECT_THAT(error_of("5 users/"), HasSubstr("there is no unit"));
  EXPECT_THAT(error_of("many users"), HasSubstr("is no quantity"));
  EXPECT_THAT(error_of("inf users"), HasSubstr("is no quantity"));
  EXPECT_THAT(error_of(""), HasSubstr("is no quantity"));
}

TEST(Unit, MoneyIsNotOtherMoney) {
  EXPECT_FALSE(parse_unit("USD").dimension == parse_unit("EUR").dimension);
  EXPECT_TRUE(parse_unit("$/month").dimension == parse_unit("USD/month").dimension);
}

// ---- Properties over many units ----

std::vector<std::string> many_units() {
  const std::vector<std::string> above = {"users", "B", "TB", "KiB", "Gbit", "messages", "USD"};
  const std::vector<std::string> below = {"",         "/day",       "/s",     "/month",
                                          "/message", "/user/year", "/us/GB", "/machine/month"};
  std::vector<std::string> all;
  for (const auto& a : above) {
    for (const auto& b : below) all.push_back(a + b);
  }
  return all;
}

TEST(UnitProperties, ProductsAndQuotientsUndoEachOther) {
  for (const std::string& a : many_units()) {
    for (const std::string& b : many_units()) {
      const Quantity x{3, parse_unit(a).dimension};
      const Quantity y{7, parse_unit(b).dimension};
      EXPECT_EQ(x.dimension * y.dimension, y.dimension * x.dimension) << a << ' ' << b;
      EXPECT_EQ((x * y / y).dimension, x.dimension) << a << ' ' << b;
      EXPECT_TRUE((x / x).dimension.is_plain()) << a;
    }
  }
}

TEST(UnitProperties, ProductsAreAssociative) {
  const auto units = many_units();
  for (std::size_t i = 0; i + 2 < units.size(); ++i) {
    const Dimension a = parse_unit(units[i]).dimension;
    const Dimension b = parse_unit(units[i + 1]).dimension;
    const Dimension c = parse_unit(units[i + 2]).dimension;
    EXPECT_EQ((a * b) * c, a * (b * c));
    EXPECT_EQ(a / b / c, a / (b * c));
  }
}

TEST(UnitProperties, AUnitIsItsFactorsMultiplied) {
  for (const std::string& each : many_units()) {
    const Unit unit = parse_unit(each);
    const Unit squared = parse_unit(each + "*" + each.substr(0, each.find('/')) +
                                    each.substr(std::min(each.find('/'), each.size())));
    EXPECT_NEAR(squared.size / (unit.size * unit.size), 1, 1e-12) << each;
    EXPECT_EQ(squared.dimension, unit.dimension * unit.dimension) << each;
  }
}

TEST(UnitProperties, WhatIsFormattedCanBeReadAgain) {
  pacing::Random random(7, 1);
  for (const std::string& each : many_units()) {
    const Unit unit = parse_unit(each);
    for (int n = 0; n < 20; ++n) {
      const double value = unit.size * std::pow(10, random.uniform01() * 14 - 2);
      const std::string text = format_quantity(value, unit);
      const Quantity again = parse_quantity(text).quantity;
      EXPECT_NEAR(again.value / value, 1, 0.006) << text;
      EXPECT_EQ(again.dimension, unit.dimension) << text;
    }
  }
}

TEST(Unit, FormatsForPeople) {
  EXPECT_EQ(format_quantity(20e9 / 86400, parse_unit("messages/day")), "20B messages/day");
  EXPECT_EQ(format_quantity(7.2e12 / 86400, parse_unit("B/day")), "7.2 TB/day");
  EXPECT_EQ(format_quantity(0.25, parse_unit("%")), "25%");
  EXPECT_EQ(format_quantity(5 * 365 * 86400.0, parse_unit("years")), "5 years");
  EXPECT_EQ(format_quantity(1.7, parse_unit("")), "1.7");
}

TEST(Unit, DimensionsHaveNames) {
  EXPECT_EQ(parse_unit("messages/user/day").dimension.text(), "messages/s·users");
  EXPECT_EQ(parse_unit("/s").dimension.text(), "/s");
  EXPECT_EQ(Dimension().text(), "a plain number");
}

}  // namespace
}  // namespace throng::capacity
