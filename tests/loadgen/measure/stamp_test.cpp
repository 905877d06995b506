#include "loadgen/measure/stamp.hpp"

#include <gtest/gtest.h>

#include <string>

namespace throng::measure {
namespace {

const StampKey kKey(42);
const pacing::TimePoint kDue{std::chrono::seconds(123'456)};

std::string stamped(const MessageOrigin& origin, std::string_view text,
                    pacing::TimePoint due = kDue) {
  std::string body(kStampBytes, ' ');
  body += text;
  write_stamp(kKey, origin, due, body);
  return body;
}

TEST(Stamp, ComesBackAsItWasWritten) {
  const MessageOrigin largest{kMaxStampChat, 0xFFFF'FFFE, kMaxStampK};
  for (const MessageOrigin& origin : {MessageOrigin{0, 1, 1}, MessageOrigin{7, 9, 300}, largest}) {
    const auto check = read_stamp(kKey, origin.chat, origin.sender, stamped(origin, "hello"));
    EXPECT_EQ(check.verdict, StampVerdict::kOurs);
    EXPECT_EQ(check.stamp.k, origin.k);
    EXPECT_EQ(check.stamp.due, kDue);
  }
}

TEST(Stamp, IsPlainTextOfTheStatedLength) {
  const std::string body = stamped({3, 4, 5}, "");
  EXPECT_EQ(body.size(), kMinBodyBytes);
  EXPECT_EQ(body.front(), '~');
  EXPECT_EQ(
      body.find_first_not_of("~ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
      std::string::npos);
}

TEST(Stamp, AnyChangedByteIsNoticed) {
  for (const std::string_view text : {"", "x", "12345678", "nine bytes and some more"}) {
    const std::string body = stamped({3, 4, 5}, text);
    for (std::size_t at = 0; at < body.size(); ++at) {
      std::string changed = body;
      changed[at] = changed[at] == 'q' ? 'r' : 'q';
      const auto verdict = read_stamp(kKey, 3, 4, changed).verdict;
      EXPECT_EQ(verdict, at < 4 ? StampVerdict::kNotOurs : StampVerdict::kCorrupted) << at;
    }
  }
}

TEST(Stamp, ACutOrLengthenedBodyIsCorrupted) {
  const std::string body = stamped({3, 4, 5}, "some text");
  EXPECT_EQ(read_stamp(kKey, 3, 4, body + "!").verdict, StampVerdict::kCorrupted);
  EXPECT_EQ(read_stamp(kKey, 3, 4, body.substr(0, body.size() - 1)).verdict,
            StampVerdict::kCorrupted);
  EXPECT_EQ(read_stamp(kKey, 3, 4, body.substr(0, kStampBytes - 1)).verdict,
            StampVerdict::kNotOurs);
}

TEST(Stamp, TellsAnotherChatFromAnotherSender) {
  const std::string body = stamped({3, 4, 5}, "text");
  EXPECT_EQ(read_stamp(kKey, 8, 4, body).verdict, StampVerdict::kOtherChat);
  EXPECT_EQ(read_stamp(kKey, 3, 6, body).verdict, StampVerdict::kCorrupted);
}

TEST(Stamp, ThatOfAnotherRunIsNotOurs) {
  EXPECT_EQ(read_stamp(StampKey(43), 3, 4, stamped({3, 4, 5}, "text")).verdict,
            StampVerdict::kNotOurs);
}

TEST(Stamp, TheFingerprintIsOfAllButTheDueTime) {
  std::string body = stamped({3, 4, 5}, "text");
  const auto print = write_stamp(kKey, {3, 4, 5}, kDue, body);
  EXPECT_EQ(read_stamp(kKey, 3, 4, body).stamp.fingerprint, print);
  EXPECT_EQ(write_stamp(kKey, {3, 4, 5}, kDue + std::chrono::seconds(9), body), print);
  EXPECT_EQ(read_stamp(kKey, 3, 4, body).verdict, StampVerdict::kOurs);
  EXPECT_NE(write_stamp(kKey, {3, 4, 6}, kDue, body), print);
  EXPECT_NE(write_stamp(kKey, {2, 4, 5}, kDue, body), print);
  EXPECT_NE(write_stamp(kKey, {3, 5, 5}, kDue, body), print);
  body.back() = 'T';
  EXPECT_NE(write_stamp(kKey, {3, 4, 5}, kDue, body), print);
}

}  // namespace
}  // namespace throng::measure
