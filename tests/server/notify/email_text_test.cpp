#include "server/notify/email_text.hpp"

#include <gmock/gmock.h>

namespace throng::notify {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr TimeMs kNow = 1'767'225'600'000;

Push code(std::string title, std::string text) {
  Push push{.id = 9, .user = {17}, .priority = Priority::kOneTimeCode};
  push.title = std::move(title);
  push.text = std::move(text);
  return push;
}

TEST(EmailText, IsAMessageOfRfc5322) {
  Push push{.id = 9, .user = {17}, .priority = Priority::kMessage, .chat = {7}};
  EXPECT_EQ(email_text(push, "chat@a.example", "bob@b.example", 3, kNow),
            "Date: Thu, 01 Jan 2026 00:00:00 +0000\r\n"
            "From: <chat@a.example>\r\n"
            "To: <bob@b.example>\r\n"
            "Subject: =?UTF-8?B?MyBuZXcgbWVzc2FnZXM=?=\r\n"
            "Message-ID: <9@a.example>\r\n"
            "MIME-Version: 1.0\r\n"
            "Content-Type: text/plain; charset=utf-8\r\n"
            "Content-Transfer-Encoding: base64\r\n\r\n"
            "MyBuZXcgbWVzc2FnZXMgaW4gY2hhdCA3Cg==\r\n");
}

TEST(EmailText, NoTitleCanBreakAHeader) {
  const std::string text =
      email_text(code("x\r\nBcc: all@c.example", "4711"), "a@a.example", "b@b.example", 0, kNow);
  EXPECT_THAT(text, Not(HasSubstr("Bcc")));
  EXPECT_THAT(text, HasSubstr("\r\n\r\nNDcxMQ==\r\n"));
}

TEST(EmailText, LongTitlesAreFoldedBetweenCharacters) {
  std::string title = "a";
  for (int i = 0; i < 49; ++i) title += "\xc3\xa9";
  const std::string text = email_text(code(title, "t"), "a@a.example", "b@b.example", 0, kNow);
  // 41 bytes, since the 42nd would cut a character.
  EXPECT_THAT(text,
              HasSubstr("Subject: =?UTF-8?B?YcOpw6nDqcOpw6nDqcOpw6nDqcOpw6nDqcOpw6nDqcOpw6nDqcOp"
                        "w6k=?=\r\n =?UTF-8?B?"));
}

TEST(EmailText, LongTextsAreWrapped) {
  const std::string text =
      email_text(code("t", std::string(100, 'x')), "a@a.example", "b@b.example", 0, kNow);
  const std::size_t body = text.find("\r\n\r\n") + 4;
  EXPECT_EQ(text.find("\r\n", body), body + 76);
}

}  // namespace
}  // namespace throng::notify
