#include "loadgen/report/html.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>

#include "loadgen/report/run_json.hpp"
#include "loadgen/report/verdict.hpp"
#include "tests/loadgen/report/sample_run.hpp"

namespace throng::report {
namespace {

using testing::HasSubstr;
using testing::Not;

SeriesTable sample_series() {
  return *read_series_csv(
      "second,users_connected,send_count,send_p99_ns\n0,250,11,\n1,9998,12,777\n", "series.csv");
}

std::size_t occurrences(std::string_view text, std::string_view what) {
  std::size_t found = 0;
  for (std::size_t at = text.find(what); at != text.npos; at = text.find(what, at + 1)) ++found;
  return found;
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  return text;
}

// What the page's script gets to see.
std::string embedded_data(const std::string& page) {
  const std::string open = "id=\"run-data\">";
  const std::size_t begin = page.find(open) + open.size();
  return page.substr(begin, page.find("</script>", begin) - begin);
}

TEST(HtmlReport, HasTheFigures) {
  const std::string page = html_report(sample_run(), sample_series());
  EXPECT_THAT(page, HasSubstr("<h1>Two people talk.</h1>"));
  EXPECT_THAT(page, HasSubstr("<p class=\"word\">PASS</p>"));
  EXPECT_THAT(page, HasSubstr("<code>ws://127.0.0.1:9400/</code>"));
  EXPECT_THAT(page, HasSubstr("2026-01-31 12:00:00 UTC · 1m 1s measured after 10 s of warm-up"));
  EXPECT_THAT(page, HasSubstr("<dt>p99 of deliver</dt><dd><span class=\"value\">9.42 ms</span>"));
  EXPECT_THAT(page,
              HasSubstr("<code>deliver.p99 &lt; 500ms</code></th><td class=\"number\">9.42 ms"));
  EXPECT_THAT(page, HasSubstr("0 of 99,972 deliveries of 99,972 acknowledged messages lost"));
  EXPECT_THAT(page, HasSubstr("<th scope=\"row\">send</th><td class=\"number\">100,000</td>"));
  EXPECT_THAT(page, HasSubstr("61 µs, p99 140 µs</td>"));
  EXPECT_THAT(page, HasSubstr("<li>send: 21 overloaded</li>"));
  EXPECT_THAT(page, HasSubstr("<dd>18446744073709551615</dd>"));
  EXPECT_THAT(page, HasSubstr("<span class=\"line\">  user:send()\n</span>"));
}

TEST(HtmlReport, HoldsTheWholeRunAndItsSeries) {
  const std::string data = embedded_data(html_report(sample_run(), sample_series()));
  const std::string run_key = "{\"run\": ";
  const std::size_t series_at = data.find(", \"series\": ");
  ASSERT_TRUE(data.starts_with(run_key));
  ASSERT_NE(series_at, data.npos);
  const auto run = read_run_json(data.substr(run_key.size(), series_at - run_key.size()), "page");
  ASSERT_TRUE(run.has_value()) << run.error().message;
  EXPECT_EQ(write_run_json(*run), write_run_json(sample_run()));
  EXPECT_THAT(data, HasSubstr("\"send_p99_ns\":[null,777]"));
}

TEST(HtmlReport, FillsInEveryPlace) {
  const std::string page = html_report(sample_run(), sample_series());
  EXPECT_THAT(page, Not(HasSubstr("{{")));
  EXPECT_TRUE(page.ends_with("</html>\n"));
}

TEST(HtmlReport, LoadsNothing) {
  const std::string page = lower(html_report(sample_run(), sample_series()));
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
  for (const char* loading :
       {" src=", " href=\"http", "url(", "@import", "<link", "<img", "fetch("}) {
    EXPECT_THAT(page, Not(HasSubstr(loading))) << loading;
  }
}

TEST(HtmlReport, SaysWhatTheTargetSpent) {
  RunResult run = sample_run();
  EXPECT_THAT(html_report(run, sample_series()), Not(HasSubstr("CPU a message")));
  run.target.measured.emplace();
  run.target.measured->cpu_s_per_message = 41e-6;
  run.target.measured->wire_bytes_per_message = 3600;
  const std::string page = html_report(run, sample_series());
  EXPECT_THAT(page, HasSubstr("<dt>CPU a message</dt><dd>41 µs</dd>"));
  EXPECT_THAT(page, HasSubstr("<dt>Wire a message</dt><dd>3.6 kB</dd>"));
  EXPECT_THAT(page, Not(HasSubstr("Disk a message"))) << "it isn't known";
}

TEST(HtmlReport, HostileTextsStayTexts) {
  const std::string hostile =
      "</script><script>alert(1)</script><!-- <img src=x onerror='a'> \" {{data}} \u2028";
  RunResult run = sample_run();
  run.scenario.text = "-- " + hostile + "\n" + hostile;
  run.scenario.name = run.scenario.file = hostile;
  run.scenario.args = {hostile};
  run.target = {hostile, hostile};
  run.machine.cpu = run.machine.kernel = run.time.started = run.generator.version = hostile;
  run.operations[0].first = hostile;
  run.operations[0].second.errors = {{hostile, 1}};
  run.ledger.examples = run.validity.reasons = {hostile};
  run.validity.valid = false;
  run.thresholds = {{hostile, std::nullopt, "ns", false, hostile}};
  judge(run);
  SeriesTable series = sample_series();
  series.columns[2].first = hostile + "_count";

  const std::string page = html_report(run, series);
  const std::string harmless = html_report(sample_run(), sample_series());
  for (const char* markup : {"<script", "</script", "<!--"}) {
    EXPECT_EQ(occurrences(page, markup), occurrences(harmless, markup)) << markup;
  }
  EXPECT_THAT(page, Not(HasSubstr("<img")));
  EXPECT_THAT(embedded_data(page), Not(HasSubstr("\u2028")));
  EXPECT_THAT(page, HasSubstr("{{data}}"));
}

TEST(HtmlReport, SaysWhatBroke) {
  RunResult run = sample_run();
  run.ledger.duplicated = 2;
  run.ledger.examples = {"chat 5 seq 6 came twice to user 7"};
  run.validity.valid = false;
  run.validity.reasons = {"work was started late"};
  run.thresholds = {{"login.p99 < 1s", std::nullopt, "ns", false, "login never ran"}};
  judge(run);
  const std::string page = html_report(run, sample_series());
  EXPECT_THAT(page, HasSubstr("<p class=\"word\">INCORRECT</p>"));
  EXPECT_THAT(page, HasSubstr("exit code 4: the ledger is violated"));
  EXPECT_THAT(page, HasSubstr("<tr class=\"broken\">"));
  EXPECT_THAT(page, HasSubstr("<li>chat 5 seq 6 came twice to user 7</li>"));
  EXPECT_THAT(page, HasSubstr("<li>work was started late</li>"));
  EXPECT_THAT(page, HasSubstr("<td class=\"number\">login never ran</td>"));
}

TEST(HtmlReport, CondensesALongSeries) {
  std::string csv = "second,send_count\n";
  for (int second = 0; second < 9'000; ++second) csv += std::to_string(second) + ",1\n";
  const std::string page = html_report(sample_run(), *read_series_csv(csv, "series.csv"));
  EXPECT_THAT(embedded_data(page), HasSubstr("\"seconds_per_row\":10"));
}

TEST(HtmlReport, OfAnEmptyRunIsStillAPage) {
  const std::string page = html_report(RunResult{}, SeriesTable{});
  EXPECT_THAT(page, HasSubstr("This run sent no messages"));
  EXPECT_THAT(page, HasSubstr("None was set for this run."));
  EXPECT_THAT(page, HasSubstr("\"columns\":{}"));
}

}  // namespace
}  // namespace throng::report
