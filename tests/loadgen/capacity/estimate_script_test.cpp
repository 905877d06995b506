#include "loadgen/capacity/estimate_script.hpp"

#include <gmock/gmock.h>

#include <array>
#include <map>
#include <string>
#include <utility>

#include "loadgen/scenario/script.hpp"

namespace throng::capacity {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using Settings = std::map<std::string, std::string>;

constexpr const char* kClaim =
    "\nclaim { says = 'x', of = 'dau', is = '5 users', tolerance = '5%', from = 'here' }";

scenario::Source source_of(const std::string& text) {
  return {"estimates/test.lua", "test", text, "sha", {}};
}

// Of a chat estimate whose second line begins the text, and which claims something at its end.
Estimate load(const std::string& text, Settings settings = {}) {
  return load_estimate(source_of("-- Title.\nestimate { service = 'chat' }\n" + text + kClaim),
                       std::move(settings));
}

std::string error_of(const std::string& text, Settings settings = {}) {
  try {
    load_estimate(source_of(text), std::move(settings));
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

std::string chat_error(const std::string& text, Settings settings = {}) {
  return error_of("estimate { service = 'chat' }\n" + text, std::move(settings));
}

std::string free_error(const std::string& text) {
  return error_of("estimate { service = 'links', tolerance = '5%' }\n" + text);
}

TEST(EstimateScript, TellsWhatTheFileSays) {
  const Estimate estimate = load_estimate(
      source_of("-- A title.\n"
                "estimate { service = 'chat', scenario = 'evening', cores = 4, tolerance = '5%' }\n"
                "input.dau = '500M users'\n"
                "input.replicas = 3\n"
                "claim { says = 'many', of = 'dau',\n"
                "        at_least = '1M users', from = 'a board' }\n"),
      {});
  EXPECT_EQ(estimate.title, "A title.");
  EXPECT_EQ(estimate.requirements.service, "chat");
  EXPECT_EQ(estimate.requirements.scenario, "evening");
  EXPECT_EQ(estimate.requirements.cores, 4u);
  EXPECT_EQ(estimate.inputs.find("dau")->origin, "estimates/test.lua:3");
  EXPECT_EQ(estimate.inputs.find("replicas")->low, 3);
  ASSERT_EQ(estimate.claims.size(), 1u);
  const Claim& claim = estimate.claims.front();
  EXPECT_EQ(claim.name, "many");
  EXPECT_EQ(claim.relation, Relation::kAtLeast);
  EXPECT_EQ(claim.value.value, 1e6);
  EXPECT_EQ(claim.tolerance, 0.05);
  EXPECT_EQ(claim.origin, "estimates/test.lua:5");
}

TEST(EstimateScript, WrongDimensionsHaveAFileAndALine) {
  EXPECT_EQ(chat_error("\ninput.dau = '5 TB'"), "estimates/test.lua:3: dau is in users, not in TB");
  EXPECT_EQ(free_error("input.a = '1 TB'\ninput.b = '1 day'\nfigure.c = input.a + input.b"),
            "estimates/test.lua:4: a is in B, b in s: they can't be added or compared");
  EXPECT_EQ(chat_error("input.dau = '5 usrs'"),
            "estimates/test.lua:2: there is no unit \"usrs\"; did you mean \"users\"?");
}

TEST(EstimateScript, UnknownNamesHaveTheNearest) {
  EXPECT_EQ(chat_error("input.replcas = 3"),
            "estimates/test.lua:2: there is no input \"replcas\"; did you mean \"replicas\"?");
  EXPECT_EQ(free_error("input.links = '5 links'\nfigure.a = input.lnks * 2"),
            "estimates/test.lua:3: there is no input \"lnks\"; did you mean \"links\"?");
  EXPECT_EQ(free_error("figure.writes = 3\nfigure.b = figure.writs"),
            "estimates/test.lua:3: there is no figure.writs yet; did you mean \"writes\"?");
  EXPECT_THAT(chat_error("claim { say = 'x' }"), HasSubstr(":2: claim: unknown key 'say'; known"));
}

TEST(EstimateScript, NothingIsForgottenInSilence) {
  EXPECT_THAT(chat_error("replicas = 3" + std::string(kClaim)),
              HasSubstr("the global 'replicas' means nothing: say input.replicas"));
  EXPECT_THAT(chat_error(""), HasSubstr("the estimate claims nothing"));
  EXPECT_THAT(error_of("input.dau = 5"), HasSubstr(":1: estimate { service = … } must stand"));
  EXPECT_THAT(error_of("estimate {}"), HasSubstr(":1: estimate: service is missing"));
  EXPECT_THAT(chat_error("input.dau = 5\ninput.dau = 6"),
              HasSubstr(":3: dau stands here again, after estimates/test.lua:2"));
  EXPECT_THAT(chat_error("figure.a = 1\nfigure.a = 2"), HasSubstr(":3: figure.a stands twice"));
  EXPECT_THAT(chat_error("estimate { service = 'x' }"),
              HasSubstr(":2: estimate { … } stands twice"));
}

TEST(EstimateScript, ClaimsAreWhole) {
  const auto claim = [](const std::string& fields) {
    return chat_error("claim { " + fields + " }");
  };
  EXPECT_THAT(claim("says = 'x', of = 'dau', is = '5 users'"), HasSubstr("claim: from is missing"));
  EXPECT_THAT(claim("says = 'x', of = 'dau', is = '5 users', from = 'y'"),
              HasSubstr(":2: claim: tolerance is missing"));
  const std::string rest = "says = 'x', of = 'dau', from = 'y', tolerance = ";
  EXPECT_THAT(claim(rest + "'5%'"), HasSubstr("expected one of is, at_most and at_least"));
  EXPECT_THAT(claim(rest + "'5%', is = '1 users', at_most = '1 users'"),
              HasSubstr("expected one of"));
  EXPECT_THAT(claim(rest + "'5%', is = '0 users'"), HasSubstr("expected a value above 0"));
  EXPECT_THAT(claim(rest + "'5 users', is = '1 users'"), HasSubstr("tolerance must be from 0%"));
  EXPECT_THAT(claim(rest + "'5%', is = '100B'"), HasSubstr("bytes or a billion"));
  EXPECT_THAT(claim(rest + "'5%', is = {}"), HasSubstr("claim: is must be a text or a number"));
}

TEST(EstimateScript, ArithmeticOfItsOwn) {
  const Estimate estimate =
      load_estimate(source_of("estimate { service = 'links', tolerance = '5%' }\n"
                              "input.links = '10M links/day'\n"
                              "input.record = '2 kB/link'\n"
                              "figure.stored = input.links * '1 year' * input.record\n"
                              "figure.names = amount('1 link') * 62 ^ 7\n"
                              "figure.lost = unknown('links', 'a service')\n"
                              "claim { says = 'x', of = 'stored', is = '8 TB', from = 'y' }"),
                    {});
  ASSERT_EQ(estimate.figures.size(), 3u);
  const Figure& stored = estimate.figures[0];
  EXPECT_EQ(stored.unit.text, "TB") << "as it is claimed";
  EXPECT_EQ(stored.expression.text(), "links × 1 year × record");
  EXPECT_DOUBLE_EQ(stored.expression.evaluate(std::array{10e6 / 86400, 2000.0}), 7.3e12);
  EXPECT_DOUBLE_EQ(estimate.figures[1].expression.evaluate({}), 3521614606208.0);
  EXPECT_THAT(estimate.figures[2].expression.needs(), testing::ElementsAre("a service"));
}

TEST(EstimateScript, SettingsCount) {
  EXPECT_EQ(load("input.dau = '500M users'", {{"dau", "2e9"}}).inputs.find("dau")->low, 2e9);
  EXPECT_THAT(chat_error("input.dau = 5", {{"dua", "2e9"}}),
              HasSubstr("there is no input \"dua\""));
}

TEST(EstimateScript, SeesNothingOfScenarios) {
  for (const std::string name : {"scenario", "poisson", "io", "os", "require"}) {
    EXPECT_NE(chat_error("local x = " + name + " + 1"), "") << name;
  }
  EXPECT_THAT(chat_error("while true do end"), StartsWith("estimates/test.lua:2: endless loop"));
}

TEST(EstimateScript, ValuesThatMakeNoSenseAreRefused) {
  EXPECT_THAT(chat_error("input.dau = true"), HasSubstr(":2: expected a number, a text"));
  EXPECT_THAT(chat_error("input.diurnal = { 1, 'x' }"), HasSubstr(":2: diurnal must be a list"));
  EXPECT_THAT(chat_error("input.dau = { 1, 2 }"), HasSubstr(":2: dau can't be a list"));
  EXPECT_THAT(free_error("input.a = '1 s'\ninput.b = input.a"),
              HasSubstr(":3: input.b must be a text or a number"));
}

}  // namespace
}  // namespace throng::capacity
