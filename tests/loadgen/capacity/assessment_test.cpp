#include "loadgen/capacity/assessment.hpp"

#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <stdexcept>

#include "loadgen/capacity/assessment_json.hpp"
#include "loadgen/capacity/markdown.hpp"
#include "loadgen/capacity/terminal.hpp"
#include "tests/loadgen/capacity/sample_estimate.hpp"

namespace throng::capacity {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kText =
    "-- Two | claims.\n"
    "estimate { service = 'chat', scenario = 'evening', tolerance = '5%' }\n"
    "input.dau = '400M..600M users'\n"
    "input.messages_per_user = 40\n"
    "input.fan_out = 9\n"
    "input.message_bytes = 100\n"
    "claim { says = 'at least 10B', of = 'messages_per_day', at_least = '10B messages/day', from = "
    "'y' }\n"
    "claim { says = 'cheap', of = 'cpu_per_core', is = '1', from = 'y' }\n"
    "claim { says = 'fast', of = 'send_p99', at_most = '1 ms', from = 'y' }\n";

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

const std::string kGood =
    replaced(kText, "claim { says = 'cheap', of = 'cpu_per_core', is = '1', from = 'y' }\n", "");

Assessment sample(std::vector<EvidenceRun> evidence = {}) {
  return assess(estimate_of(kGood), std::move(evidence), {});
}

TEST(Assessment, CountsItsVerdicts) {
  const Assessment all = sample();
  EXPECT_EQ(all.count(Verdict::kConfirmed), 1u);
  EXPECT_EQ(all.count(Verdict::kRefuted), 0u);
  EXPECT_EQ(all.count(Verdict::kNotProved), 1u);
  EXPECT_TRUE(all.lacks_proof());
}

TEST(Assessment, AssumptionsLackNoProof) {
  const Assessment all =
      assess(estimate_of("estimate { service = 'x', tolerance = '5%' }\ninput.a = '5 users'\n"
                         "claim { says = 'x', of = 'a', is = '5 users', from = 'y' }"),
             {}, {});
  EXPECT_EQ(all.count(Verdict::kNotProved), 1u);
  EXPECT_FALSE(all.lacks_proof());
}

TEST(Assessment, AClaimAboutNothingNamesTheNearest) {
  EXPECT_THAT([] { assess(estimate_of(kText), {}, {}); },
              testing::ThrowsMessage<std::runtime_error>(
                  HasSubstr("test.lua:8: there is no figure \"cpu_per_core\" to claim")));
}

TEST(Assessment, AFigureThatIsNoNumberIsAMistake) {
  EXPECT_THAT(
      [] {
        assess(estimate_of("estimate { service = 'x', tolerance = '5%' }\ninput.a = '5 users'\n"
                           "figure.b = input.a / (input.a - input.a)\n"
                           "claim { says = 'x', of = 'b', is = '5', from = 'y' }"),
               {}, {});
      },
      testing::ThrowsMessage<std::runtime_error>("b = a / (a − a) isn't a number"));
}

TEST(Assessment, OwnFiguresDoNotHideDerivedOnes) {
  EXPECT_THAT([] { assess(estimate_of(kGood + "figure.memory = 3"), {}, {}); },
              testing::ThrowsMessage<std::runtime_error>(
                  "figure.memory is one that Throng derives itself"));
}

TEST(Assessment, OtherServicesHaveArithmeticOnly) {
  const Assessment all = assess(
      estimate_of("estimate { service = 'links', tolerance = '5%' }\ninput.a = '10M links/day'\n"
                  "figure.b = input.a\n"
                  "claim { says = 'x', of = 'b', is = '100 links/s', from = 'y' }"),
      {sample_evidence()}, {});
  EXPECT_EQ(all.findings[0].verdict, Verdict::kRefuted);
  EXPECT_THAT(all.findings[0].reason,
              HasSubstr("arithmetic only: Throng has no service for links to measure"));
  EXPECT_FALSE(all.evidence[0].problems.empty());
}

TEST(Assessment, TheSeedIsAllThatChancesHave) {
  EXPECT_EQ(assessment_json(sample()), assessment_json(sample()));
  const Assessment other = assess(estimate_of(kGood), {}, {.seed = 2});
  EXPECT_NE(value_of(sample(), "messages_per_day")->p5, value_of(other, "messages_per_day")->p5);
}

TEST(Assessment, JsonHasTheWholeOfIt) {
  const auto root = boost::json::parse(assessment_json(sample({sample_evidence()}))).as_object();
  EXPECT_EQ(root.at("schema"), "throng.capacity/1");
  EXPECT_EQ(root.at("estimate").at("title"), "Two | claims.");
  EXPECT_EQ(root.at("evidence").at(0).at("counts"), true);
  EXPECT_EQ(root.at("inputs").at(0).at("low").to_number<double>(), 4e8);
  const auto& claim = root.at("claims").at(0);
  EXPECT_EQ(claim.at("verdict"), "CONFIRMED");
  EXPECT_EQ(claim.at("relation"), "at_least");
  EXPECT_EQ(claim.at("place"), "test.lua:7");
  EXPECT_NEAR(claim.at("value").at("p50").to_number<double>(), 20e9, 2e8) << "in the claim's unit";
  EXPECT_THAT(std::string(root.at("claims").at(1).at("evidence").at(0).as_string()),
              HasSubstr("out/run.json: operations.send.latency_ns.p99 = "));
}

TEST(Assessment, TheTerminalHasEachClaimAndWhy) {
  const std::string text = terminal_text(sample(), false);
  EXPECT_THAT(text, HasSubstr("\nCONFIRMED   at least 10B"));
  EXPECT_THAT(text, HasSubstr("\nNOT PROVED  fast"));
  EXPECT_THAT(text, HasSubstr("nothing can be said without a run as evidence"));
  EXPECT_THAT(text, HasSubstr("messages_per_day = dau × messages_per_user (arithmetic)"));
  EXPECT_THAT(text, HasSubstr("\n1 confirmed, 0 refuted, 1 not proved\n"));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  EXPECT_THAT(terminal_text(sample(), true), HasSubstr("\x1b[32mCONFIRMED"));
}

TEST(Assessment, MarkdownEscapesWhatEndsACell) {
  const std::string text = markdown_text(sample({sample_evidence()}));
  EXPECT_THAT(text, HasSubstr("# Two \\| claims."));
  EXPECT_THAT(text, HasSubstr("| CONFIRMED | at least 10B |"));
  EXPECT_THAT(text, HasSubstr("messages\\_per\\_user"));
}

}  // namespace
}  // namespace throng::capacity
