#include "protocol/codec.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace throng::protocol {
namespace {

using namespace std::string_literals;

template <class Event>
std::string encoded(const Event& event) {
  std::string out;
  encode(out, event);
  return out;
}

template <class... Events>
std::string encoded(const std::variant<Events...>& event) {
  return std::visit([](const auto& one) { return encoded(one); }, event);
}

/// Decodes, with the padding that the decoder asks for.
auto as_client(Decoder& decoder, std::string_view json) {
  return decoder.client_event(decoder.padded(json));
}
auto as_server(Decoder& decoder, std::string_view json) {
  return decoder.server_event(decoder.padded(json));
}

template <class Event>
Event client(Decoder& decoder, std::string_view json) {
  const auto event = as_client(decoder, json);
  EXPECT_TRUE(event.has_value()) << json << ": " << decoder.failure().detail;
  return event.has_value() ? std::get<Event>(*event) : Event{};
}

template <class Event>
Event server(Decoder& decoder, std::string_view json) {
  const auto event = as_server(decoder, json);
  EXPECT_TRUE(event.has_value()) << json << ": " << decoder.failure().detail;
  return event.has_value() ? std::get<Event>(*event) : Event{};
}

// ---- Every event, there and back ----

constexpr std::string_view kAsset =
    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

struct ClientRow {
  ClientEvent event;
  std::string json;
};

std::vector<ClientRow> client_rows() {
  return {
      {Hello{"t0k.en", "phone", {{ChatId{7}, 120}, {ChatId{9}, 0}}},
       R"({"op":"hello","token":"t0k.en","device":"phone","have":[[7,120],[9,0]]})"},
      {Hello{"t0k.en", "", {}}, R"({"op":"hello","token":"t0k.en"})"},
      {Hello{"t0k.en", "", {{ChatId{7}, 120}}, 4711},
       R"({"op":"hello","token":"t0k.en","have":[[7,120]],"epoch":4711})"},
      {Send{ChatId{7}, "c1", "good \"day\""},
       R"({"op":"send","chat":7,"cmid":"c1","body":"good \"day\""})"},
      {Send{ChatId{7}, "c2", "better", MessageKind::kEdit, 121},
       R"({"op":"send","chat":7,"cmid":"c2","kind":"edit","re":121,"body":"better"})"},
      {Send{ChatId{7}, "c3", "", MessageKind::kDelete, 121},
       R"({"op":"send","chat":7,"cmid":"c3","kind":"delete","re":121})"},
      {Send{ChatId{7}, "c4", "+1", MessageKind::kReaction, 121},
       R"({"op":"send","chat":7,"cmid":"c4","kind":"reaction","re":121,"body":"+1"})"},
      {Send{ChatId{7}, "c5", "", MessageKind::kText, 121, kAsset},
       R"({"op":"send","chat":7,"cmid":"c5","re":121,"asset":")" + std::string(kAsset) + R"("})"},
      {Delivered{ChatId{7}, 121}, R"({"op":"delivered","chat":7,"seq":121})"},
      {Read{ChatId{kMaxId}, kMaxId},
       R"({"op":"read","chat":9007199254740991,"seq":9007199254740991})"},
      {Fetch{ChatId{7}, "after-71", 20, "r1"},
       R"({"op":"fetch","chat":7,"token":"after-71","limit":20,"ref":"r1"})"},
      {Fetch{ChatId{7}, "", kDefaultFetchLimit, ""}, R"({"op":"fetch","chat":7,"limit":50})"},
      {Activity{ActivityKind::kConnected}, R"({"op":"activity","kind":"connected"})"},
      {Activity{ActivityKind::kOpened}, R"({"op":"activity","kind":"opened"})"},
      {Activity{ActivityKind::kTyped}, R"({"op":"activity","kind":"typed"})"},
      {Activity{ActivityKind::kClosed}, R"({"op":"activity","kind":"closed"})"},
      {Activity{ActivityKind::kOpened, ChatId{7}}, R"({"op":"activity","kind":"opened","chat":7})"},
      {PresenceQuery{{UserId{1}, UserId{2}}}, R"({"op":"presence","users":[1,2]})"},
      {TypingIn{ChatId{7}}, R"({"op":"typing","chat":7})"},
      {Ping{}, R"({"op":"ping"})"},
      {Leave{}, R"({"op":"leave"})"},
  };
}

struct ServerRow {
  ServerEvent event;
  std::string json;
};

