#include "loadgen/floor/echo_chats.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace throng::floor {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

constexpr TimeMs kNow = 1'767'225'600'000;
constexpr SessionId kAnn = 11;
constexpr SessionId kBen = 12;
constexpr SessionId kCy = 13;

/// Users 1, 2 and 3; chat 1 is of the first two, chat 2 of all.
class EchoChatsOfThree : public testing::Test {
 protected:
  EchoChatsOfThree() {
    chats.make_chats("{\"members\":[1,2],\"key\":\"a\"}\n{\"members\":[1,2,3],\"key\":\"b\"}\n");
  }

  void say(SessionId session, std::string_view json) {
    chats.on_text(session, decoder.padded(json), kNow);
  }

  void hello(SessionId session, std::uint64_t user, const std::string& have = "[]") {
    const std::string token =
        key.mint({.user = {user}, .expires = kNow + 1'000'000, .admin = false});
    say(session, R"({"op":"hello","token":")" + token + R"(","have":)" + have + "}");
  }

  void all_log_in() {
    hello(kAnn, 1);
    hello(kBen, 2);
    hello(kCy, 3);
    told.clear();
  }

  protocol::TokenKey key{"a secret for these tests only"};
  std::map<SessionId, std::vector<std::string>> told;
  EchoChats chats{
      key, [this](SessionId session, std::string_view json) { told[session].emplace_back(json); },
      100};
  protocol::Decoder decoder;
};

TEST_F(EchoChatsOfThree, MakesAChatALineAndTheSameForTheSameKey) {
  EXPECT_EQ(chats.make_chats("{\"members\":[4],\"key\":\"c\"}\n{\"members\":[1],\"key\":\"a\"}\n"),
            "{\"op\":\"chat\",\"chat\":3}\n{\"op\":\"chat\",\"chat\":1}\n");
  EXPECT_THAT(chats.make_chats("{\"members\":[0]}"), HasSubstr("bad_field"));
  EXPECT_THAT(chats.make_chats("["), HasSubstr("bad_json"));
}

TEST_F(EchoChatsOfThree, AddsMembers) {
  EXPECT_EQ(chats.add_members({1}, "{\"add\":[3]}"), "{\"op\":\"chat\",\"chat\":1}");
  EXPECT_THAT(chats.add_members({9}, "{\"add\":[3]}"), HasSubstr("no_such_chat"));
  hello(kCy, 3);
  EXPECT_THAT(told[kCy].back(), HasSubstr("\"chat\":1,"));
}

TEST_F(EchoChatsOfThree, GreetsAndCatchesUp) {
  hello(kAnn, 1);
  EXPECT_THAT(told[kAnn],
              ElementsAre(HasSubstr("\"op\":\"welcome\""), HasSubstr("\"op\":\"receipt\""),
                          HasSubstr("\"op\":\"receipt\""), HasSubstr("\"op\":\"receipt\""),
                          HasSubstr("\"op\":\"caught_up\"")));
}

TEST_F(EchoChatsOfThree, RefusesABadTokenAndAnythingBeforeHello) {
  say(kAnn, R"({"op":"hello","token":"nonsense"})");
  say(kAnn, R"({"op":"ping"})");
  EXPECT_THAT(told[kAnn], ElementsAre(HasSubstr("bad_token"), HasSubstr("hello_first")));
}

TEST_F(EchoChatsOfThree, AnswersTheSenderAndTellsTheOthers) {
  all_log_in();
  say(kAnn, R"({"op":"send","chat":1,"cmid":"m","body":"hi"})");
  EXPECT_THAT(told[kAnn], ElementsAre(StartsWith(R"({"op":"sent","chat":1,"cmid":"m","seq":1,)")));
  EXPECT_THAT(told[kBen], ElementsAre(StartsWith(R"({"op":"message","chat":1,"seq":1,"from":1,)")));
  EXPECT_THAT(told[kCy], IsEmpty());
}

TEST_F(EchoChatsOfThree, TheSendersOtherSessionsGetTheMessage) {
  all_log_in();
  hello(99, 1);
  told.clear();
  say(kAnn, R"({"op":"send","chat":1,"cmid":"m","body":"hi"})");
  EXPECT_THAT(told[99], ElementsAre(HasSubstr("\"op\":\"message\"")));
}

TEST_F(EchoChatsOfThree, ARepeatIsStoredOnce) {
  all_log_in();
  for (int i = 0; i < 2; ++i) say(kAnn, R"({"op":"send","chat":1,"cmid":"m","body":"hi"})");
  EXPECT_EQ(told[kAnn].at(0), told[kAnn].at(1));
  EXPECT_EQ(told[kBen].size(), 1u);
}

