#include "loadgen/scenario/population.hpp"

#include <gmock/gmock.h>

#include <string>

#include "loadgen/scenario/script.hpp"

namespace throng::scenario {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* kFriends =
    R"(scenario { users = 10, duration = "1d", friends = { per_user = 2 } }
)";
constexpr const char* kUser = "\nfunction user(me) me:login() end\n";

Source source_of(const std::string& text) {
  return {.path = "people.lua", .name = "people", .text = text, .sha256 = {}, .args = {}};
}

Population load(const std::string& declared) {
  return load_population(source_of(kFriends + declared + kUser));
}

/// What is wrong with it: "FILE:LINE: …".
std::string problem(const std::string& text) {
  try {
    load_population(source_of(text));
  } catch (const ScriptError& error) {
    return error.what();
  }
  return "nothing";
}

std::string problem_of(const std::string& declared) { return problem(kFriends + declared + kUser); }

TEST(Population, HasWhatTheScriptSays) {
  const Population people = load(R"(population {
    messages = poisson("10s"), logins = poisson("2h"), stay = "5m", heartbeat = "30s",
    bytes = 80, stored = 240,
    zones = { { region = "east", utc = 5.5, share = 0.25 }, { utc = -3, share = 0.75 } },
  })");
  EXPECT_DOUBLE_EQ(people.messages.curve().rate_at(hours(1)), 0.1);
  EXPECT_DOUBLE_EQ(people.logins->curve().rate_at(hours(1)), 1.0 / 7200);
  EXPECT_EQ(people.stay, minutes(5));
  EXPECT_EQ(people.heartbeat, seconds(30));
  EXPECT_EQ(people.direct, 1);
  EXPECT_EQ(people.bytes, 80u);
  EXPECT_EQ(people.stored_bytes, 240u);
  ASSERT_EQ(people.zones.size(), 2u);
  EXPECT_EQ(people.zones[0].region, "east");
  EXPECT_EQ(people.zones[0].utc_hours, 5.5);
  EXPECT_EQ(people.zones[1].region, "everywhere");
  EXPECT_EQ(people.zones[1].share, 0.75);
}

TEST(Population, IsOneZoneThatIsAlwaysThereUnlessItSaysMore) {
  const Population people = load("population { messages = \"10s\", bytes = 70 }");
  EXPECT_FALSE(people.logins);
  EXPECT_EQ(people.heartbeat, pacing::Duration::zero());
  EXPECT_EQ(people.stored_bytes, 70u);
  ASSERT_EQ(people.zones.size(), 1u);
  EXPECT_EQ(people.zones[0].share, 1);
}

TEST(Population, WritesToThoseWhomTheScenarioHas) {
  const std::string groups = "scenario { users = 9, duration = 1, groups = { per_user = 1 } }\n";
  const std::string both =
      "scenario { users = 9, duration = 1, friends = { per_user = 1 }, groups = { per_user = 1 } "
      "}\n";
  const std::string nobody = "scenario { users = 9, duration = 1 }\n";
  const std::string plain = "population { messages = 1 }";
  EXPECT_EQ(load_population(source_of(groups + plain + kUser)).direct, 0);
  EXPECT_THAT(problem(both + plain + kUser),
              StartsWith("people.lua:2: population: direct is miss"));
  EXPECT_THAT(problem(nobody + plain + kUser), HasSubstr("no friends and no groups"));
  EXPECT_THAT(problem(groups + "population { messages = 1, direct = 0.5 }" + kUser),
              HasSubstr("direct needs friends"));
  EXPECT_THAT(problem_of("population { messages = 1, direct = 0.5 }"),
              HasSubstr("direct below 1 needs groups"));
}

TEST(Population, TellsWhichLineCannotBeAddedUp) {
  EXPECT_THAT(problem(std::string(kFriends) + "\n\nfunction user(me)\n  me:login()\nend\n"),
              StartsWith("people.lua:4: user(me) tells of one person at a time"));
  EXPECT_THAT(problem_of("population { messages = 1 }\n\nfunction on_message(me, message) end"),
              StartsWith("people.lua:4: on_message(me, message) answers what comes"));
}

TEST(Population, TellsWhichValueIsWrong) {
  const auto wrong = [](const std::string& fields) {
    return problem_of("population { messages = 1, " + fields + " }");
  };
  EXPECT_THAT(problem_of("population { }"),
              HasSubstr("people.lua:2: population: messages is miss"));
  EXPECT_THAT(problem_of("population(3)"), HasSubstr("population takes a table"));
  EXPECT_THAT(wrong("colour = 1"), HasSubstr("unknown key 'colour'"));
  EXPECT_THAT(wrong("direct = 2"), HasSubstr("population: direct must be from 0 to 1, not 2"));
  EXPECT_THAT(wrong("bytes = 0"), HasSubstr("bytes must be a whole number from 1 to 1048576"));
  EXPECT_THAT(wrong("stay = 1"), HasSubstr("stay belongs to logins"));
  EXPECT_THAT(wrong("logins = 60"), HasSubstr("stay is missing"));
  EXPECT_THAT(wrong("heartbeat = 0"), HasSubstr("population: heartbeat must be"));
  EXPECT_THAT(wrong("zones = {}"), HasSubstr("zones must be a list"));
  EXPECT_THAT(wrong("zones = { { utc = 0, share = 0.4 } }"), HasSubstr("add up to 0.4"));
  EXPECT_THAT(wrong("zones = { { utc = 15, share = 1 } }"), HasSubstr("from -12 to 14 hours"));
  EXPECT_THAT(wrong("zones = { { utc = 1, share = 1, name = 2 } }"),
              HasSubstr("unknown key 'name'"));
  EXPECT_THAT(problem_of("population { messages = 1 } population { messages = 1 }"),
              HasSubstr("population { … } stands twice"));
}

TEST(Population, IsNothingToThoseWhoPlay) {
  const Plan plan =
      load_plan(source_of(std::string(kFriends) + "population { messages = 1 }" + kUser));
  EXPECT_EQ(plan.users, 10u);
}

}  // namespace
}  // namespace throng::scenario