std::vector<ServerRow> server_rows() {
  const Message newest{ChatId{7}, 122, UserId{3}, "b1", 1767225600123, "hi"};
  const Message older{ChatId{7}, 121, UserId{17}, "c1", 1767225600000, "good \"day\""};
  return {
      {Welcome{UserId{17}, 1767225600000, 30, 2},
       R"({"op":"welcome","user":17,"time":1767225600000,"heartbeat_s":30,"chats":2})"},
      {Welcome{UserId{17}, 1767225600000, 30, 2, 4711, true},
       R"({"op":"welcome","user":17,"time":1767225600000,"heartbeat_s":30,"chats":2,"epoch":4711,)"
       R"("rewound":true})"},
      {Sent{ChatId{7}, "c1", 121, 1767225600000},
       R"({"op":"sent","chat":7,"cmid":"c1","seq":121,"time":1767225600000})"},
      {newest, R"({"op":"message","chat":7,"seq":122,"from":3,"cmid":"b1","time":1767225600123,)"
               R"("body":"hi"})"},
      {Message{ChatId{7}, 123, UserId{3}, "b2", 1767225600123, "hello", MessageKind::kEdit, 122},
       R"({"op":"message","chat":7,"seq":123,"from":3,"cmid":"b2","time":1767225600123,)"
       R"("body":"hello","kind":"edit","re":122})"},
      {Message{ChatId{7}, 124, UserId{3}, "b3", 1767225600123, "", MessageKind::kText, 0, kAsset},
       R"({"op":"message","chat":7,"seq":124,"from":3,"cmid":"b3","time":1767225600123,)"
       R"("body":"","asset":")" +
           std::string(kAsset) + R"("})"},
      {Message{ChatId{7}, 122, UserId{3}, "b1", 1767225600123, "", MessageKind::kText, 0, "", 2,
               true},
       R"({"op":"message","chat":7,"seq":122,"from":3,"cmid":"b1","time":1767225600123,)"
       R"("body":"","version":2,"deleted":true})"},
      {ReceiptCounts{ChatId{7}, 121, 950, 12},
       R"({"op":"receipts","chat":7,"seq":121,"delivered":950,"read":12})"},
      {ChatChanged{ChatId{7}, "lunch", 12},
       R"({"op":"chat_changed","chat":7,"name":"lunch","members":12})"},
      {ChatChanged{ChatId{7}, "", 0}, R"({"op":"chat_changed","chat":7,"name":"","members":0})"},
      {Trimmed{ChatId{7}, 101}, R"({"op":"trimmed","chat":7,"first":101})"},
      {Receipt{ChatId{7}, UserId{3}, 121, 120},
       R"({"op":"receipt","chat":7,"user":3,"delivered":121,"read":120})"},
      {History{ChatId{7}, {newest, older}, "after-121", "r1"},
       R"({"op":"history","chat":7,"messages":[)"
       R"({"seq":122,"from":3,"cmid":"b1","time":1767225600123,"body":"hi"},)"
       R"({"seq":121,"from":17,"cmid":"c1","time":1767225600000,"body":"good \"day\""}],)"
       R"("next":"after-121","ref":"r1"})"},
      {History{ChatId{7}, {}, "", ""}, R"({"op":"history","chat":7,"messages":[]})"},
      {CaughtUp{3, {{ChatId{7}, 122, 121, 120, 1}, {ChatId{9}, 0, 0, 0, 0}}},
       R"({"op":"caught_up","messages":3,"chats":[)"
       R"({"chat":7,"last":122,"delivered":121,"read":120,"unread":1},)"
       R"({"chat":9,"last":0,"delivered":0,"read":0,"unread":0}]})"},
      {CaughtUp{0, {}}, R"({"op":"caught_up","messages":0,"chats":[]})"},
      {Membership{ChatId{8}, true, 0}, R"({"op":"membership","chat":8,"member":true,"last":0})"},
      {Membership{ChatId{8}, false, 5}, R"({"op":"membership","chat":8,"member":false,"last":5})"},
      {PresenceState{UserId{1}, true, 1767225600000},
       R"({"op":"presence","user":1,"online":true,"last_seen":1767225600000})"},
      {PresenceState{UserId{1}, false, 0},
       R"({"op":"presence","user":1,"online":false,"last_seen":0})"},
      {Typing{ChatId{7}, UserId{3}}, R"({"op":"typing","chat":7,"user":3})"},
      {Pong{1767225600000}, R"({"op":"pong","time":1767225600000})"},
      {Failure{Error::kNotAMember, "no", ChatId{7}, "c1", "r1"},
       R"({"op":"error","code":"not_a_member","message":"no","chat":7,"cmid":"c1","ref":"r1"})"},
      {Failure{Error::kBadJson, "", {}, "", ""}, R"({"op":"error","code":"bad_json"})"},
      {Failure{Error::kRateLimited, "", ChatId{7}, "c1", "", 250},
       R"({"op":"error","code":"rate_limited","chat":7,"cmid":"c1","retry_ms":250})"},
      {Bye{Error::kGoingAway, true, 1500},
       R"({"op":"bye","code":"going_away","resume":true,"retry_ms":1500})"},
  };
}

TEST(Codec, ClientEventsAreWrittenAsDocumented) {
  for (const ClientRow& row : client_rows()) EXPECT_EQ(encoded(row.event), row.json);
}

TEST(Codec, ServerEventsAreWrittenAsDocumented) {
  for (const ServerRow& row : server_rows()) EXPECT_EQ(encoded(row.event), row.json);
}

