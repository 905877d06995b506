#include "loadgen/simulate/letter.hpp"

#include <gtest/gtest.h>

namespace throng::simulate {
namespace {

const std::string kText(500, 'x');

/// More than an empty one has.
std::size_t content_bytes(const Letter& letter) { return bytes_of(letter) - bytes_of(PeerNews{}); }

TEST(Letter, IsAsLargeAsWhatItSays) {
  const auto events = std::make_shared<const std::string>(kText);
  EXPECT_GT(bytes_of(PeerNews{}), 0u);
  EXPECT_EQ(content_bytes(FromClient{.key = {}, .bytes = 500}), 500u);
  EXPECT_EQ(content_bytes(ToClient{.key = {}, .text = kText}), 500u);
  EXPECT_EQ(content_bytes(chat::Effect(chat::Notice{.user = {}, .events = events})), 500u);
  EXPECT_EQ(content_bytes(chat::Effect(chat::Deliver{
                .chat = {}, .events = events, .except_client = {}, .except_user = {}})),
            500u);
  EXPECT_EQ(content_bytes(chat::Effect(chat::Page{.to = {}, .events = kText, .state = {}})), 500u);
  EXPECT_EQ(content_bytes(chat::Command(chat::PostMessage{
                .from = {}, .user = {}, .chat = {}, .cmid = "abc", .body = kText})),
            503u);
  EXPECT_EQ(content_bytes(cluster::Mail(cluster::AskPresence{.from = {}, .users = {{1}, {2}}})),
            32u);
}

}  // namespace
}  // namespace throng::simulate