TEST_F(EchoChatsOfThree, SendersHearOfCursors) {
  all_log_in();
  say(kAnn, R"({"op":"send","chat":2,"cmid":"m","body":"hi"})");
  told.clear();
  say(kBen, R"({"op":"delivered","chat":2,"seq":1})");
  say(kBen, R"({"op":"read","chat":2,"seq":1})");
  EXPECT_THAT(told[kAnn],
              ElementsAre(R"({"op":"receipt","chat":2,"user":2,"delivered":1,"read":0})",
                          R"({"op":"receipt","chat":2,"user":2,"delivered":1,"read":1})"));
  EXPECT_THAT(told[kCy], IsEmpty());
  say(kBen, R"({"op":"read","chat":2,"seq":2})");
  EXPECT_THAT(told[kBen], ElementsAre(HasSubstr("bad_field")));
}

TEST_F(EchoChatsOfThree, WhoComesBackGetsWhatHeMissed) {
  all_log_in();
  chats.on_gone(kBen);
  for (const char* cmid : {"1", "2", "3"}) {
    say(kAnn, std::string(R"({"op":"send","chat":1,"body":"hi","cmid":")") + cmid + "\"}");
  }
  EXPECT_THAT(told[kBen], IsEmpty());
  hello(kBen, 2, "[[1,1]]");
  EXPECT_THAT(told[kBen].at(1), HasSubstr("\"seq\":2"));
  EXPECT_THAT(told[kBen].at(2), HasSubstr("\"seq\":3"));
  EXPECT_THAT(told[kBen].back(), HasSubstr(R"("messages":2)"));
  EXPECT_THAT(told[kBen].back(),
              HasSubstr(R"("chat":1,"last":3,"delivered":0,"read":0,"unread":3)"));
}

TEST_F(EchoChatsOfThree, PagesThroughHistory) {
  all_log_in();
  for (const char* cmid : {"1", "2", "3"}) {
    say(kAnn, std::string(R"({"op":"send","chat":1,"body":"hi","cmid":")") + cmid + "\"}");
  }
  told.clear();
  say(kBen, R"({"op":"fetch","chat":1,"limit":2,"ref":"r"})");
  say(kBen, R"({"op":"fetch","chat":1,"limit":2,"token":"2","ref":"r"})");
  say(kBen, R"({"op":"fetch","chat":1,"token":"9","ref":"r"})");
  EXPECT_THAT(told[kBen], ElementsAre(HasSubstr(R"("next":"2")"), testing::Not(HasSubstr("next")),
                                      HasSubstr("bad_pagination")));
  EXPECT_THAT(told[kBen][0], HasSubstr(R"("messages":[{"seq":3,)"));
}

TEST_F(EchoChatsOfThree, TellsPresenceAndLastSeen) {
  all_log_in();
  say(kBen, R"({"op":"activity","kind":"connected"})");
  say(kCy, R"({"op":"activity","kind":"opened"})");
  chats.on_gone(kCy);
  say(kAnn, R"({"op":"presence","users":[2,3]})");
  EXPECT_THAT(
      told[kAnn],
      ElementsAre(R"({"op":"presence","user":2,"online":true,"last_seen":0})",
                  R"({"op":"presence","user":3,"online":false,"last_seen":1767225600000})"));
}

TEST_F(EchoChatsOfThree, PassesTypingOnAndAnswersPings) {
  all_log_in();
  say(kAnn, "{\"op\":\"typing\",\"chat\":1}\n{\"op\":\"ping\"}");
  EXPECT_THAT(told[kBen], ElementsAre(R"({"op":"typing","chat":1,"user":1})"));
  EXPECT_THAT(told[kAnn], ElementsAre(HasSubstr("pong")));
}

TEST_F(EchoChatsOfThree, RefusesOtherPeoplesChats) {
  all_log_in();
  say(kCy, R"({"op":"send","chat":1,"cmid":"m","body":"hi"})");
  say(kCy, R"({"op":"send","chat":9,"cmid":"m","body":"hi"})");
  EXPECT_THAT(told[kCy], ElementsAre(HasSubstr("not_a_member"), HasSubstr("no_such_chat")));
}

TEST_F(EchoChatsOfThree, WhenFullItForgetsWhatAllHaveReadOrElseRefuses) {
  all_log_in();
  const auto send = [this](int n) {
    say(kAnn, R"({"op":"send","chat":1,"body":"hi","cmid":")" + std::to_string(n) + "\"}");
  };
  for (int n = 1; n <= 101; ++n) send(n);
  EXPECT_THAT(told[kAnn].back(), HasSubstr("overloaded"));
  EXPECT_THAT(told[kAnn].back(), HasSubstr("\"cmid\":\"101\""));
  send(1);
  EXPECT_THAT(told[kAnn].back(), HasSubstr("\"seq\":1,"));
  for (const SessionId session : {kAnn, kBen}) say(session, R"({"op":"read","chat":1,"seq":50})");
  send(101);
  EXPECT_THAT(told[kAnn].back(), HasSubstr("\"seq\":101"));
}

}  // namespace
}  // namespace throng::floor