TEST(Codec, ClientEventsComeBack) {
  Decoder decoder;
  for (const ClientRow& row : client_rows()) {
    const auto event = as_client(decoder, row.json);
    ASSERT_TRUE(event.has_value()) << row.json << ": " << decoder.failure().detail;
    EXPECT_EQ(event->index(), row.event.index()) << row.json;
    EXPECT_EQ(encoded(*event), row.json);
  }
}

TEST(Codec, ServerEventsComeBack) {
  Decoder decoder;
  for (const ServerRow& row : server_rows()) {
    const auto event = as_server(decoder, row.json);
    ASSERT_TRUE(event.has_value()) << row.json << ": " << decoder.failure().detail;
    EXPECT_EQ(event->index(), row.event.index()) << row.json;
    EXPECT_EQ(encoded(*event), row.json);
  }
}

TEST(Codec, EncodeAppends) {
  std::string out = "before\n";
  encode(out, Ping{});
  out += '\n';
  encode(out, Pong{1});
  EXPECT_EQ(out, "before\n{\"op\":\"ping\"}\n{\"op\":\"pong\",\"time\":1}");
}

TEST(Codec, MessagesOfAHistoryKnowTheirChat) {
  Decoder decoder;
  const auto history =
      server<History>(decoder, R"({"messages":[{"seq":1,"from":3,"cmid":"b","time":1,"body":"x"}],)"
                               R"("op":"history","chat":7})");
  ASSERT_EQ(history.messages.size(), 1U);
  EXPECT_EQ(history.messages[0].chat, ChatId{7});
}

// ---- Strings ----

TEST(Codec, StringsComeBackWhateverTheyHold) {
  Decoder decoder;
  std::vector<std::string> bodies{"\"\\/\b\f\n\r\t",
                                  "\0"s,
                                  "\x1f\x20\x7f",
                                  "Grüße, 世界 🎉",
                                  "\xe2\x80\xa8 line separator",
                                  std::string(kMaxBodyBytes, '\n')};
  for (std::size_t size = 1; size < 40; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      bodies.emplace_back(size, 'x');
      bodies.back()[at] = at % 3 == 0 ? '"' : at % 3 == 1 ? '\\' : '\x01';
    }
  }
  for (const std::string& body : bodies) {
    const std::string json = encoded(Send{ChatId{1}, "c", body});
    EXPECT_EQ(client<Send>(decoder, json).body, body) << json;
  }
}

TEST(Codec, EveryByteBelowSpaceIsEscaped) {
  for (char c = 0; c < 0x20; ++c) {
    std::string out;
    encode_string(out, std::string(1, c));
    EXPECT_EQ(out.find(c), std::string::npos) << static_cast<int>(c);
    EXPECT_EQ(out[1], '\\') << static_cast<int>(c);
  }
  std::string out;
  encode_string(out, "a\"b\\c\nd\re\tf\bg\x7f");
  EXPECT_EQ(out, R"("a\"b\\c\nd\re\tf\u0008g)"
                 "\x7f\"");
}

TEST(Codec, EscapesAreResolved) {
  Decoder decoder;
  const auto send = client<Send>(
      decoder,
      R"({"op":"se\u006ed","ch\u0061t":1,"cmid":"\u0063\/","body":"\ud83c\udf89\u00fc\b"})");
  EXPECT_EQ(send.cmid, "c/");
  EXPECT_EQ(send.body, "🎉ü\b");
}

// ---- What is let through ----

TEST(Codec, FieldsStandInAnyOrder) {
  Decoder decoder;
  const auto send = client<Send>(decoder, R"( {"body":"b" , "cmid":"c","chat": 7 ,"op":"send"} )");
  EXPECT_EQ(send.chat, ChatId{7});
  EXPECT_EQ(send.cmid, "c");
  EXPECT_EQ(send.body, "b");
}

TEST(Codec, FieldsThatTheOpDoesNotHaveAreIgnored) {
  Decoder decoder;
  client<Ping>(decoder, R"({"op":"ping","new":{"a":[1,{"b":null}]},"":1,"x":"}"})");
  client<Ping>(decoder,
               R"({"op":"ping","chat":"seven","seq":-1,"users":[0],"have":[[1]],"body":""})");
  client<Ping>(decoder, R"({"op":"ping","messages":[1],"chats":[{"chat":0}],"token":["a",["b"]]})");
}

TEST(Codec, NullIsAbsent) {
  Decoder decoder;
  const auto fetch =
      client<Fetch>(decoder, R"({"op":"fetch","chat":7,"token":null,"limit":null,"ref":null})");
  EXPECT_EQ(fetch.pagination_token, "");
  EXPECT_EQ(fetch.limit, kDefaultFetchLimit);
  EXPECT_EQ(fetch.ref, "");
}

