#include "loadgen/scenario/script.hpp"

#include <gmock/gmock.h>

#include <string>

#include "tests/loadgen/scenario/fake_world.hpp"

namespace throng::scenario {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Source listening_source(const std::string& body) {
  return source_of("scenario { users = 2, duration = 60 }\nfunction user(me) me:think(5) " +
                   std::string{"me:send(4, 1) end\nfunction on_message(me, message)\n"} + body +
                   "\nend\n");
}

std::string hearing_error(const std::string& body) {
  FakeWorld world{2};
  Script script{listening_source(body), world, 2};
  try {
    script.on_message(1, {4, 900, 17, "hello"});
  } catch (const ScriptError& error) {
    return error.what();
  }
  return "";
}

TEST(Script, RunsAUserUntilItEnds) {
  FakeWorld world{2};
  Script script{user_source("me:think(me.number - 100)"), world, 2};
  EXPECT_FALSE(script.finished(0));
  script.start(0, world.now());
  script.start(1, world.now());
  EXPECT_FALSE(script.finished(0));
  script.resume(0, TimeReached{});
  EXPECT_TRUE(script.finished(0));
  EXPECT_FALSE(script.finished(1));
  script.resume(1, TimeReached{});
  EXPECT_TRUE(script.finished(1));
}

TEST(Script, StampsWithTheDueTimeOfTheStart) {
  FakeWorld world{1};
  Script script{user_source("me:login() me:send(4, 1)"), world, 1};
  script.start(0, FakeWorld::kStart - std::chrono::milliseconds{250});
  world.go_on(script);
  EXPECT_THAT(world.log, ElementsAre("login due=-0.25", "send chat=4 bytes=1 text= due=0.2"));
}

TEST(Script, AStoppedUserStaysStopped) {
  FakeWorld world{1};
  Script script{user_source("me:think(1) me:send(4, 1)"), world, 1};
  script.start(0, world.now());
  script.stop(0);
  EXPECT_TRUE(script.finished(0));
  script.stop(0);
  world.go_on(script);
  EXPECT_THAT(world.log, IsEmpty());
}

TEST(Script, AUserCanBeStoppedFromInsideItsOwnAction) {
  struct Stopping : FakeWorld {
    using FakeWorld::FakeWorld;
    Script* script = nullptr;
    void logout(LocalUser user) override { script->stop(user); }
  } world{1};
  Script script{user_source("me:logout() me:think(1) me:send(4, 1)"), world, 1};
  world.script = &script;
  world.play(script);
  EXPECT_TRUE(script.finished(0));
  EXPECT_THAT(world.log, IsEmpty());
}

TEST(Script, AUserThatEndedCanStartAnew) {
  FakeWorld world{1};
  Script script{user_source("me:send(4, 1)"), world, 1};
  script.start(0, world.now());
  script.start(0, world.now());
  EXPECT_EQ(world.log.size(), 2u);
}

TEST(Script, RefusesWhatAWorkerMustNotDo) {
  FakeWorld world{1};
  Script script{user_source("me:think(1)"), world, 1};
  script.start(0, world.now());
  EXPECT_THROW(script.start(0, world.now()), std::logic_error);
  EXPECT_THROW(script.resume(0, LoginDone{}), std::logic_error);
}

TEST(Script, ResumesOnlyFromOutside) {
  struct Eager : FakeWorld {
    using FakeWorld::FakeWorld;
    Script* script = nullptr;
    void typing(LocalUser user, ChatIndex) override { script->resume(user, TimeReached{}); }
  } world{1};
  Script script{user_source("me:typing(4)"), world, 1};
  world.script = &script;
  try {
    world.play(script);
    FAIL() << "no error";
  } catch (const ScriptError& error) {
    EXPECT_STREQ(error.what(), "people/test.lua:3: scenario: called from inside an action");
  }
}

// ---- on_message ----

TEST(Script, HandsMessagesOver) {
  FakeWorld world{2};
  Script script{listening_source(R"(
    me:send(message.chat, message.text .. message.from .. "/" .. message.seq .. "/" .. me.number ..
            "/" .. message.kind))"),
                world, 2};
  EXPECT_TRUE(script.wants_messages());
  script.on_message(1, {4, 900, 17, "hello", protocol::MessageKind::kEdit});
  EXPECT_THAT(world.log, ElementsAre("send chat=4 bytes=20 text=hello900/17/102/edit due=0"));
}

TEST(Script, KnowsWhetherMessagesAreWanted) {
  FakeWorld world{1};
  EXPECT_FALSE((Script{user_source(""), world, 1}.wants_messages()));
}

// A reaction is due when the message comes, whatever the user waits for meanwhile.
TEST(Script, AReactionDoesntMoveTheUsersOwnDueTime) {
  FakeWorld world{1};
  Script script{listening_source("me:send(7, 2)"), world, 1};
  script.start(0, world.now());
  script.on_message(0, {4, 900, 1, ""});
  world.go_on(script);
  script.on_message(0, {4, 900, 2, ""});
  EXPECT_THAT(world.log,
              ElementsAre("send chat=7 bytes=2 text= due=0", "send chat=4 bytes=1 text= due=5",
                          "send chat=7 bytes=2 text= due=5"));
}

TEST(Script, OnMessageCantWait) {
  EXPECT_EQ(hearing_error("me:think(1)"),
            "people/test.lua:4: me:think waits, and on_message can't");
  EXPECT_EQ(hearing_error("for _ in me:every(1) do end"),
            "people/test.lua:4: me:every waits, and on_message can't");
  EXPECT_EQ(hearing_error("me:timed('x', function()\nme:sent() end)"),
            "people/test.lua:5: me:sent waits, and on_message can't");
}

TEST(Script, ErrorsInOnMessageHaveTheirPlace) {
  EXPECT_EQ(hearing_error("error('no', 0)"), "people/test.lua:4: no");
  EXPECT_EQ(hearing_error("local x = message.body"), "people/test.lua:4: message has no 'body'");
  EXPECT_EQ(hearing_error("while true do end"),
            "people/test.lua:4: endless loop: 50 million instructions without waiting");
}

TEST(Script, MessagesDontOutliveOnMessage) {
  FakeWorld world{1};
  Script script{source_of("scenario { users = 1, duration = 60 }\nlocal kept\n"
                          "function user(me) me:think(1)\nkept = kept.text end\n"
                          "function on_message(me, message) kept = message end"),
                world, 1};
  script.start(0, world.now());
  script.on_message(0, {4, 900, 1, ""});
  try {
    world.go_on(script);
    FAIL() << "no error";
  } catch (const ScriptError& error) {
    EXPECT_STREQ(error.what(),
                 "people/test.lua:4: a message is there only while on_message runs: copy what you "
                 "need");
  }
}

// ---- Determinism and cost ----

constexpr const char* kBusy = R"(
  me:login()
  for n in me:every(poisson("2s")) do
    me:send(me:chance(0.5) and me:friend() or me:group(), me:random(500))
    if me:chance(0.2) then me:sent() me:think(exponential("1s")) end
  end)";

