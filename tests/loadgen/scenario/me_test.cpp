#include "loadgen/scenario/me.hpp"

#include <gmock/gmock.h>

#include <map>
#include <string>
#include <vector>

#include "tests/loadgen/scenario/fake_world.hpp"

namespace throng::scenario {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

// Plays one user in a world that was prepared, and gives the log.
std::vector<std::string> play(FakeWorld& world, const std::string& body) {
  Script script{user_source(body), world, 1};
  world.play(script);
  return world.log;
}

// The mistake that a user with that body makes on its first line.
std::string mistake(const std::string& body) {
  const std::string message = error_of(user_source(body));
  EXPECT_THAT(message, StartsWith("people/test.lua:3: "));
  return message.substr(std::string_view{"people/test.lua:3: "}.size());
}

// ---- Waiting ----

TEST(Me, LoginGivesWhatWasCaughtUp) {
  EXPECT_THAT(log_of("local ok, n = me:login() me:send(4, n) assert(ok == true)"),
              ElementsAre("login due=0", "send chat=4 bytes=3 text= due=0.2"));
}

TEST(Me, LoginGivesTheError) {
  FakeWorld world{1};
  world.login_done = {"timeout", 0};
  EXPECT_THAT(play(world, "local ok, why = me:login() assert(ok == false) me:send(4, why)"),
              ElementsAre("login due=0", "send chat=4 bytes=7 text=timeout due=0.2"));
}

TEST(Me, LoginOfWhoIsOnlineIsDoneAtOnce) {
  EXPECT_THAT(log_of("me:login() local ok, n = me:login() assert(ok and n == 0 and me:online())"),
              ElementsAre("login due=0"));
}

TEST(Me, ThinkCountsFromNow) {
  FakeWorld world{1};
  world.timers_late = std::chrono::milliseconds{100};
  EXPECT_THAT(play(world, R"(
    me:think(2)      me:send(4, 1)
    me:think("500ms") me:send(4, 2)
    me:think(uniform(1, 1)) me:send(4, 3))"),
              ElementsAre("send chat=4 bytes=1 text= due=2", "send chat=4 bytes=2 text= due=2.6",
                          "send chat=4 bytes=3 text= due=3.7"));
}

TEST(Me, ThinkingForLessThanNothingIsNothing) {
  EXPECT_THAT(log_of("me:think(uniform(-5, -4)) me:send(4, 1)"),
              ElementsAre("send chat=4 bytes=1 text= due=0"));
}

TEST(Me, ThinkChecksTheTime) {
  const std::string expected =
      "me:think: the time must be a duration such as \"500ms\", or a number of seconds, not ";
  EXPECT_EQ(mistake("me:think(-1)"), expected + "-1");
  EXPECT_EQ(mistake("me:think()"), expected + "nil");
  EXPECT_EQ(mistake("me:think(1e300)"), expected + "1e+300");
  EXPECT_THAT(mistake("me:think(poisson(1))"), HasSubstr("not schedule"));
}

TEST(Me, WaitUntilIsOnTheRunsClock) {
  EXPECT_THAT(
      log_of("me:wait_until('10s') me:send(4, 1) me:wait_until(12.5) me:send(4, 2)"),
      ElementsAre("send chat=4 bytes=1 text= due=10", "send chat=4 bytes=2 text= due=12.5"));
}

TEST(Me, WhoWaitsForThePastIsLate) {
  EXPECT_THAT(log_of("me:think(5) me:wait_until(3) me:send(4, me:time())"),
              ElementsAre("send chat=4 bytes=5 text= due=3"));
}

TEST(Me, NobodyIsLateForWhatWasBeforeTheirStart) {
  FakeWorld world{1};
  Script script{user_source("me:wait_until(3) me:send(4, 1)"), world, 1};
  script.start(0, FakeWorld::kStart + std::chrono::seconds{8});
  world.go_on(script);
  EXPECT_THAT(world.log, ElementsAre("send chat=4 bytes=1 text= due=8"));
}

TEST(Me, EveryFollowsTheSchedule) {
  FakeWorld world{1};
  world.run_length = std::chrono::seconds{35};
  const auto log = play(world, R"(
    me:think(1)
    for n in me:every("10s") do me:send(4, n) end
    me:logout())");
  ASSERT_THAT(log, testing::SizeIs(testing::AllOf(testing::Ge(4u), testing::Le(5u))));
  EXPECT_EQ(log.back(), "logout");
  // The first at a random place in a gap, the others a gap apart.
  std::vector<double> dues;
  for (std::size_t i = 0; i + 1 < log.size(); ++i) {
    EXPECT_THAT(log[i], StartsWith(fmt::format("send chat=4 bytes={}", i + 1)));
    dues.push_back(std::stod(log[i].substr(log[i].find("due=") + 4)));
  }
  EXPECT_GE(dues[0], 1);
  EXPECT_LT(dues[0], 11);
  for (std::size_t i = 1; i < dues.size(); ++i) EXPECT_NEAR(dues[i] - dues[i - 1], 10, 1e-6);
}

TEST(Me, TheLoopEndsWithTheRun) {
  EXPECT_THAT(log_of("for _ in me:every('1d') do me:send(4, 1) end me:send(4, me:time())"),
              ElementsAre("send chat=4 bytes=60 text= due=60"));
}

TEST(Me, LateTurnsRunAtOnceWithTheirOwnDueTime) {
  FakeWorld world{1};
  world.run_length = std::chrono::seconds{30};
  world.reply_takes = std::chrono::seconds{7};
  const auto log = play(world, R"(
    for n in me:every("2s") do
      if n == 2 then me:sent() end
      me:send(4, math.floor(me:time() * 100))
      me:send(7, n)
    end)");
  std::vector<double> dues;
  std::vector<std::string> times;
  for (std::size_t i = 0; i < log.size(); i += 2) {
    dues.push_back(std::stod(log[i].substr(log[i].find("due=") + 4)));
    times.push_back(log[i].substr(0, log[i].find(" text")));
  }
  ASSERT_GE(dues.size(), 6u);
  // The second turn's reply took 7 s and moved its due time; turns 3 to 5 had become due meanwhile.
  EXPECT_NEAR(dues[1] - dues[0], 9, 1e-6);
  for (std::size_t n = 3; n <= 5; ++n) {
    EXPECT_NEAR(dues[n - 1] - dues[0], 2.0 * static_cast<double>(n - 1), 1e-6);
    EXPECT_EQ(times[n - 1], times[1]);
  }
  EXPECT_NE(times[5], times[1]);
}

// Due times must not depend on what the script draws between them.
TEST(Me, DrawsOfTheScriptDontMoveTheSchedule) {
  const std::string loop = "for n in me:every(poisson(5)) do me:send(4, n) ";
  EXPECT_EQ(log_of(loop + "end"), log_of(loop + "me:random() me:friend() end"));
}

TEST(Me, EveryChecksTheSchedule) {
  EXPECT_EQ(mistake("for _ in me:every(0) do end"),
            "me:every: the gap must be a duration above 0 such as \"20s\", or a number of seconds, "
            "not 0");
  EXPECT_THAT(mistake("for _ in me:every(uniform(1, 2)) do end"), HasSubstr("not distribution"));
  EXPECT_THAT(mistake("local step = me:every(1) step({}, 0)"), HasSubstr("every expected"));
}

TEST(Me, SentWaitsForTheAcknowledgements) {
  EXPECT_THAT(log_of("assert(me:sent() == true) me:send(4, 1)"),
              ElementsAre("send chat=4 bytes=1 text= due=0.05"));
  FakeWorld world{1};
  world.sends_done = {"not_a_member"};
  EXPECT_THAT(play(world, "local ok, why = me:sent() assert(ok == false) me:send(4, why)"),
              ElementsAre("send chat=4 bytes=12 text=not_a_member due=0.05"));
}

TEST(Me, FetchGivesPages) {
  EXPECT_THAT(log_of(R"(
    local n, next = me:fetch(7)
    me:fetch(4, { limit = n, token = next }))"),
              ElementsAre("fetch chat=7 token= limit=50 due=0",
                          "fetch chat=4 token=older limit=20 due=0.05"));
}

TEST(Me, FetchOfTheOldestPageGivesNoToken) {
  FakeWorld world{1};
  world.fetch_done = {"", 5, ""};
  play(world, "local n, next = me:fetch(4) assert(n == 5 and next == nil)");
}

TEST(Me, FetchGivesTheError) {
  FakeWorld world{1};
  world.fetch_done = {"closed", 0, ""};
  play(world, "local n, why = me:fetch(4) assert(n == nil and why == 'closed')");
}

TEST(Me, FetchChecksThePage) {
  EXPECT_EQ(mistake("me:fetch(4, { limit = 201 })"),
            "me:fetch: limit must be a whole number from 1 to 200, not 201");
  EXPECT_EQ(mistake("me:fetch(4, { size = 1 })"),
            "me:fetch: unknown key 'size'; known keys: limit, token");
  EXPECT_EQ(mistake("me:fetch(4, { token = 5 })"),
            "me:fetch: token must be the second result of the fetch before, not 5");
  EXPECT_EQ(mistake("me:fetch(4, 20)"),
            "me:fetch: the page must be a table { limit =, token = }, not 20");
}

TEST(Me, PresenceCountsWhoIsOnline) {
  EXPECT_THAT(log_of(R"(
    local online, asked = me:presence({ 1, me.number, me.users })
    assert(online == 2 and asked == 3))"),
              ElementsAre("presence 1,101,1000 due=0"));
  FakeWorld world{1};
  world.presence_done = {"timeout", 0, 0};
  play(world, "local n, why = me:presence({ 1 }) assert(n == nil and why == 'timeout')");
}

TEST(Me, PresenceChecksTheUsers) {
  EXPECT_EQ(mistake("me:presence(5)"),
            "me:presence: the users must be a list of their numbers, not 5");
  EXPECT_EQ(mistake("me:presence({ 1001 })"),
            "me:presence: a user must be a whole number from 1 to 1000, not 1001");
  EXPECT_EQ(mistake("local all = {} for i = 1, 101 do all[i] = i end me:presence(all)"),
            "me:presence: at most 100 users, not 101");
}

TEST(Me, UploadGivesTheNameOfTheAsset) {
  EXPECT_THAT(log_of(R"(
    local asset = me:upload("1k", "image/png")
    assert(asset == string.rep("a", 64))
    assert(me:download(asset) == 1000))"),
              ElementsAre("upload bytes=1000 type=image/png due=0",
                          "download asset=" + std::string(64, 'a') + " due=0.05"));
  FakeWorld world{1};
  world.upload_done = {"no_room", ""};
  world.download_done = {"no_such_asset", 0};
  play(world, R"(local asset, why = me:upload(1) assert(asset == nil and why == "no_room")
    local bytes, what = me:download(string.rep("b", 64))
    assert(bytes == nil and what == "no_such_asset"))");
  EXPECT_EQ(mistake("me:upload(0)"), "me:upload: bytes must be from 1 to 67108864, not 0");
  EXPECT_EQ(mistake("me:download(5)"),
            "me:download: the asset must be what me:upload or message.asset gives, not 5");
}

TEST(Me, ChangesWhoIsInAChatAndItsName) {
  EXPECT_THAT(
      log_of(R"(
    assert(me:add(7, 103))
    assert(me:remove(7, 110))
    assert(me:leave(7))
    assert(me:rename(7, "lunch")))"),
      ElementsAre("add chat=7 user=103 name= due=0", "remove chat=7 user=110 name= due=0.05",
                  "remove chat=7 user=101 name= due=0.1",
                  "rename chat=7 user=0 name=lunch due=0.15"));
  FakeWorld world{1};
  world.chat_change_done = {"forbidden"};
  play(world, R"(local ok, why = me:leave(7) assert(ok == false and why == "forbidden"))");
  EXPECT_EQ(mistake("me:add(7, 104)"),
            "me:add: the user must be one whom the plan has in that chat, as me:other(chat) gives, "
            "not 104");
  EXPECT_EQ(mistake("me:rename(7, nil)"), "me:rename: the name must be a text, not nil");
}

TEST(Me, KnowsWhetherItIsInAChatAndWhoElseMayBe) {
  log_of("assert(me:joined(7) and not me:joined(4))");
  log_of(R"(local seen = {}
    for _ = 1, 100 do seen[me:other(7)] = true end
    assert(seen[102] and seen[103] and seen[110] and not seen[101]))");
}

TEST(Me, NothingWaitsInsideASort) {
  EXPECT_EQ(mistake("table.sort({ 2, 1 }, function(a, b) me:think(1) return a < b end)"),
            "me:think can't wait inside a function that table.sort or string.gsub calls");
}

// ---- Acting ----

TEST(Me, SendTakesBytesTextOrBoth) {
  EXPECT_THAT(
      log_of(R"(
    assert(me:send(4, 99.6) == true)
    me:send(7, "hello")
    me:send(4, { bytes = 50, text = "hi" })
    me:send(4, { text = "longer" })
    me:send(4, {}))"),
      ElementsAre("send chat=4 bytes=100 text= due=0", "send chat=7 bytes=5 text=hello due=0",
                  "send chat=4 bytes=50 text=hi due=0", "send chat=4 bytes=6 text=longer due=0",
                  "send chat=4 bytes=0 text= due=0"));
}

TEST(Me, SendCarriesAnAsset) {
  EXPECT_THAT(log_of("me:send(4, { bytes = 5, asset = string.rep('a', 64) })"),
              ElementsAre("send chat=4 bytes=5 text= asset=" + std::string(64, 'a') + " due=0"));
  EXPECT_EQ(mistake("me:send(4, { asset = 'a' })"),
            "me:send: the asset must be what me:upload or message.asset gives, not \"a\"");
}

TEST(Me, SendSaysWhyNot) {
  FakeWorld world{1};
  world.send_refused = "queue_full";
  play(world, "local ok, why = me:send(4, 1) assert(ok == false and why == 'queue_full')");
}

TEST(Me, SendChecksTheBody) {
  EXPECT_EQ(mistake("me:send(4)"),
            "me:send: the body must be a number of bytes, a text, or { bytes =, text =, asset = }, "
            "not nil");
  EXPECT_EQ(mistake("me:send(4, 16385)"), "me:send: bytes must be from 0 to 16384, not 16385");
  EXPECT_EQ(mistake("me:send(4, -1)"), "me:send: bytes must be from 0 to 16384, not -1");
  EXPECT_EQ(mistake("me:send(4, { text = 5 })"), "me:send: text must be a text, not 5");
  EXPECT_EQ(mistake("me:send(4, { size = 5 })"),
            "me:send: unknown key 'size'; known keys: asset, bytes, text");
  EXPECT_EQ(mistake("me:send(4, string.rep('x', 16385))"),
            "me:send: the text must be at most 16384 bytes");
}

TEST(Me, ChatsAreChecked) {
  EXPECT_EQ(mistake("me:send(nil, 1)"),
            "me:send: no chat (me:friend() and me:group() give nil to who has none)");
  EXPECT_EQ(mistake("me:read(5)"), "me:read: 5 is not one of me:chats()");
  EXPECT_EQ(mistake("me:typing({})"), "me:typing: the chat must be one of me:chats(), not a table");
}

TEST(Me, ActsAtOnce) {
  EXPECT_THAT(log_of("me:read(4) me:typing(7) me:activity('opened') me:logout() me:drop()"),
              ElementsAre("read chat=4", "typing chat=7", "activity opened", "logout", "drop"));
  EXPECT_EQ(mistake("me:activity('slept')"),
            "me:activity: the kind must be connected, opened, typed or closed, not \"slept\"");
}

TEST(Me, SaysSomethingOfAnEarlierMessage) {
  EXPECT_THAT(
      log_of("me:reply(4, 9, 'yes') me:react(7, 3, '+1') me:edit(4, 50) me:delete(7)"),
      ElementsAre("text chat=4 re=9 bytes=3 text=yes", "reaction chat=7 re=3 bytes=2 text=+1",
                  "edit chat=4 re=0 bytes=50 text=", "delete chat=7 re=0 bytes=0 text="));
  FakeWorld world{1};
  world.send_refused = "no_message";
  play(world, "local ok, why = me:edit(4, 1) assert(ok == false and why == 'no_message')");
  EXPECT_EQ(mistake("me:reply(4, 0, 'x')"),
            "me:reply: the message must be the seq of one, as message.seq is, not 0");
  EXPECT_EQ(mistake("me:react(4, 1)"), "me:react: text must be a text, not nil");
  EXPECT_EQ(mistake("me:edit(4)"),
            "me:edit: the body must be a number of bytes, a text, or { bytes =, text =, asset = }, "
            "not nil");
}

TEST(Me, OpensAndFreezes) {
  EXPECT_THAT(log_of("me:open(4) me:close(7) me:freeze() me:thaw()"),
              ElementsAre("activity opened chat=4", "activity closed chat=7", "freeze", "thaw"));
  EXPECT_EQ(mistake("me:open(5)"), "me:open: 5 is not one of me:chats()");
}

TEST(Me, TimedCountsFromTheDueTime) {
  FakeWorld world{1};
  world.timers_late = std::chrono::milliseconds{500};
  EXPECT_THAT(play(world, R"(
    local function visit(who, chat, n)
      assert(who == me and chat == 4 and n == 20)
      me:fetch(chat)
      return "a", nil, "c"
    end
    me:think(2)
    local a, b, c = me:timed("visit", visit, 4, 20)
    assert(a == "a" and b == nil and c == "c"))"),
              ElementsAre("fetch chat=4 token= limit=50 due=2", "record visit 0.55"));
}

TEST(Me, TimedFunctionsNest) {
  EXPECT_THAT(log_of(R"(
    me:timed("outer", function()
      me:think(1)
      me:timed("inner", function() me:think(2) end)
    end))"),
              ElementsAre("record inner 2", "record outer 3"));
}

TEST(Me, TimedChecksNameAndFunction) {
  EXPECT_EQ(mistake("me:timed('My visit', print)"),
            "me:timed: the name must be a word of a-z, 0-9 and _, not \"My visit\"");
  EXPECT_EQ(mistake("me:timed('send', print)"),
            "me:timed: 'send' is measured anyway: use another name");
  EXPECT_EQ(mistake("me:timed('visit')"), "me:timed: what is timed must be a function, not nil");
}

// ---- Asking ----

TEST(Me, KnowsItsChats) {
  EXPECT_EQ(error_of(user_source(R"(
    assert(me:friend() == 4 and me:group() == 7)
    local chats = me:chats()
    assert(#chats == 2 and chats[1] == 4 and chats[2] == 7)
    assert(me:members(4) == 2 and me:members(7) == 12 and me:unread(7) == 8))")),
            "");
}

TEST(Me, WhoHasNoFriendGetsNil) {
  FakeWorld world{1};
  world.people[0].chats.clear();
  play(world, "assert(me:friend() == nil and me:group() == nil and #me:chats() == 0)");
}

TEST(Me, FriendsAreEquallyLikely) {
  FakeWorld world{1};
  world.people[0].chats = {{1, ChatKind::kFriend, 2},
                           {2, ChatKind::kGroup, 9},
                           {3, ChatKind::kFriend, 2},
                           {5, ChatKind::kFriend, 2}};
  const auto log = play(world, "for _ = 1, 3000 do me:typing(me:friend()) end");
  std::map<std::string, int> times;
  for (const auto& line : log) ++times[line];
  EXPECT_THAT(times, testing::SizeIs(3));
  for (const auto& [line, count] : times) EXPECT_NEAR(count, 1000, 120) << line;
}

TEST(Me, KnowsWhoAndWhenItIs) {
  EXPECT_EQ(error_of(user_source(R"(
    assert(me.number == 101 and me.users == 1000 and tostring(me) == "user 101")
    assert(me:time() == 0 and not me:online())
    me:think("1.5s")
    assert(me:time() == 1.5))")),
            "");
}

TEST(Me, DrawsFromItsOwnGenerator) {
  EXPECT_EQ(error_of(user_source(R"(
    for _ = 1, 1000 do
      local x, n, m = me:random(), me:random(6), me:random(-2, 2)
      assert(x >= 0 and x < 1 and n >= 1 and n <= 6 and m >= -2 and m <= 2)
      assert(math.type(n) == "integer")
      assert(me:sample(uniform(3, 4)) >= 3 and me:sample("2s") == 2)
    end
    assert(me:random(math.mininteger, math.maxinteger) ~= me:random(math.mininteger, math.maxinteger))
    assert(me:chance(1) and not me:chance(0)))")),
            "");
  EXPECT_EQ(mistake("me:random(0)"), "me:random: nothing between 1 and 0");
  EXPECT_EQ(mistake("me:chance(2)"), "me:chance: the probability must be from 0 to 1, not 2");
  EXPECT_THAT(mistake("me:sample({})"), HasSubstr("not table"));
}

TEST(Me, MathRandomDrawsFromTheSameGenerator) {
  FakeWorld world{1, 7};
  pacing::Random random{7, 1};
  const auto expected = random.below(1000) + 1;
  EXPECT_THAT(play(world, "me:send(4, math.random(1000))"),
              ElementsAre(fmt::format("send chat=4 bytes={} text= due=0", expected)));
  EXPECT_EQ(error_of(source_of("local x = math.random()")),
            "people/test.lua:1: math.random: only users draw, and nobody plays while the script "
            "loads");
  EXPECT_EQ(mistake("math.randomseed(5)"),
            "math.randomseed isn't available: the run has one seed, given by --seed");
}

// ---- me itself ----

TEST(Me, MistakesWithMeAreNamed) {
  EXPECT_EQ(mistake("me:sned(4, 1)"), "me has no 'sned'");
  EXPECT_EQ(mistake("local x = me[5]"), "me has no '5'");
  EXPECT_EQ(mistake("me.mood = 'good'"), "me can't be assigned to: keep it in a local variable");
  EXPECT_EQ(mistake("me.send(4, 1)"), "me:send is to be called on me, with a colon: me:…");
  EXPECT_EQ(mistake("me.think('1s')"), "me:think is to be called on me, with a colon: me:…");
}

TEST(Me, EveryoneActsOnlyForThemselves) {
  FakeWorld world{2};
  Script script{source_of("scenario { users = 2, duration = 60 }\nlocal first\n"
                          "function user(me)\nfirst = first or me\nfirst:typing(4) end"),
                world, 2};
  script.start(0, world.now());
  try {
    script.start(1, world.now());
    FAIL() << "no error";
  } catch (const ScriptError& error) {
    EXPECT_STREQ(error.what(),
                 "people/test.lua:5: me:typing on another user: everyone can act only for "
                 "themselves");
  }
}

TEST(Me, ExceptionsOfActionsBecomeErrorsOfTheScript) {
  struct Broken : FakeWorld {
    using FakeWorld::FakeWorld;
    void read(LocalUser, ChatIndex) override { throw std::runtime_error{"out of paper"}; }
  } world{1};
  Script script{user_source("me:read(4)"), world, 1};
  try {
    world.play(script);
    FAIL() << "no error";
  } catch (const ScriptError& error) {
    EXPECT_STREQ(error.what(), "people/test.lua:3: out of paper");
  }
}

}  // namespace
}  // namespace throng::scenario