TEST(Codec, LastOfARepeatedFieldCounts) {
  Decoder decoder;
  EXPECT_EQ(
      client<Delivered>(decoder, R"({"op":"read","op":"delivered","chat":1,"seq":1,"seq":2})").seq,
      2U);
  const auto query =
      client<PresenceQuery>(decoder, R"({"op":"presence","users":["x"],"users":[4,5]})");
  EXPECT_THAT(query.users, testing::ElementsAre(UserId{4}, UserId{5}));
}

TEST(Codec, UnknownErrorCodeIsInternal) {
  Decoder decoder;
  const auto failure = server<Failure>(decoder, R"({"op":"error","code":"from_the_future"})");
  EXPECT_EQ(failure.code, Error::kInternal);
}

TEST(Codec, LimitsThemselvesAreAllowed) {
  Decoder decoder;
  const std::string body(kMaxBodyBytes, 'b');
  const std::string cmid(kMaxCmidBytes, 'c');
  EXPECT_EQ(client<Send>(decoder, encoded(Send{ChatId{1}, cmid, body})).body, body);

  const std::string token(kMaxTokenBytes, 't');
  const std::string device(kMaxDeviceBytes, 'd');
  Hello hello{token, device, std::vector<ChatPosition>(kMaxResumeChats, {ChatId{kMaxId}, kMaxId})};
  EXPECT_EQ(client<Hello>(decoder, encoded(hello)).have.size(), kMaxResumeChats);

  const std::string ref(kMaxRefBytes, 'r');
  const Fetch fetch{ChatId{1}, token, kMaxFetchLimit, ref};
  EXPECT_EQ(client<Fetch>(decoder, encoded(fetch)).ref, ref);

  const PresenceQuery query{std::vector<UserId>(kMaxPresenceUsers, UserId{1})};
  EXPECT_EQ(client<PresenceQuery>(decoder, encoded(query)).users.size(), kMaxPresenceUsers);
}

TEST(Codec, ServerEventsMayBeLong) {
  Decoder decoder;
  const std::string body(kMaxBodyBytes, '"');
  const History history{
      ChatId{7}, std::vector<Message>(kMaxFetchLimit, {ChatId{7}, 1, UserId{3}, "b", 1, body}), "",
      ""};
  const std::string json = encoded(history);
  const auto again = server<History>(decoder, json);
  ASSERT_EQ(again.messages.size(), kMaxFetchLimit);
  EXPECT_EQ(again.messages.back().body, body);
}

TEST(Codec, PaddedKeepsTheTextAndEachOfItsLines) {
  Decoder decoder;
  std::vector<std::size_t> ops;
  for_each_line(decoder.padded("{\"op\":\"ping\"}\n{\"op\":\"typing\",\"chat\":7}\r\n\n"),
                [&](std::string_view line) {
                  const auto event = decoder.client_event(line);
                  ASSERT_TRUE(event.has_value()) << decoder.failure().detail;
                  ops.push_back(event->index());
                });
  EXPECT_THAT(ops,
              testing::ElementsAre(ClientEvent(Ping{}).index(), ClientEvent(TypingIn{}).index()));
}

TEST(Codec, LinesAreTheNonEmptyOnes) {
  std::vector<std::string> lines;
  const auto collect = [&](std::string_view line) { lines.emplace_back(line); };
  for_each_line("", collect);
  for_each_line("\n\r\n\n", collect);
  EXPECT_TRUE(lines.empty());
  for_each_line("a\nb\n", collect);
  for_each_line("\nc", collect);
  EXPECT_THAT(lines, testing::ElementsAre("a", "b", "c"));
}

// ---- What is refused ----

struct Refusal {
  std::string json;
  Error code;
  std::string detail_part;
};