std::vector<std::string> busy_log(std::uint64_t seed) {
  FakeWorld world{20, seed};
  Script script{user_source(kBusy), world, 20};
  world.play(script);
  return world.log;
}

TEST(Script, TheSameSeedGivesTheSameRun) {
  EXPECT_GT(busy_log(1).size(), 300u);
  EXPECT_EQ(busy_log(1), busy_log(1));
  EXPECT_NE(busy_log(1), busy_log(2));
}

constexpr std::size_t kMany = 10'000;

// Bytes a user while all wait in the body.
double bytes_per_user(const std::string& text) {
  FakeWorld world{kMany};
  Script script{source_of(text), world, kMany};
  const std::size_t before = script.memory_bytes();
  for (LocalUser user = 0; user < kMany; ++user) script.start(user, world.now());
  EXPECT_EQ(world.waiting(), kMany);
  return static_cast<double>(script.memory_bytes() - before) / kMany;
}

TEST(Script, AWaitingUserCostsLittle) {
  const std::string head = "scenario { users = 1, duration = 60 } ";
  const double thinking = bytes_per_user(head + "function user(me) me:think(1) end");
  const double looping = bytes_per_user(head +
                                        "local rhythm = poisson(5) function user(me) "
                                        "for n in me:every(rhythm) do me:send(4, n) end end");
  RecordProperty("bytes_thinking", std::to_string(thinking));
  RecordProperty("bytes_in_every", std::to_string(looping));
  EXPECT_LE(thinking, 1300);
  EXPECT_LE(looping, 2000);
}

TEST(Script, SendingInALoopMakesNoGarbage) {
  FakeWorld world{1};
  world.run_length = std::chrono::hours{1};
  Script script{user_source("for n in me:every(1) do me:send(me:friend(), 100) me:think(0.1) end"),
                world, 1};
  script.start(0, world.now());
  world.go_on(script, world.now() + std::chrono::seconds{10});
  const std::size_t before = script.memory_bytes();
  world.go_on(script, world.now() + std::chrono::seconds{1000});
  EXPECT_GT(world.log.size(), 1000u);
  EXPECT_EQ(script.memory_bytes(), before);
}

TEST(Script, CoroutinesThatEndedAreReleased) {
  FakeWorld world{1};
  Script script{user_source("local held = string.rep('x', 1000)"), world, 1};
  const auto start_and_collect = [&](int times) {
    for (int i = 0; i < times; ++i) {
      script.start(0, world.now());
      if (script.garbage_due()) script.collect_garbage();
    }
  };
  start_and_collect(1000);
  const std::size_t before = script.memory_bytes();
  start_and_collect(20'000);
  EXPECT_LT(script.memory_bytes(), before + 2'000'000);
}

TEST(Script, GarbageIsLeftToTheWorker) {
  FakeWorld world{1};
  Script script{user_source("local held = string.rep('x', 1000)"), world, 1};
  script.collect_garbage();
  EXPECT_FALSE(script.garbage_due());
  while (!script.garbage_due()) script.start(0, world.now());
  const std::size_t before = script.memory_bytes();
  script.start(0, world.now());
  EXPECT_GT(script.memory_bytes(), before);
}

TEST(Script, ATurnThatAllocatesVeryMuchCollectsItself) {
  FakeWorld world{1};
  Script script{user_source("for i = 1, 1000 do local held = string.rep('x', 1000000) .. i end"),
                world, 1};
  script.start(0, world.now());
  EXPECT_LT(script.memory_bytes(), 200'000'000u) << "of the two gigabytes that it allocated";
  EXPECT_TRUE(script.finished(0));
}

}  // namespace
}  // namespace throng::scenario
