// The same comparison as each format shows it.

#include <gmock/gmock.h>

#include <boost/json.hpp>

#include "loadgen/compare/annotations.hpp"
#include "loadgen/compare/comparison_json.hpp"
#include "loadgen/compare/html.hpp"
#include "loadgen/compare/junit.hpp"
#include "loadgen/compare/looks.hpp"
#include "loadgen/compare/markdown.hpp"
#include "loadgen/compare/terminal.hpp"
#include "tests/loadgen/compare/samples.hpp"

namespace throng::compare {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

Comparison judged(const Sides& sides) { return compare(sides.base, sides.candidate, {}); }
Comparison passing() { return judged(pairs(10)); }
Comparison worse() { return judged(pairs(10, 0.01, only("send.p99", 0.08))); }
Comparison unsure() { return judged(pairs(10, 0.3)); }
Comparison refused() {
  Sides sides = pairs(10);
  for (Sample& each : sides.candidate) each.problem = "it is invalid: <late>,\n%|\x1b";
  return judged(sides);
}

std::size_t count(std::string_view text, std::string_view what) {
  std::size_t found = 0;
  for (auto at = text.find(what); at != text.npos; at = text.find(what, at + 1)) ++found;
  return found;
}

TEST(Views, TerminalEndsWithTheVerdict) {
  EXPECT_THAT(terminal_text(passing(), false),
              HasSubstr("\nPASS  None of 8 metrics is worse by more than its limit.\n"));
  EXPECT_THAT(terminal_text(worse(), false), HasSubstr("\nREGRESSION  Worse: send.p99.\n"));
  EXPECT_THAT(terminal_text(unsure(), false), HasSubstr("\nINCONCLUSIVE  The runs vary too much"));
  EXPECT_THAT(terminal_text(refused(), false), HasSubstr("These runs can't be compared."));
  EXPECT_THAT(terminal_text(refused(), false), Not(HasSubstr("\x1b")));
  EXPECT_THAT(terminal_text(worse(), true), HasSubstr("\x1b[31mREGRESSION"));
}

TEST(Views, JunitHasACaseAMetricAndLimit) {
  const std::string xml = junit_xml(worse());
  EXPECT_THAT(xml, HasSubstr("tests=\"11\" failures=\"1\" errors=\"0\" skipped=\"0\""));
  EXPECT_THAT(xml, HasSubstr("name=\"send.p99 at most 5% worse\" time=\"0\">\n      <failure "
                             "message=\"send.p99 is "));
  EXPECT_THAT(junit_xml(unsure()), HasSubstr("<skipped message="));
  EXPECT_THAT(junit_xml(refused()), HasSubstr("&lt;late&gt;"));
  EXPECT_THAT(junit_xml(refused()), HasSubstr("failures=\"1\""));
}

TEST(Views, MarkdownIsATable) {
  const std::string text = markdown_text(worse());
  EXPECT_THAT(text, StartsWith("## REGRESSION: one\\_to\\_one: 10 pairs\n"));
  EXPECT_EQ(count(text, "\n| "), 9);
  EXPECT_THAT(markdown_text(refused()), Not(HasSubstr("<late>")));
}

// A job's summary may have 1 MiB.
TEST(Views, MarkdownStaysSmall) {
  Sides sides = pairs(200);
  for (Sample& each : sides.candidate) {
    each.problem = std::string(100'000, '|');
    each.target = each.path = std::string(100'000, '<');
  }
  EXPECT_LT(markdown_text(judged(sides)).size(), 200'000);
}

TEST(Views, AnnotationsAreEscapedAndTenAtMost) {
  EXPECT_EQ(annotations(passing(), "a.lua"), "");
  EXPECT_THAT(annotations(worse(), "a,b.lua"),
              StartsWith("::error file=a%2Cb.lua,title=REGRESSION%3A send.p99::send.p99 is "));
  EXPECT_THAT(annotations(unsure(), "a.lua"), StartsWith("::warning file=a.lua,title=INCONC"));
  Sides sides = pairs(12);
  for (Sample& each : sides.candidate) each.problem = "100%\n";
  const std::string text = annotations(judged(sides), "a.lua");
  EXPECT_EQ(count(text, "\n"), 10);
  EXPECT_EQ(count(text, "100%25%0A\n"), 10);
}

TEST(Views, JsonHasEverything) {
  const auto root = boost::json::parse(comparison_json(worse())).as_object();
  EXPECT_EQ(root.at("schema").as_string(), kCompareSchema);
  EXPECT_EQ(root.at("verdict").as_string(), "REGRESSION");
  EXPECT_EQ(root.at("findings").as_array().size(), kMetrics.size());
  EXPECT_EQ(root.at("base").as_array().size(), 10);
  const auto& p99 = root.at("findings").as_array()[2].as_object();
  EXPECT_EQ(p99.at("metric").as_string(), "send.p99");
  EXPECT_GT(p99.at("interval").as_array()[0].to_number<double>(), 0.05);
  EXPECT_TRUE(boost::json::parse(comparison_json(refused())).at("verdict").is_null());
}

TEST(Views, BenchmarkJsonIsSmallerIsBetter) {
  const auto rows = boost::json::parse(benchmark_json(passing())).as_array();
  ASSERT_EQ(rows.size(), kMetrics.size());
  EXPECT_EQ(rows[0].at("name").as_string(), "throughput: time a message");
  EXPECT_NEAR(rows[0].at("value").to_number<double>(), 1e9 / 660, 1e9 / 660 * 0.02);
  EXPECT_EQ(rows[2].at("unit").as_string(), "ns");
  EXPECT_THAT(std::string(rows[2].at("range").as_string()), StartsWith("±"));
}

TEST(Views, HtmlStandsAlone) {
  const std::string page = html_text(worse());
  EXPECT_THAT(page, HasSubstr("<p class=\"word\">REGRESSION</p>"));
  EXPECT_EQ(count(page, "<polyline"), 2);  // both sides' sends; these runs have no deliveries
  EXPECT_THAT(page, Not(HasSubstr("http:")));
  EXPECT_THAT(html_text(refused()), HasSubstr("NOT COMPARED"));
  EXPECT_THAT(html_text(refused()), Not(HasSubstr("<late>")));
}

TEST(Looks, DivideTheErrorRate) {
  const Limits limits = default_limits();
  EXPECT_EQ(rules_of_look(limits, false, true).alpha, 0.01);
  const double first = rules_of_look(limits, true, false).alpha;
  EXPECT_NEAR(first + rules_of_look(limits, true, true).alpha, 0.01, 1e-12);
  EXPECT_GE(first, kMetrics.size() / 1024.0);  // what ten pairs can show in a family of eight
}

}  // namespace
}  // namespace throng::compare