const std::vector<Refusal>& client_refusals() {
  const auto over = [](std::size_t limit) { return std::string(limit + 1, 'x'); };
  static const std::vector<Refusal> rows{
      // bad_json
      {"", Error::kBadJson, ""},
      {" ", Error::kBadJson, ""},
      {"nonsense", Error::kBadJson, ""},
      {"7", Error::kBadJson, ""},
      {"null", Error::kBadJson, ""},
      {R"("ping")", Error::kBadJson, ""},
      {R"([{"op":"ping"}])", Error::kBadJson, ""},
      {R"({)", Error::kBadJson, ""},
      {R"({"op")", Error::kBadJson, ""},
      {R"({"op"})", Error::kBadJson, ""},
      {R"({"op":})", Error::kBadJson, ""},
      {R"({"op":"ping")", Error::kBadJson, ""},
      {R"({"op":"ping})", Error::kBadJson, ""},
      {R"({op:"ping"})", Error::kBadJson, ""},
      {R"({"op":"ping"]})", Error::kBadJson, ""},
      {R"({"op":"ping"}})", Error::kBadJson, ""},
      {R"({"op":"ping"}{"op":"ping"})", Error::kBadJson, ""},
      {R"({"op":"ping"} x {})", Error::kBadJson, ""},
      {R"({"op":"ping" "chat":1})", Error::kBadJson, ""},
      {R"({"op":"presence","users":[1 2]})", Error::kBadJson, ""},
      {R"({"op":"membership","member":tru})", Error::kBadJson, ""},
      {R"({"op":"fetch","chat":1,"ref":nul})", Error::kBadJson, ""},
      {R"({"op":"send","chat":1,"cmid":"c","body":"\x"})", Error::kBadJson, ""},
      {R"({"op":"send","chat":1,"cmid":"c","body":"\ud83c"})", Error::kBadJson, ""},
      {"{\"op\":\"send\",\"chat\":1,\"cmid\":\"c\",\"body\":\"a\x01\"}", Error::kBadJson, ""},
      {"{\"op\":\"send\",\"chat\":1,\"cmid\":\"c\",\"body\":\"\xff\"}", Error::kBadJson, ""},
      // unknown_op
      {R"({"op":"shout"})", Error::kUnknownOp, ""},
      {R"({"op":""})", Error::kUnknownOp, ""},
      {R"({"op":"Ping"})", Error::kUnknownOp, ""},
      {R"({"op":"welcome","user":1,"time":1,"heartbeat_s":1,"chats":1})", Error::kUnknownOp, ""},
      // bad_field
      {R"({})", Error::kBadField, "\"op\""},
      {R"({"op":7})", Error::kBadField, "\"op\""},
      {R"({"op":null})", Error::kBadField, "\"op\""},
      {R"({"op":["ping"]})", Error::kBadField, "\"op\""},
      {R"({"op":"send","cmid":"c","body":"b"})", Error::kBadField, "send: \"chat\""},
      {R"({"op":"send","chat":null,"cmid":"c","body":"b"})", Error::kBadField, "\"chat\""},
      {R"({"op":"send","chat":"7","cmid":"c","body":"b"})", Error::kBadField, "\"chat\""},
      {R"({"op":"send","chat":0,"cmid":"c","body":"b"})", Error::kBadField, "\"chat\""},
      {R"({"op":"send","chat":-1,"cmid":"c","body":"b"})", Error::kBadField, "\"chat\""},
      {R"({"op":"send","chat":1.5,"cmid":"c","body":"b"})", Error::kBadField, "\"chat\""},
      {R"({"op":"send","chat":1e3,"cmid":"c","body":"b"})", Error::kBadField, "\"chat\""},
      {R"({"op":"send","chat":9007199254740992,"cmid":"c","body":"b"})", Error::kBadField,
       "from 1 to 9007199254740991"},
      {R"({"op":"send","chat":99999999999999999999,"cmid":"c","body":"b"})", Error::kBadField,
       "\"chat\""},
      {R"({"op":"send","chat":{"a":1},"cmid":"c","body":"b"})", Error::kBadField, "\"chat\""},
      {R"({"op":"send","chat":[1],"cmid":"c","body":"b"})", Error::kBadField, "\"chat\""},
      {R"({"op":"send","chat":1,"body":"b"})", Error::kBadField, "\"cmid\""},
      {R"({"op":"send","chat":1,"cmid":"","body":"b"})", Error::kBadField, "\"cmid\""},
      {R"({"op":"send","chat":1,"cmid":5,"body":"b"})", Error::kBadField, "\"cmid\""},
      {R"({"op":"send","chat":1,"cmid":"c"})", Error::kBadField, "\"body\""},
      {R"({"op":"send","chat":1,"cmid":"c","body":""})", Error::kBadField, "\"body\""},
      {R"({"op":"send","chat":1,"cmid":"c","body":true})", Error::kBadField, "\"body\""},
      {R"({"op":"send","chat":1,"cmid":"c","kind":"shout","body":"b"})", Error::kBadField,
       "text, edit, delete or reaction"},
      {R"({"op":"send","chat":1,"cmid":"c","kind":"edit","body":"b"})", Error::kBadField, "\"re\""},
      {R"({"op":"send","chat":1,"cmid":"c","re":0,"body":"b"})", Error::kBadField, "\"re\""},
      {R"({"op":"send","chat":1,"cmid":"c","kind":"edit","re":1})", Error::kBadField, "\"body\""},
      {R"({"op":"send","chat":1,"cmid":"c","kind":"delete","re":1,"body":"b"})", Error::kBadField,
       "\"body\" must be empty"},
      {R"({"op":"send","chat":1,"cmid":"c","asset":"9f86"})", Error::kBadField, "\"asset\""},
      {R"({"op":"send","chat":1,"cmid":"c","asset":")" + std::string(64, 'A') + R"("})",
       Error::kBadField, "\"asset\""},
      {R"({"op":"send","chat":1,"cmid":"c","kind":"edit","re":1,"body":"b","asset":")" +
           std::string(kAsset) + R"("})",
       Error::kBadField, "\"asset\" is for texts"},
      {R"({"op":"activity","kind":"opened","chat":0})", Error::kBadField, "\"chat\""},
      {R"({"op":"delivered","chat":1})", Error::kBadField, "delivered: \"seq\""},
      {R"({"op":"delivered","chat":1,"seq":0})", Error::kBadField, "\"seq\""},
      {R"({"op":"read","chat":1,"seq":0})", Error::kBadField, "read: \"seq\""},
      {R"({"op":"read","seq":1})", Error::kBadField, "\"chat\""},
      {R"({"op":"fetch"})", Error::kBadField, "\"chat\""},
      {R"({"op":"fetch","chat":1,"limit":0})", Error::kBadField, "from 1 to 200"},
      {R"({"op":"fetch","chat":1,"limit":201})", Error::kBadField, "from 1 to 200"},
      {R"({"op":"fetch","chat":1,"token":7})", Error::kBadField, "\"token\""},
      {R"({"op":"fetch","chat":1,"ref":7})", Error::kBadField, "\"ref\""},
      {R"({"op":"activity"})", Error::kBadField, "\"kind\""},
      {R"({"op":"activity","kind":"slept"})", Error::kBadField, "\"kind\""},
      {R"({"op":"presence"})", Error::kBadField, "\"users\""},
      {R"({"op":"presence","users":1})", Error::kBadField, "\"users\""},
      {R"({"op":"presence","users":[]})", Error::kBadField, "\"users\""},
      {R"({"op":"presence","users":[1,0]})", Error::kBadField, "\"users\""},
      {R"({"op":"presence","users":[1,"2"]})", Error::kBadField, "\"users\""},
      {R"({"op":"presence","users":[[1]]})", Error::kBadField, "\"users\""},
      {R"({"op":"typing"})", Error::kBadField, "\"chat\""},
      {R"({"op":"hello"})", Error::kBadField, "\"token\""},
      {R"({"op":"hello","token":""})", Error::kBadField, "\"token\""},
      {R"({"op":"hello","token":"t","device":7})", Error::kBadField, "\"device\""},
      {R"({"op":"hello","token":"t","have":{}})", Error::kBadField, "\"have\""},
      {R"({"op":"hello","token":"t","have":[7]})", Error::kBadField, "\"have\""},
      {R"({"op":"hello","token":"t","have":[[]]})", Error::kBadField, "\"have\""},
      {R"({"op":"hello","token":"t","have":[[7]]})", Error::kBadField, "\"have\""},
      {R"({"op":"hello","token":"t","have":[[0,1]]})", Error::kBadField, "\"have\""},
      {R"({"op":"hello","token":"t","have":[[7,-1]]})", Error::kBadField, "\"have\""},
      {R"({"op":"hello","token":"t","have":[[7,1,2]]})", Error::kBadField, "\"have\""},
      {R"({"op":"hello","token":"t","have":[[7,1],["8",1]]})", Error::kBadField, "\"have\""},
      // too_large
      {R"({"op":"send","chat":1,"cmid":")" + over(kMaxCmidBytes) + R"(","body":"b"})",
       Error::kTooLarge, "\"cmid\""},
      {R"({"op":"send","chat":1,"cmid":"c","body":")" + over(kMaxBodyBytes) + R"("})",
       Error::kTooLarge, "\"body\""},
      {R"({"op":"fetch","chat":1,"ref":")" + over(kMaxRefBytes) + R"("})", Error::kTooLarge,
       "\"ref\""},
      {R"({"op":"fetch","chat":1,"token":")" + over(kMaxTokenBytes) + R"("})", Error::kTooLarge,
       "\"token\""},
      {R"({"op":"hello","token":")" + over(kMaxTokenBytes) + R"("})", Error::kTooLarge,
       "\"token\""},
      {R"({"op":"hello","token":"t","device":")" + over(kMaxDeviceBytes) + R"("})",
       Error::kTooLarge, "\"device\""},
      {encoded(Hello{"t", "", std::vector<ChatPosition>(kMaxResumeChats + 1, {ChatId{1}, 1})}),
       Error::kTooLarge, "\"have\""},
      {encoded(PresenceQuery{std::vector<UserId>(kMaxPresenceUsers + 1, UserId{1})}),
       Error::kTooLarge, "\"users\""},
      {R"({"op":"ping","x":")" + over(kMaxClientMessageBytes) + R"("})", Error::kTooLarge, "65536"},
  };
  return rows;
}

