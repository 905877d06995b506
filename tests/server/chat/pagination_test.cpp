#include "server/chat/pagination.hpp"

#include <gtest/gtest.h>

#include "protocol/events.hpp"

namespace throng::chat {
namespace {

constexpr protocol::ChatId kChat{7};

TEST(Pagination, ReadsWhatItMade) {
  const Pagination pagination("a secret");
  for (const protocol::Seq before : {protocol::Seq{1}, protocol::Seq{121}, protocol::kMaxId}) {
    const std::string token = pagination.token(kChat, before);
    EXPECT_EQ(pagination.read(kChat, token), before);
    EXPECT_LE(token.size(), protocol::kMaxTokenBytes);
  }
}

TEST(Pagination, RefusesTokensOfAnotherChat) {
  const Pagination pagination("a secret");
  EXPECT_FALSE(pagination.read({8}, pagination.token(kChat, 121)));
}

TEST(Pagination, RefusesTokensOfAnotherSecret) {
  EXPECT_FALSE(Pagination("a secret").read(kChat, Pagination("another").token(kChat, 121)));
}

TEST(Pagination, TakesTokensOfAnotherServerWithTheSameSecret) {
  EXPECT_EQ(Pagination("a secret").read(kChat, Pagination("a secret").token(kChat, 121)), 121u);
}

TEST(Pagination, RefusesEveryTokenWithOneCharacterChanged) {
  const Pagination pagination("a secret");
  const std::string token = pagination.token(kChat, 0x1234);
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == '0' ? '1' : '0';
    EXPECT_FALSE(pagination.read(kChat, changed)) << changed;
  }
}

TEST(Pagination, RefusesOtherSpellingsOfTheSamePlace) {
  const Pagination pagination("a secret");
  const std::string token = pagination.token(kChat, 0xab);
  EXPECT_FALSE(pagination.read(kChat, token.substr(0, 16) + "0ab"));
  EXPECT_FALSE(pagination.read(kChat, token.substr(0, 16) + "AB"));
  EXPECT_FALSE(pagination.read(kChat, token + ' '));
  EXPECT_FALSE(pagination.read(kChat, token.substr(0, 16) + "-ab"));
}

TEST(Pagination, RefusesWhatIsNoToken) {
  const Pagination pagination("a secret");
  for (const char* text : {"", "x", "0000000000000000", "00000000000000000", "not hex at all, no",
                           "000000000000000011111111111111111"}) {
    EXPECT_FALSE(pagination.read(kChat, text)) << text;
  }
}

}  // namespace
}  // namespace throng::chat
