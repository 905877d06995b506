#include "loadgen/capacity/inputs.hpp"

#include <gmock/gmock.h>

#include <array>
#include <stdexcept>
#include <string>

namespace throng::capacity {
namespace {

using testing::HasSubstr;

constexpr Term kTerms[] = {
    {"dau", "users", Rule::kPositive, false, ""},
    {"share", "", Rule::kShare, false, ""},
    {"replicas", "", Rule::kAtLeastOne, false, ""},
    {"bytes", "B/message", Rule::kPositive, true, ""},
    {"price", "USD/month|EUR/month", Rule::kPositive, false, ""},
    {"diurnal", "", Rule::kCurve, false, ""},
};

using Settings = std::map<std::string, std::string>;

Inputs inputs(Settings settings = {}) {
  Inputs made(std::move(settings));
  made.know_only(kTerms);
  return made;
}

std::string error_of(const std::string& name, const std::string& text) {
  Inputs made = inputs();
  try {
    made.give(name, text, "file:3");
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

const Variable& given(Inputs& made, const std::string& name, const std::string& text) {
  made.give(name, text, "file:3");
  return *made.find(name);
}

TEST(Inputs, PlainNumbersAreInTheTermsUnit) {
  Inputs made = inputs();
  EXPECT_EQ(given(made, "dau", "5e8").low, 5e8);
  EXPECT_EQ(given(made, "bytes", "100").unit.text, "B/message");
}

TEST(Inputs, OfAnotherDimensionAreRefused) {
  EXPECT_EQ(error_of("dau", "5 TB"), "dau is in users, not in TB");
  EXPECT_EQ(error_of("dau", "5%"), "dau is in users, not in %");
  EXPECT_EQ(error_of("share", "3 users"), "share is in plain numbers, not in users");
  EXPECT_THAT(error_of("bytes", "1 B..2 users"), HasSubstr("goes from B to users"));
  EXPECT_EQ(error_of("price", "5 EUR/month"), "");
  EXPECT_THAT(error_of("price", "5 EUR/day/user"), HasSubstr("price is in USD/month|EUR/month"));
}

TEST(Inputs, AreNeverZeroOrNegative) {
  EXPECT_EQ(error_of("dau", "0 users"), "dau must be above 0, not 0 users");
  EXPECT_EQ(error_of("dau", "-5 users"), "dau must be above 0, not -5 users");
  EXPECT_EQ(error_of("dau", "0..5 users"), "dau must be above 0, not 0..5 users");
  EXPECT_EQ(error_of("share", "120%"), "share is a share: at most 100%, not 120%");
  EXPECT_EQ(error_of("replicas", "0.5"), "replicas must be at least 1, not 0.5");
  EXPECT_EQ(error_of("share", "20%..10%"), "share: 20%..10% goes down");
}

TEST(Inputs, OfUnknownNamesNameTheNearest) {
  EXPECT_EQ(error_of("replica", "3"), "there is no input \"replica\"; did you mean \"replicas\"?");
  EXPECT_THROW(inputs({{"dua_", "3"}}), std::invalid_argument);
}

TEST(Inputs, StandOnce) {
  Inputs made = inputs();
  made.give("dau", "5 users", "file:3");
  EXPECT_THROW(made.give("dau", "6 users", "file:4"), std::invalid_argument);
}

TEST(Inputs, IntervalsAreUniformOrLognormal) {
  Inputs made = inputs();
  const Variable& share = given(made, "share", "5%..15%");
  EXPECT_DOUBLE_EQ(share.low, 0.05);
  EXPECT_DOUBLE_EQ(share.high, 0.15);
  EXPECT_DOUBLE_EQ(share.distribution.mean(), 0.1);
  const Variable& bytes = given(made, "bytes", "40..90 B/message lognormal");
  EXPECT_EQ(bytes.low, 40);
  EXPECT_EQ(bytes.high, 90);
  EXPECT_THAT(bytes.distribution.describe(), HasSubstr("lognormal(median 60"));
  EXPECT_TRUE(bytes.of_service);
  EXPECT_THAT(error_of("dau", "5 users lognormal"), HasSubstr("lognormal takes an interval"));
}

TEST(Inputs, SettingsCountInsteadOfTheFile) {
  Inputs made = inputs({{"dau", "2e9"}, {"replicas", "2"}});
  made.give("dau", "500M users", "file:3");
  EXPECT_EQ(made.find("dau")->low, 2e9);
  EXPECT_EQ(made.find("dau")->origin, "--set");
  EXPECT_EQ(made.find("replicas")->low, 2) << "even if the file says nothing";
}

TEST(Inputs, SettingsOfFreeNamesAreInTheFilesUnit) {
  Inputs made(Settings{{"links", "20e6"}});
  made.give("links", "10M links/day", "file:3");
  EXPECT_DOUBLE_EQ(made.find("links")->low, 20e6 / 86400);
  made.check_settings();
  Inputs unknown(Settings{{"lonks", "1"}});
  unknown.give("links", "10M links/day", "file:3");
  EXPECT_THROW(unknown.check_settings(), std::invalid_argument);
}

TEST(Inputs, SettingsOfAnotherDimensionAreRefused) {
  EXPECT_THROW(inputs({{"dau", "2 TB"}}), std::invalid_argument);
  Inputs made(Settings{{"links", "2 TB"}});
  EXPECT_THROW(made.give("links", "10M links/day", "file:3"), std::invalid_argument);
}

TEST(Inputs, ACurveIsItsPeakOverItsMean) {
  Inputs made = inputs();
  made.give_curve("diurnal", std::array{1.0, 2.0, 3.0, 2.0}, "file:3");
  EXPECT_DOUBLE_EQ(made.find("diurnal")->low, 1.5);
  EXPECT_THROW(inputs().give_curve("diurnal", {}, ""), std::invalid_argument);
  EXPECT_THROW(inputs().give_curve("diurnal", std::array{1.0, -1.0}, ""), std::invalid_argument);
  EXPECT_THROW(inputs().give_curve("dau", std::array{1.0}, ""), std::invalid_argument);
  EXPECT_THROW(inputs().give("diurnal", "1.7", ""), std::invalid_argument);
}

TEST(Inputs, WhatNobodyGaveIsUnknown) {
  const Expression missing = inputs().get("replicas");
  EXPECT_FALSE(missing.is_known());
  EXPECT_THAT(missing.needs(), testing::ElementsAre("input.replicas"));
  EXPECT_THROW(inputs().get("replicsa"), std::invalid_argument);
}

TEST(Inputs, EachReadingIsAsLikely) {
  Inputs made = inputs();
  made.add_measured("measured.cpu", parse_unit("us/message"), std::array{4e-6, 8e-6}, "out");
  const Variable& cpu = *made.find("measured.cpu");
  EXPECT_DOUBLE_EQ(cpu.distribution.mean(), 6e-6);
  EXPECT_TRUE(cpu.varies() && cpu.is_measured && !cpu.of_service);
  EXPECT_EQ(cpu.text, "4 us/message..8 us/message");
}

}  // namespace
}  // namespace throng::capacity