TEST(Codec, ClientRefusals) {
  Decoder decoder;
  for (const Refusal& row : client_refusals()) {
    const std::string shown = row.json.substr(0, 100);
    const auto event = as_client(decoder, row.json);
    ASSERT_TRUE(event.has_error()) << shown;
    EXPECT_EQ(error_name(event.error()), error_name(row.code))
        << shown << ": " << decoder.failure().detail;
    EXPECT_EQ(decoder.failure().code, event.error()) << shown;
    EXPECT_FALSE(decoder.failure().detail.empty()) << shown;
    EXPECT_THAT(decoder.failure().detail, testing::HasSubstr(row.detail_part)) << shown;
  }
}

TEST(Codec, ServerRefusals) {
  const std::vector<Refusal> rows{
      {R"({"op":"send","chat":1,"cmid":"c","body":"b"})", Error::kUnknownOp, ""},
      {R"({"op":"welcome","user":0,"time":1,"heartbeat_s":1,"chats":1})", Error::kBadField,
       "\"user\""},
      {R"({"op":"welcome","user":1,"time":-1,"heartbeat_s":1,"chats":1})", Error::kBadField,
       "\"time\""},
      {R"({"op":"welcome","user":1,"time":1,"heartbeat_s":4294967296,"chats":1})", Error::kBadField,
       "\"heartbeat_s\""},
      {R"({"op":"welcome","user":1,"time":1,"heartbeat_s":1,"chats":[]})", Error::kBadField,
       "\"chats\""},
      {R"({"op":"sent","chat":1,"cmid":"c","seq":0,"time":1})", Error::kBadField, "\"seq\""},
      {R"({"op":"message","chat":1,"seq":1,"cmid":"c","time":1,"body":"b"})", Error::kBadField,
       "\"from\""},
      {R"({"op":"receipt","chat":1,"user":1,"delivered":1})", Error::kBadField, "\"read\""},
      {R"({"op":"history","chat":1,"messages":3})", Error::kBadField, "\"messages\""},
      {R"({"op":"history","chat":1,"messages":[3]})", Error::kBadField, "\"messages\""},
      {R"({"op":"history","chat":1,"messages":[{"seq":0}]})", Error::kBadField,
       "messages: \"seq\""},
      {R"({"op":"history","messages":[]})", Error::kBadField, "\"chat\""},
      {R"({"op":"message","chat":1,"seq":1,"from":1,"cmid":"c","time":1,"body":""})",
       Error::kBadField, "\"body\""},
      {R"({"op":"trimmed","chat":1,"first":0})", Error::kBadField, "\"first\""},
      {R"({"op":"caught_up","messages":[],"chats":[]})", Error::kBadField, "\"messages\""},
      {R"({"op":"caught_up","messages":1,"chats":2})", Error::kBadField, "\"chats\""},
      {R"({"op":"caught_up","messages":1,"chats":[{"chat":1}]})", Error::kBadField,
       "chats: \"last\""},
      {R"({"op":"membership","chat":1,"member":1,"last":0})", Error::kBadField, "\"member\""},
      {R"({"op":"presence","user":1,"online":"yes","last_seen":0})", Error::kBadField,
       "\"online\""},
      {R"({"op":"typing","chat":1})", Error::kBadField, "\"user\""},
      {R"({"op":"pong"})", Error::kBadField, "\"time\""},
      {R"({"op":"error"})", Error::kBadField, "\"code\""},
      {R"({"op":"error","code":"internal","chat":0})", Error::kBadField, "\"chat\""},
      {R"({"op":"bye","code":"idle","resume":true})", Error::kBadField, "\"retry_ms\""},
  };
  Decoder decoder;
  for (const Refusal& row : rows) {
    const auto event = as_server(decoder, row.json);
    ASSERT_TRUE(event.has_error()) << row.json;
    EXPECT_EQ(error_name(event.error()), error_name(row.code)) << row.json;
    EXPECT_THAT(decoder.failure().detail, testing::HasSubstr(row.detail_part)) << row.json;
  }
}

