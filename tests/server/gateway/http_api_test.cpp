#include "server/gateway/http_api.hpp"

#include <gmock/gmock.h>

#include "tests/server/gateway/gateway_world.hpp"

namespace throng::gateway {
namespace {

using protocol::Error;
using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;

/// The reply with this status and an `error` event with this code.
auto is_error(unsigned status, Error code) {
  return AllOf(Field(&HttpReply::status, status),
               Field(&HttpReply::body,
                     HasSubstr("\"code\":\"" + std::string(protocol::error_name(code)) + '"')));
}

auto is_ok(const std::string& body) {
  return AllOf(Field(&HttpReply::status, 200u), Field(&HttpReply::body, body));
}

// ---- Routing and tokens ----

TEST(HttpApi, OpenResourcesNeedNoToken) {
  GatewayWorld w;
  EXPECT_THAT(w.call("GET", "/healthz", {}, 0), is_ok("ok\n"));
  EXPECT_EQ(w.call("GET", "/readyz", {}, 0).status, 200u);
  EXPECT_THAT(w.call("GET", "/metrics", {}, 0), is_ok("figures\n"));
}

TEST(HttpApi, IsNotReadyBeforeItListensAndWhileItStops) {
  GatewayWorld w;
  w.is_ready = false;
  EXPECT_EQ(w.call("GET", "/readyz", {}, 0).status, 503u);
  w.is_ready = true;
  w.services.stopping = true;
  EXPECT_EQ(w.call("GET", "/readyz", {}, 0).status, 503u);
}

TEST(HttpApi, OtherResourcesNeedAToken) {
  GatewayWorld w;
  for (const auto& [method, target] :
       std::vector<std::pair<const char*, const char*>>{{"POST", "/chats"},
                                                        {"GET", "/chats"},
                                                        {"POST", "/chats/7/members"},
                                                        {"DELETE", "/chats/7/members/3"},
                                                        {"POST", "/send"},
                                                        {"GET", "/fetch?chatId=7"}}) {
    EXPECT_THAT(w.call(method, target, {}, 0), is_error(401, Error::kBadToken)) << target;
  }
  EXPECT_THAT(w.take_all<chat::PostMessage>(), testing::IsEmpty());
}

TEST(HttpApi, WhatIsNotThereIsNotFound) {
  GatewayWorld w;
  for (const char* target : {"/nothing", "/page/nothing.js", "/chats/7/name", "/chats/7/members/3/more",
                             "/send/", "/fetches", "nonsense"}) {
    EXPECT_THAT(w.call("GET", target), is_error(404, Error::kNotFound)) << target;
  }
  EXPECT_THAT(w.call("POST", "/chats/x/members"), is_error(404, Error::kNotFound));
  EXPECT_THAT(w.call("POST", "/chats/0/members"), is_error(404, Error::kNotFound));
}

TEST(HttpApi, OtherMethodsAreNotAllowed) {
  GatewayWorld w;
  const HttpReply reply = w.call("DELETE", "/send");
  EXPECT_THAT(reply, is_error(405, Error::kMethodNotAllowed));
  EXPECT_EQ(reply.allow, "POST");
}

// ---- Sending ----

TEST(HttpApi, SendAsksTheChatsShardAndGivesItsAnswer) {
  GatewayWorld w;
  w.ask("POST", "/send",
        R"({"user_id":17,"chat_id":7,"msgText":"hi","timestamp":1767225600000,"cmid":"c"})");
  EXPECT_FALSE(w.has_reply());
  const auto command = w.take<chat::PostMessage>();
  EXPECT_EQ(command.user.value, 17u);
  EXPECT_EQ(command.chat.value, 7u);
  EXPECT_EQ(command.body, "hi");
  EXPECT_EQ(command.cmid, "c");
  w.answer(command.from, R"({"op":"sent"})");
  EXPECT_THAT(w.reply(), is_ok(R"({"op":"sent"})"));
}

TEST(HttpApi, ErrorsOfTheShardBecomeStatuses) {
  GatewayWorld w;
  w.ask("POST", "/send", R"({"user_id":17,"chat_id":7,"msgText":"hi"})");
  w.answer(w.take<chat::PostMessage>().from, R"({"op":"error","code":"not_a_member"})",
           Error::kNotAMember);
  EXPECT_THAT(w.reply(), is_error(403, Error::kNotAMember));
}

TEST(HttpApi, SendWithoutACmidGetsOneOfItsOwn) {
  GatewayWorld w;
  const char* body = R"({"user_id":17,"chat_id":7,"msgText":"hi","cmid":null})";
  w.ask("POST", "/send", body);
  const std::string first = w.take<chat::PostMessage>().cmid;
  w.ask("POST", "/send", body);
  const std::string second = w.take<chat::PostMessage>().cmid;
  EXPECT_FALSE(first.empty());
  EXPECT_LE(first.size(), protocol::kMaxCmidBytes);
  EXPECT_NE(first, second);
}

TEST(HttpApi, OnlyAdminsSendForOthers) {
  GatewayWorld w;
  const char* body = R"({"user_id":3,"chat_id":7,"msgText":"hi"})";
  EXPECT_THAT(w.call("POST", "/send", body), is_error(403, Error::kForbidden));
  w.ask("POST", "/send", body, 17, true);
  EXPECT_EQ(w.take<chat::PostMessage>().user.value, 3u);
}

TEST(HttpApi, BadFieldsOfSendAreRefused) {
  GatewayWorld w;
  for (const char* body :
       {R"({"chat_id":7,"msgText":"hi"})", R"({"user_id":17,"msgText":"hi"})",
        R"({"user_id":17,"chat_id":7})", R"({"user_id":17,"chat_id":7,"msgText":""})",
        R"({"user_id":17,"chat_id":7,"msgText":5})",
        R"({"user_id":17,"chat_id":7.5,"msgText":"x"})",
        R"({"user_id":17,"chat_id":-7,"msgText":"x"})",
        R"({"user_id":17,"chat_id":9007199254740992,"msgText":"x"})"}) {
    EXPECT_THAT(w.call("POST", "/send", body), is_error(400, Error::kBadField)) << body;
  }
  EXPECT_THAT(w.call("POST", "/send", "[]"), is_error(400, Error::kBadJson));
  EXPECT_THAT(w.call("POST", "/send", "{"), is_error(400, Error::kBadJson));
  EXPECT_THAT(w.call("POST", "/send", "{\"user_id\":\"\xff\"}"), is_error(400, Error::kBadJson));
}

TEST(HttpApi, TextsOverTheirLimitAreTooLarge) {
  GatewayWorld w;
  const auto body = [](std::size_t text, std::size_t cmid) {
    return R"({"user_id":17,"chat_id":7,"msgText":")" + std::string(text, 'x') + R"(","cmid":")" +
           std::string(cmid, 'c') + "\"}";
  };
  w.ask("POST", "/send", body(protocol::kMaxBodyBytes, protocol::kMaxCmidBytes));
  EXPECT_EQ(w.take<chat::PostMessage>().body.size(), protocol::kMaxBodyBytes);
  EXPECT_THAT(w.call("POST", "/send", body(protocol::kMaxBodyBytes + 1, 1)),
              is_error(413, Error::kTooLarge));
  EXPECT_THAT(w.call("POST", "/send", body(1, protocol::kMaxCmidBytes + 1)),
              is_error(413, Error::kTooLarge));
}

TEST(HttpApi, WorkForABusyShardIsRefused) {
  GatewayWorld w;
  w.shown_load = cluster::Load::kFull;
  EXPECT_THAT(w.call("POST", "/send", R"({"user_id":17,"chat_id":7,"msgText":"hi"})"),
              is_error(503, Error::kOverloaded));
  EXPECT_THAT(w.call("POST", "/chats", R"({"members":[3]})"), is_error(503, Error::kOverloaded));
  EXPECT_EQ(w.services.metrics.get(metrics::Metric::kRefusedOverloaded), 2u);
}

TEST(HttpApi, AShardThatDoesntAnswerIsUnavailable) {
  Limits limits;
  limits.http_timeout = std::chrono::seconds(0);
  GatewayWorld w(limits);
  w.ask("POST", "/send", R"({"user_id":17,"chat_id":7,"msgText":"hi"})");
  const auto late = w.take<chat::PostMessage>().from;
  EXPECT_THAT(w.wait_for_reply(), is_error(503, Error::kUnavailable));
  w.answer(late, R"({"op":"sent"})");  // finds nobody any more
  EXPECT_FALSE(w.has_reply());
}

TEST(HttpApi, WhatTheWorkersHaveNoRoomForIsRefused) {
  Limits limits;
  limits.http_jobs = 0;
  GatewayWorld w(limits);
  EXPECT_THAT(w.call("GET", "/chats"), is_error(503, Error::kOverloaded));
  EXPECT_THAT(w.call("POST", "/chats", R"({"members":[3]})"), is_error(503, Error::kOverloaded));
  EXPECT_EQ(w.services.metrics.get(metrics::Metric::kRefusedWorkers), 2u);
}

// ---- History ----

TEST(HttpApi, FetchPassesItsParametersOn) {
  GatewayWorld w;
  w.ask("GET", "/fetch?chatId=7&paginationToken=abc&limit=20");
  const auto command = w.take<chat::FetchHistory>();
  EXPECT_EQ(command.chat.value, 7u);
  EXPECT_EQ(command.user.value, 17u);
  EXPECT_EQ(command.pagination_token, "abc");
  EXPECT_EQ(command.limit, 20u);
  EXPECT_FALSE(command.operates);
  w.answer(command.from, R"({"op":"history"})");
  EXPECT_THAT(w.reply(), is_ok(R"({"op":"history"})"));
  w.ask("GET", "/fetch?chatId=7", {}, 17, true);
  const auto from_newest = w.take<chat::FetchHistory>();
  EXPECT_EQ(from_newest.limit, protocol::kDefaultFetchLimit);
  EXPECT_TRUE(from_newest.operates);
}

TEST(HttpApi, BadParametersOfFetchAreRefused) {
  GatewayWorld w;
  for (const char* target :
       {"/fetch", "/fetch?chatId=", "/fetch?chatId=0", "/fetch?chatId=x", "/fetch?chatId=7&limit=0",
        "/fetch?chatId=7&limit=201", "/fetch?chatId=7&limit=-1", "/fetch?chatId=7&limit=9x"}) {
    EXPECT_THAT(w.call("GET", target), is_error(400, Error::kBadField)) << target;
  }
}

// ---- Chats ----

TEST(HttpApi, WhoMakesAChatIsInIt) {
  GatewayWorld w;
  w.ask("POST", "/chats", R"({"members":[3,4],"name":"lunch"})");
  const auto command = w.take<chat::CreateChat>();
  EXPECT_THAT(command.members, ElementsAre(chat::UserId{3}, chat::UserId{4}, chat::UserId{17}));
  EXPECT_EQ(command.record.creator.value, 17u);
  EXPECT_EQ(command.record.name, "lunch");
  w.answer(command.from, R"({"op":"chat","chat":1})");
  EXPECT_THAT(w.reply(), is_ok(R"({"op":"chat","chat":1})"));
}

TEST(HttpApi, AnAdminMakesChatsForOthers) {
  GatewayWorld w;
  w.ask("POST", "/chats", R"({"members":[3,4]})", 17, true);
  EXPECT_THAT(w.take<chat::CreateChat>().members, ElementsAre(chat::UserId{3}, chat::UserId{4}));
}

/// Makes the chat that a CreateChat asks for.
void keep_chat(GatewayWorld& w, const chat::CreateChat& create) {
  chat::Batch batch;
  batch.chats = {create.record};
  for (const chat::UserId user : create.members) {
    batch.members.push_back({.chat = create.record.chat, .user = user});
  }
  const chat::Batch* const batches[] = {&batch};
  ASSERT_FALSE(w.directory.commit(batches));
}

TEST(HttpApi, TheSameKeyGivesTheSameChat) {
  GatewayWorld w;
  w.ask("POST", "/chats", R"({"members":[3],"key":"k"})");
  const auto create = w.take<chat::CreateChat>();
  w.ask("POST", "/chats", R"({"members":[3],"key":"k"})");
  EXPECT_EQ(w.take<chat::CreateChat>().record.chat, create.record.chat) << "while it is made";
  w.ask("POST", "/chats", R"({"members":[3],"key":"k"})", 18);
  EXPECT_NE(w.take<chat::CreateChat>().record.chat, create.record.chat) << "another's key";
}

TEST(HttpApi, ListsTheChatsOfTheCaller) {
  GatewayWorld w;
  EXPECT_THAT(w.call("GET", "/chats"), is_ok(R"({"chats":[]})"));
  for (const char* body : {R"({"members":[],"name":"a \"b\""})", R"({"members":[]})"}) {
    w.ask("POST", "/chats", body);
    keep_chat(w, w.take<chat::CreateChat>());
  }
  EXPECT_THAT(w.call("GET", "/chats"),
              is_ok(R"({"chats":[{"chat":1,"name":"a \"b\""},{"chat":2,"name":""}]})"));
  EXPECT_THAT(w.call("GET", "/chats", {}, 3), is_ok(R"({"chats":[]})"));
}

