#include "server/gateway/http_headers.hpp"

#include <gtest/gtest.h>

namespace throng::gateway {
namespace {

constexpr ByteRange kWhole{};
constexpr ByteRange kOutside{.kind = ByteRange::Kind::kOutside};

ByteRange part(std::uint64_t offset, std::uint64_t length) {
  return {.kind = ByteRange::Kind::kPart, .offset = offset, .length = length};
}

TEST(HttpHeaders, ReadsOneRange) {
  EXPECT_EQ(read_range("bytes=0-499", 1000), part(0, 500));
  EXPECT_EQ(read_range("bytes=500-", 1000), part(500, 500));
  EXPECT_EQ(read_range("bytes=-300", 1000), part(700, 300));
  EXPECT_EQ(read_range("Bytes= 0-0 ", 1000), part(0, 1));
}

TEST(HttpHeaders, ARangeEndsWhereTheAssetDoes) {
  EXPECT_EQ(read_range("bytes=900-5000", 1000), part(900, 100));
  EXPECT_EQ(read_range("bytes=-5000", 1000), part(0, 1000));
  EXPECT_EQ(read_range("bytes=0-18446744073709551615", 1000), part(0, 1000));
}

TEST(HttpHeaders, SaysWhenNothingIsThere) {
  EXPECT_EQ(read_range("bytes=1000-", 1000), kOutside);
  EXPECT_EQ(read_range("bytes=-0", 1000), kOutside);
}

TEST(HttpHeaders, WhatIsNoRangeCountsAsNone) {
  for (const char* header :
       {"", "bytes", "bytes=", "bytes=-", "bytes=5", "bytes=5-4", "bytes=a-b", "bytes=0-1,5-6",
        "bytes=--1", "bytes=+1-2", "bytes=1-2-3", "lines=0-1", "bytes=99999999999999999999-"}) {
    EXPECT_EQ(read_range(header, 1000), kWhole) << header;
  }
}

TEST(HttpHeaders, FindsAnEtagInAList) {
  constexpr const char* kTag = "\"a\"";
  for (const char* header : {"\"a\"", "*", "W/\"a\"", "\"b\", \"a\"", " \"a\" ,\"b\""}) {
    EXPECT_TRUE(names_etag(header, kTag)) << header;
  }
  for (const char* header : {"", "a", "\"b\"", ",", "\"aa\""}) {
    EXPECT_FALSE(names_etag(header, kTag)) << header;
  }
}

TEST(HttpHeaders, KnowsTheTypesOfAssets) {
  EXPECT_EQ(asset_type("image/png"), "image/png");
  EXPECT_EQ(asset_type(" Image/PNG ; charset=utf-8"), "image/png");
  for (const char* type : {"", "text/html", "image/svg+xml", "image/", "image/png2"}) {
    EXPECT_FALSE(asset_type(type)) << type;
  }
  EXPECT_TRUE(is_shown_inline("image/png"));
  EXPECT_FALSE(is_shown_inline("application/pdf"));
  EXPECT_FALSE(is_shown_inline("text/plain"));
}

}  // namespace
}  // namespace throng::gateway