TEST(Codec, FailureNamesWhatCouldBeRead) {
  Decoder decoder;
  ASSERT_TRUE(as_client(decoder, R"({"op":"send","chat":7,"cmid":"c1","body":5})").has_error());
  EXPECT_EQ(decoder.failure().chat, ChatId{7});
  EXPECT_EQ(decoder.failure().cmid, "c1");
  EXPECT_EQ(decoder.failure().detail, "send: \"body\" must be a string that is not empty");

  ASSERT_TRUE(as_client(decoder, R"({"op":"fetch","ref":"r1","limit":1})").has_error());
  EXPECT_EQ(decoder.failure().chat, ChatId{});
  EXPECT_EQ(decoder.failure().cmid, "");
  EXPECT_EQ(decoder.failure().ref, "r1");

  ASSERT_TRUE(as_client(decoder, R"({"op":"send","chat":7,"cmid":"c2",)").has_error());
  EXPECT_EQ(decoder.failure().code, Error::kBadJson);

  ASSERT_TRUE(as_client(decoder, R"({"op":"shout","chat":9,"cmid":"c3"})").has_error());
  EXPECT_EQ(decoder.failure().chat, ChatId{9});
  EXPECT_EQ(decoder.failure().cmid, "c3");
}

TEST(Codec, FailureDoesNotEchoWhatIsTooLong) {
  Decoder decoder;
  const std::string cmid(kMaxCmidBytes + 1, 'c');
  ASSERT_TRUE(as_client(decoder, encoded(Send{ChatId{7}, cmid, "b"})).has_error());
  EXPECT_EQ(decoder.failure().chat, ChatId{7});
  EXPECT_EQ(decoder.failure().cmid, "");
}

