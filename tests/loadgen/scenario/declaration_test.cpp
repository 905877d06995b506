#include "loadgen/scenario/declaration.hpp"

#include <gmock/gmock.h>

#include <map>
#include <string>

#include "tests/loadgen/scenario/fake_world.hpp"

namespace throng::scenario {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;
using Args = std::map<std::string, std::string>;

constexpr const char* kUser = "\nfunction user(me) end\n";

Plan plan_of(const std::string& text, const Args& args = {}) {
  return load_plan(source_of(text + kUser, args));
}

// What is said about `scenario { users = 10, duration = 30, <more> }`, which begins on line 2.
std::string mistake(const std::string& more, const Args& args = {}) {
  try {
    plan_of("-- A mistake.\nscenario { users = 10, duration = 30, " + more + " }", args);
  } catch (const ScriptError& error) {
    return error.what();
  }
  return "";
}

std::string load_error(const std::string& text, const Args& args = {}) {
  try {
    load_plan(source_of(text, args));
  } catch (const ScriptError& error) {
    return error.what();
  }
  return "";
}

TEST(Declaration, GivesThePlan) {
  const Plan plan = plan_of(R"(-- What it shows.
    scenario {
      users = "10k", duration = "1m 30s", ramp = 2.5,
      friends = { per_user = 3 },
      groups = { per_user = 1.5, size = uniform(5, 15) },
      reading = { chance = 0.9, after = lognormal { median = "2s", p95 = "10s" } },
      thresholds = { "deliver.p99 < 500ms", "login.errors == 0" },
    })");
  EXPECT_EQ(plan.title, "What it shows.");
  EXPECT_EQ(plan.users, 10'000u);
  EXPECT_EQ(plan.duration, std::chrono::seconds{90});
  EXPECT_EQ(plan.ramp, std::chrono::milliseconds{2500});
  EXPECT_DOUBLE_EQ(plan.friends.per_user.mean(), 3);
  EXPECT_DOUBLE_EQ(plan.groups.per_user, 1.5);
  EXPECT_DOUBLE_EQ(plan.groups.size.mean(), 10);
  EXPECT_DOUBLE_EQ(plan.reading.chance, 0.9);
  EXPECT_THAT(plan.reading.after.describe(), HasSubstr("lognormal(median 2"));
  EXPECT_THAT(plan.thresholds, ElementsAre("deliver.p99 < 500ms", "login.errors == 0"));
}

TEST(Declaration, NeedsOnlyUsersAndDuration) {
  const Plan plan = plan_of("scenario { users = 1, duration = 1 }");
  EXPECT_EQ(plan.ramp, Duration::zero());
  EXPECT_EQ(plan.friends.per_user.mean(), 0);
  EXPECT_EQ(plan.groups.per_user, 0);
  EXPECT_EQ(plan.reading.chance, 1);
  EXPECT_TRUE(plan.thresholds.empty());
  EXPECT_EQ(plan.title, "");
}

TEST(Declaration, NamesUnknownKeysAndTheKnownOnes) {
  EXPECT_EQ(mistake("user = 3"),
            "people/test.lua:2: scenario: unknown key 'user'; known keys: args, duration, friends, "
            "groups, ramp, reading, thresholds, users");
  EXPECT_EQ(mistake("friends = { count = 3 }"),
            "people/test.lua:2: scenario: friends: unknown key 'count'; known keys: per_user");
  EXPECT_EQ(mistake("groups = { per_user = 1, sizes = 3 }"),
            "people/test.lua:2: scenario: groups: unknown key 'sizes'; known keys: per_user, size");
  EXPECT_EQ(mistake("reading = { afer = 3 }"),
            "people/test.lua:2: scenario: reading: unknown key 'afer'; known keys: after, chance");
  EXPECT_THAT(mistake("17"), HasSubstr("unknown key '1'"));
}

TEST(Declaration, SaysWhatAValueMustBe) {
  const std::map<std::string, std::string> mistakes = {
      {"ramp = -1", "ramp must be a duration such as \"500ms\", or a number of seconds, not -1"},
      {"ramp = \"soon\"",
       "ramp must be a duration such as \"500ms\", or a number of seconds, not \"soon\""},
      {"friends = 3", "friends must be a table, not 3"},
      {"friends = {}", "friends.per_user is missing"},
      {"friends = { per_user = {} }",
       "friends.per_user must be a number, or a text such as \"10k\" or \"30s\", not table"},
      {"groups = { per_user = -1 }", "groups.per_user must be 0 or more, not -1"},
      {"groups = { per_user = 1, size = poisson(1) }",
       "groups.size must be a number, or a text such as \"10k\" or \"30s\", not schedule"},
      {"reading = { chance = 1.5 }", "reading.chance must be from 0 to 1, not 1.5"},
      {"reading = { after = true }",
       "reading.after must be a number, or a text such as \"10k\" or \"30s\", not true"},
      {"thresholds = \"a < 1\"",
       "thresholds must be a list of texts such as \"deliver.p99 < 500ms\", not \"a < 1\""},
      {"thresholds = { 5 }",
       "thresholds must be a list of texts such as \"deliver.p99 < 500ms\", not 5"},
      {"args = 5", "args must be a table, not 5"},
  };
  for (const auto& [text, message] : mistakes) {
    EXPECT_EQ(mistake(text), "people/test.lua:2: scenario: " + message);
  }
}

TEST(Declaration, ChecksUsersAndDuration) {
  EXPECT_EQ(load_error("scenario { duration = 1 }"),
            "people/test.lua:1: scenario: users is missing");
  EXPECT_EQ(load_error("scenario { users = 1 }"),
            "people/test.lua:1: scenario: duration is missing");
  EXPECT_EQ(load_error("scenario { users = 0.5, duration = 1 }"),
            "people/test.lua:1: scenario: users must be a whole number from 1 to 4000000000, not "
            "0.5");
  EXPECT_THAT(load_error("scenario { users = 1, duration = 0 }"),
              HasSubstr("duration must be a duration above 0 such as \"20s\""));
  EXPECT_THAT(load_error("scenario(5)"), HasSubstr("test.lua:1: scenario takes a table"));
}

TEST(Declaration, WantsOneScenarioAndAUser) {
  EXPECT_EQ(load_error("function user(me) end"),
            "people/test.lua:1: the script never calls scenario { users = …, duration = … }");
  EXPECT_EQ(load_error("scenario { users = 1, duration = 1 }"),
            "people/test.lua:1: the script defines no function user(me)");
  EXPECT_EQ(load_error("scenario { users = 1, duration = 1 }\nscenario {}"),
            "people/test.lua:2: scenario { … } stands twice");
}

TEST(Declaration, ArgsAreTheDefaultsOrWhatWasGiven) {
  const std::string text = R"(
    scenario { users = 1, duration = 1,
               args = { rate = "20s", bytes = 100, share = 0.5, quiet = false } }
    assert(args.rate == "5s" and args.bytes == 2000 and args.share == 0.5 and args.quiet == true)
    assert(math.type(args.bytes) == "integer"))";
  const Plan plan = plan_of(text, {{"rate", "5s"}, {"bytes", "2k"}, {"quiet", "true"}});
  EXPECT_THAT(plan.args, ElementsAre(Pair("bytes", "2k"), Pair("quiet", "true"), Pair("rate", "5s"),
                                     Pair("share", "0.5")));
}

TEST(Declaration, ArgsCanComeBeforeTheScenario) {
  const Plan plan = plan_of(
      "local given = args { speed = 720 }\n"
      "scenario { users = 1, duration = 86400 / given.speed }",
      {{"speed", "1440"}});
  EXPECT_EQ(plan.duration, std::chrono::seconds{60});
}

TEST(Declaration, ArgsAreChecked) {
  EXPECT_EQ(mistake("args = { rate = 1, bytes = 2 }", {{"rte", "5"}}),
            "people/test.lua:2: args: the scenario declares no 'rte'; declared: bytes, rate");
  EXPECT_EQ(mistake("args = {}", {{"rte", "5"}}),
            "people/test.lua:2: args: the scenario declares no 'rte'; declared: none");
  EXPECT_EQ(mistake("", {{"rte", "5"}}),
            "people/test.lua:1: the scenario declares no args, but 'rte' was given");
  EXPECT_EQ(mistake("args = { bytes = 1 }", {{"bytes", "many"}}),
            "people/test.lua:2: args: bytes must be a number, or a text such as \"10k\" or "
            "\"30s\", not \"many\"");
  EXPECT_EQ(mistake("args = { quiet = true }", {{"quiet", "yes"}}),
            "people/test.lua:2: args: quiet must be true or false, not \"yes\"");
  EXPECT_EQ(mistake("args = { list = {} }"),
            "people/test.lua:2: args: list must be a number, a text or a boolean, not a table");
  EXPECT_EQ(mistake("args = { 5 }"), "people/test.lua:2: args: names must be words");
}

TEST(Declaration, ArgsThatNobodyDeclaredAreErrors) {
  EXPECT_EQ(load_error("scenario { users = 1, duration = 1, args = { rate = 1 } }\n"
                       "local rate = args.rte"),
            "people/test.lua:2: args has no 'rte'; declared: rate");
  EXPECT_EQ(load_error("args.rate = 5"),
            "people/test.lua:1: args can't be assigned: declare them with args { … }");
  EXPECT_EQ(load_error("args {} args {}"), "people/test.lua:1: args are declared twice");
  EXPECT_THAT(load_error("args(5)"), HasSubstr("test.lua:1: args takes a table"));
}

}  // namespace
}  // namespace throng::scenario
