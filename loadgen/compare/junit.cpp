#include "loadgen/compare/junit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "loadgen/compare/share_text.hpp"
#include "loadgen/report/escape.hpp"

namespace throng::compare {
namespace {

struct TestCase {
  std::string name;
  std::string element;  // "failure" or "skipped"; empty if it passed
  std::string message;
};

std::string escaped(std::string_view text) { return report::xml_escape(report::valid_utf8(text)); }

TestCase case_of(const Finding& finding) {
  TestCase made{fmt::format("{} at most {} worse", finding.metric->name, share_text(finding.limit)),
                "", sentence(finding)};
  if (finding.verdict == Verdict::kRegression) made.element = "failure";
  if (finding.verdict == Verdict::kInconclusive) made.element = "skipped";
  return made;
}

std::vector<TestCase> cases_of(const Comparison& all) {
  std::vector<TestCase> cases;
  for (const Finding& each : all.findings) cases.push_back(case_of(each));
  cases.push_back({"ledger", all.broken.empty() ? "" : "failure", ""});
  if (!all.broken.empty()) cases.back().message = "violated in " + all.broken.front();
  for (const Demand& each : all.demands) {
    cases.push_back({each.name, "", ""});
    if (each.missed.empty()) continue;
    cases.back().element = "failure";
    cases.back().message = "the candidate " + missed_text(each);
  }
  cases.push_back({"comparable", all.refused() ? "failure" : "", ""});
  if (all.refused()) cases.back().message = all.footing.refusals.front();
  return cases;
}

std::string xml_of(const TestCase& test, const std::string& suite) {
  const std::string head = fmt::format("    <testcase classname=\"{}\" name=\"{}\" time=\"0\"",
                                       suite, escaped(test.name));
  if (test.element.empty()) return head + "/>\n";
  return fmt::format("{}>\n      <{} message=\"{}\"/>\n    </testcase>\n", head, test.element,
                     escaped(test.message));
}

}  // namespace

std::string junit_xml(const Comparison& all) {
  const std::vector<TestCase> cases = cases_of(all);
  const auto count = [&](std::string_view element) {
    return std::count_if(cases.begin(), cases.end(),
                         [&](const TestCase& each) { return each.element == element; });
  };
  const Sample& first = all.base.front();
  const std::string suite = escaped("throng.compare." + identity_of(first, "scenario"));
  std::string xml = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
      "  <testsuite name=\"{}\" timestamp=\"{}\" time=\"0\" tests=\"{}\" failures=\"{}\" "
      "errors=\"0\" skipped=\"{}\">\n",
      suite, escaped(first.started), cases.size(), count("failure"), count("skipped"));
  for (const TestCase& each : cases) xml += xml_of(each, suite);
  return xml + "  </testsuite>\n</testsuites>\n";
}

}  // namespace throng::compare