TEST(Codec, DecodesAfterAFailure) {
  Decoder decoder;
  ASSERT_TRUE(as_client(decoder, R"({"op":"presence","users":["x"]})").has_error());
  EXPECT_EQ(client<PresenceQuery>(decoder, R"({"op":"presence","users":[3]})").users.size(), 1U);
  ASSERT_TRUE(as_client(decoder, R"({"op":"send","chat":7,"cmid":"c1","body":"b"]})").has_error());
  ASSERT_TRUE(as_client(decoder, R"({"op":"send"})").has_error());
  EXPECT_EQ(decoder.failure().chat, ChatId{});
  EXPECT_EQ(decoder.failure().cmid, "");
}

// ---- Noise: whatever comes in, it is an event or a failure that is explained ----

std::vector<std::string> all_texts() {
  std::vector<std::string> texts;
  for (const ClientRow& row : client_rows()) texts.push_back(row.json);
  for (const ServerRow& row : server_rows()) texts.push_back(row.json);
  return texts;
}

/// What decodes must encode, and decode again to the same.
template <class Result>
void expect_sound(const Result& event, const Decoder& decoder, std::string_view text) {
  if (event.has_value()) {
    const std::string again = encoded(*event);
    Decoder other;
    const auto second = [&] {
      if constexpr (std::is_same_v<Result, boost::system::result<ClientEvent, Error>>) {
        return as_client(other, again);
      } else {
        return as_server(other, again);
      }
    }();
    ASSERT_TRUE(second.has_value()) << text << " became " << again;
    EXPECT_EQ(encoded(*second), again) << text;
  } else {
    EXPECT_FALSE(decoder.failure().detail.empty()) << text;
  }
}

/// Decodes from a buffer that ends right behind the padding, so that a sanitizer sees any step
/// beyond it.
void decode_exactly_padded(Decoder& decoder, const std::string& text) {
  std::vector<char> buffer(text.begin(), text.end());
  buffer.resize(text.size() + kDecodePadding, '"');
  buffer.shrink_to_fit();
  const std::string_view json(buffer.data(), text.size());
  const auto as_client_event = decoder.client_event(json);
  expect_sound(as_client_event, decoder, text);
  const auto as_server_event = decoder.server_event(json);
  expect_sound(as_server_event, decoder, text);
}

TEST(CodecNoise, EveryPrefixIsRefused) {
  Decoder decoder;
  for (const std::string& text : all_texts()) {
    for (std::size_t size = 0; size < text.size(); ++size) {
      const std::string prefix = text.substr(0, size);
      EXPECT_TRUE(as_client(decoder, prefix).has_error()) << prefix;
      EXPECT_TRUE(as_server(decoder, prefix).has_error()) << prefix;
      decode_exactly_padded(decoder, prefix);
    }
  }
}

TEST(CodecNoise, ChangedTextsAreHandled) {
  constexpr std::string_view kTelling = "{}[]\",:\\0919-+.eutfn \n\t\x01\xff\xc3";
  std::mt19937 random(2);
  const std::vector<std::string> texts = all_texts();
  Decoder decoder;
  for (int round = 0; round < 40000; ++round) {
    std::string text = texts[random() % texts.size()];
    const auto changes = random() % 4 + 1;
    for (unsigned i = 0; i < changes && !text.empty(); ++i) {
      const std::size_t at = random() % text.size();
      const char c =
          random() % 4 == 0 ? static_cast<char>(random()) : kTelling[random() % kTelling.size()];
      switch (random() % 4) {
        case 0:
          text[at] = c;
          break;
        case 1:
          text.insert(at, 1, c);
          break;
        case 2:
          text.erase(at, random() % 8 + 1);
          break;
        default:
          text.insert(at, text.substr(random() % text.size(), random() % 16));
      }
    }
    decode_exactly_padded(decoder, text);
  }
}

TEST(CodecNoise, RandomBytesAreHandled) {
  std::mt19937 random(3);
  Decoder decoder;
  for (int round = 0; round < 20000; ++round) {
    std::string text(random() % 200, '\0');
    for (char& c : text) c = static_cast<char>(random());
    decode_exactly_padded(decoder, text);
    decode_exactly_padded(decoder, "{\"op\":\"send\"," + text + "}");
  }
}

TEST(CodecNoise, DeepNestingIsHandled) {
  Decoder decoder;
  const std::size_t depth = kMaxClientMessageBytes / 2 - 100;
  const std::string deep = std::string(depth, '[') + std::string(depth, ']');
  client<Ping>(decoder, R"({"op":"ping","x":)" + deep + "}");
  EXPECT_TRUE(as_client(decoder, R"({"op":"presence","users":)" + deep + "}").has_error());
  EXPECT_TRUE(as_client(decoder, std::string(2 * depth, '[')).has_error());
  EXPECT_TRUE(
      as_client(decoder, R"({"op":"ping","users":)" + std::string(depth, '[') + "}").has_error());
}

}  // namespace
}  // namespace throng::protocol
