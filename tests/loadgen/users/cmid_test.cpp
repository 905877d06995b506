#include "loadgen/users/cmid.hpp"

#include <gtest/gtest.h>

#include <string>

namespace throng::users {
namespace {

const measure::StampKey kKey(7);

TEST(Cmid, ComesBackAsItWasWritten) {
  const measure::MessageOrigin largest{measure::kMaxStampChat, 0xFFFF'FFFE, measure::kMaxStampK};
  for (const auto& origin : {measure::MessageOrigin{0, 1, 1}, {5, 70, 900}, largest}) {
    const auto read = read_cmid(kKey, Cmid(kKey, origin).text());
    ASSERT_TRUE(read);
    EXPECT_EQ(read->chat, origin.chat);
    EXPECT_EQ(read->sender, origin.sender);
    EXPECT_EQ(read->k, origin.k);
  }
}

TEST(Cmid, DiffersInEveryPart) {
  const std::string base(Cmid(kKey, {1, 2, 3}).text());
  EXPECT_NE(Cmid(kKey, {9, 2, 3}).text(), base);
  EXPECT_NE(Cmid(kKey, {1, 9, 3}).text(), base);
  EXPECT_NE(Cmid(kKey, {1, 2, 9}).text(), base);
  EXPECT_NE(Cmid(measure::StampKey(8), {1, 2, 3}).text(), base);
}

TEST(Cmid, TextsOfOthersAreRefused) {
  const std::string base(Cmid(kKey, {1, 2, 3}).text());
  EXPECT_FALSE(read_cmid(measure::StampKey(8), base));
  EXPECT_FALSE(read_cmid(kKey, base + "A"));
  EXPECT_FALSE(read_cmid(kKey, base.substr(1)));
  EXPECT_FALSE(read_cmid(kKey, ""));
  std::string odd = base;
  odd.back() = '!';
  EXPECT_FALSE(read_cmid(kKey, odd));
}

}  // namespace
}  // namespace throng::users
