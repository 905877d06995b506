#include "loadgen/scenario/interpreter.hpp"

#include <gmock/gmock.h>

#include <string>

#include "tests/loadgen/scenario/fake_world.hpp"

namespace throng::scenario {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST(Interpreter, ErrorsStandWhereTheyHappened) {
  EXPECT_EQ(error_of(source_of("local x = \n\n= 5")),
            "people/test.lua:3: unexpected symbol near '='");
  EXPECT_EQ(error_of(user_source("local nothing\nnothing.x = 1")),
            "people/test.lua:4: attempt to index a nil value (local 'nothing')");
  EXPECT_EQ(error_of(user_source("me:think(1)\nerror('after a wait')")),
            "people/test.lua:4: after a wait");
}

TEST(Interpreter, ErrorsWithoutAPlaceGetOne) {
  EXPECT_EQ(error_of(user_source("\nerror('bare', 0)")), "people/test.lua:4: bare");
  EXPECT_EQ(error_of(user_source("error({})")),
            "people/test.lua:3: error() was called with a table, not with a message");
  EXPECT_EQ(error_of(source_of("\nerror('bare', 0)")), "people/test.lua:2: bare");
}

TEST(Interpreter, LongPathsAreWrittenInFull) {
  Source source = user_source("error('here')");
  source.path = "/home/somebody/" + std::string(100, 'x') + "/test.lua";
  EXPECT_EQ(error_of(source), source.path + ":3: here");
  source.text = "= 5";
  EXPECT_THAT(error_of(source), StartsWith(source.path + ":1: unexpected symbol"));
}

TEST(Interpreter, EndlessLoopsAreFound) {
  const std::string message = ": endless loop: 50 million instructions without waiting";
  EXPECT_EQ(error_of(user_source("me:think(1)\nwhile true do end")), "people/test.lua:4" + message);
  EXPECT_EQ(error_of(source_of("while true do end")), "people/test.lua:1" + message);
}

TEST(Interpreter, TheGuardCountsEachTurnAnew) {
  // 60 million instructions in all, in six turns.
  const std::string body = "for _ = 1, 6 do for _ = 1, 10000000 do end me:think(1) end";
  FakeWorld world{1};
  Script script{user_source(body), world, 1};
  world.play(script);
  EXPECT_TRUE(script.finished(0));
}

TEST(Interpreter, EndlessActingIsFound) {
  EXPECT_EQ(error_of(user_source("while true do me:typing(4) end")),
            "people/test.lua:3: endless loop: 100000 actions without waiting");
}

TEST(Interpreter, EndlessWaitingForThePastIsFound) {
  EXPECT_EQ(error_of(user_source("while true do\nme:wait_until(0)\nend")),
            "people/test.lua:4: endless loop: 1000000 waits that were over at once");
}

TEST(Interpreter, DangerousLibrariesAreGone) {
  for (const std::string name :
       {"io", "os", "package", "require", "debug", "load", "loadfile", "dofile", "loadstring",
        "pcall", "xpcall", "collectgarbage", "coroutine", "_G"}) {
    EXPECT_EQ(error_of(user_source("local x = " + name)),
              "people/test.lua:3: '" + name + "' isn't available in a scenario");
  }
}

TEST(Interpreter, BinaryChunksAreRefused) {
  EXPECT_THAT(error_of(source_of("\x1bLua")), HasSubstr("attempt to load a binary chunk"));
}

TEST(Interpreter, TheSafeLibrariesAreThere) {
  EXPECT_EQ(error_of(user_source(R"(
    assert(string.rep("ab", 2) == "abab" and ("x"):upper() == "X" and #utf8.char(233) == 2)
    assert(table.concat({1, 2}, ",") == "1,2" and math.floor(2.5) == 2)
    assert(select("#", next({}), ipairs({}), tonumber("3")) >= 3 and type(tostring(1)) == "string")
  )")),
            "");
}

TEST(Interpreter, PrintGoesToTheErrorStream) {
  testing::internal::CaptureStderr();
  EXPECT_EQ(error_of(user_source("print('hello', 5, nil, me)")), "");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "hello\t5\tnil\tuser 101\n");
}

TEST(Interpreter, GlobalsCantBeAssignedByUsers) {
  EXPECT_EQ(error_of(user_source("chat = me:friend()")),
            "people/test.lua:3: assigning the global 'chat': all users would share it; say 'local "
            "chat'");
  EXPECT_EQ(error_of(user_source("assert(nothing == nil)")), "");
  EXPECT_EQ(error_of(source_of("count = 5\nscenario { users = 1, duration = 1 }\n"
                               "function user(me) assert(count == 5) end")),
            "");
}

}  // namespace
}  // namespace throng::scenario
