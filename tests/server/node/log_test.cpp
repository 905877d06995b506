#include "server/node/log.hpp"

#include <gtest/gtest.h>

namespace throng::node {
namespace {

TEST(Log, OneEventStaysOneLine) {
  EXPECT_EQ(escaped("a\nb\r\tc", LogFormat::kText), "a\\nb\\x0d\\tc");
  EXPECT_EQ(escaped("a\nb\r\tc", LogFormat::kJson), "a\\nb\\u000d\\tc");
}

TEST(Log, NothingActsOnATerminal) {
  EXPECT_EQ(escaped("\x1b[2J\x7f", LogFormat::kText), "\\x1b[2J\\x7f");
  EXPECT_EQ(escaped(std::string_view("\0", 1), LogFormat::kText), "\\x00");
  EXPECT_EQ(escaped("\xc2\x9b[2J", LogFormat::kText), "\\x9b[2J");
}

TEST(Log, WhatLooksEscapedIsToldFromWhatIs) {
  EXPECT_EQ(escaped("\\n", LogFormat::kText), "\\\\n");
}

TEST(Log, JsonStaysJson) {
  EXPECT_EQ(escaped(R"("}, {"level":"x)", LogFormat::kJson), R"(\"}, {\"level\":\"x)");
  EXPECT_EQ(escaped("say \"hi\"", LogFormat::kText), "say \"hi\"");
}

TEST(Log, TextOfOtherAlphabetsIsReadableAndOtherBytesAreShown) {
  EXPECT_EQ(escaped("größer", LogFormat::kText), "größer");
  EXPECT_EQ(escaped("gr\xf6\xdf", LogFormat::kText), "gr\\xf6\\xdf");
  EXPECT_EQ(escaped("gr\xf6", LogFormat::kJson), "gr\\u00f6");
}

}  // namespace
}  // namespace throng::node