TEST(HttpApi, EachLineOfABulkRequestHasItsAnswer) {
  GatewayWorld w;
  w.content_type = "application/x-ndjson";
  w.ask("POST", "/chats", "{\"members\":[3]}\n{\"members\":3}\nnonsense\n{\"members\":[4]}\n");
  const auto commands = w.take_all<chat::CreateChat>();
  ASSERT_EQ(commands.size(), 2u);
  EXPECT_EQ(commands[0].line, 0u);
  EXPECT_EQ(commands[1].line, 3u);
  w.answer(commands[1].from, "last", std::nullopt, commands[1].line);
  EXPECT_FALSE(w.has_reply());
  w.answer(commands[0].from, "first", std::nullopt, commands[0].line);
  const HttpReply reply = w.reply();
  EXPECT_EQ(reply.status, 200u);
  EXPECT_TRUE(reply.body.starts_with("first\n{\"op\":\"error\",\"code\":\"bad_field\""))
      << reply.body;
  EXPECT_THAT(reply.body, HasSubstr("\n{\"op\":\"error\",\"code\":\"bad_json\""));
  EXPECT_TRUE(reply.body.ends_with("\nlast\n")) << reply.body;
}

TEST(HttpApi, BulkRequestsAreBounded) {
  GatewayWorld w;
  w.content_type = "application/x-ndjson";
  std::string body;
  for (int i = 0; i < 1'000; ++i) body += "{\"members\":[3]}\n";
  w.ask("POST", "/chats", body);
  EXPECT_EQ(w.take_all<chat::CreateChat>().size(), 1'000u);
  EXPECT_THAT(w.call("POST", "/chats", body + "{}"), is_error(413, Error::kTooLarge));
  EXPECT_THAT(w.call("POST", "/chats", "\n"), is_error(400, Error::kBadJson));
}

TEST(HttpApi, ChangesMembers) {
  GatewayWorld w;
  w.ask("POST", "/chats/7/members", R"({"add":[3,4]})");
  const auto add = w.take<chat::ChangeMembers>();
  EXPECT_EQ(add.chat.value, 7u);
  EXPECT_EQ(add.by.value, 17u);
  EXPECT_THAT(add.add, ElementsAre(chat::UserId{3}, chat::UserId{4}));
  w.ask("DELETE", "/chats/7/members/3", {}, 17, true);
  const auto remove = w.take<chat::ChangeMembers>();
  EXPECT_TRUE(remove.operates);
  EXPECT_THAT(remove.remove, ElementsAre(chat::UserId{3}));
  EXPECT_THAT(w.call("POST", "/chats/7/members", R"({"add":[0]})"),
              is_error(400, Error::kBadField));
  EXPECT_THAT(w.call("POST", "/chats/7/members", "{}"), is_error(400, Error::kBadField));
}

// ---- Accounts ----

TEST(HttpApi, RegistersAndLogsIn) {
  GatewayWorld w;
  const char* body = R"({"email":"ann@example.org","password":"correct horse","name":"Ann"})";
  w.ask("POST", "/register", body, 0);
  const HttpReply registered = w.wait_for_reply();
  EXPECT_EQ(registered.status, 200u);
  EXPECT_THAT(registered.body, HasSubstr(R"({"user":1000000001,"token":")"));
  w.ask("POST", "/login", body, 0);
  EXPECT_THAT(w.wait_for_reply().body, HasSubstr(R"({"user":1000000001,"token":")"));
  w.ask("POST", "/register", body, 0);
  EXPECT_THAT(w.wait_for_reply(), is_error(409, Error::kAlreadyExists));
  w.ask("POST", "/login", R"({"email":"ann@example.org","password":"wrong horse"})", 0);
  EXPECT_THAT(w.wait_for_reply(), is_error(401, Error::kBadCredentials));
}

TEST(HttpApi, BadAccountsAreRefused) {
  GatewayWorld w;
  w.ask("POST", "/register", R"({"email":"ann","password":"correct horse"})", 0);
  EXPECT_THAT(w.wait_for_reply(), is_error(400, Error::kBadField));
  EXPECT_THAT(w.call("POST", "/register", R"({"email":"ann@example.org"})", 0),
              is_error(400, Error::kBadField));
}

// ---- Storage that fails ----

TEST(HttpApi, AFailedReadIsUnavailable) {
  GatewayWorld w;
  w.directory.is_broken = true;
  EXPECT_THAT(w.call("GET", "/chats"), is_error(503, Error::kUnavailable));
  EXPECT_THAT(w.call("POST", "/chats", R"({"members":[3],"key":"k"})"),
              is_error(503, Error::kUnavailable));
}

}  // namespace
}  // namespace throng::gateway
