#include "loadgen/compare/share_text.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace throng::compare {
namespace {

TEST(ShareText, HasThreeDigits) {
  EXPECT_EQ(share_text(0.03), "3%");
  EXPECT_EQ(share_text(0.01234), "1.23%");
  EXPECT_EQ(share_text(0.1234), "12.3%");
  EXPECT_EQ(share_text(1), "100%");
  EXPECT_EQ(share_text(-0.00001), "0%");
  EXPECT_EQ(share_text(INFINITY), "any");
}

TEST(ShareText, SaysTheDirection) {
  EXPECT_EQ(signed_share_text(0.02), "+2%");
  EXPECT_EQ(signed_share_text(-0.02), "-2%");
  EXPECT_EQ(signed_share_text(0.00001), "0%");
  EXPECT_EQ(worse_text(0.02), "2% worse");
  EXPECT_EQ(worse_text(-0.02), "2% better");
  EXPECT_EQ(interval_text({-0.012, 0.03}), "-1.2% to +3%");
  EXPECT_EQ(interval_text({-INFINITY, INFINITY}), "anything");
}

}  // namespace
}  // namespace throng::compare
