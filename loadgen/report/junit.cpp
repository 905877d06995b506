#include "loadgen/report/junit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "loadgen/report/escape.hpp"
#include "loadgen/report/humanise.hpp"
#include "loadgen/report/verdict.hpp"

namespace throng::report {
namespace {

struct TestCase {
  std::string name;
  std::string failure;  // one line; empty if it passed
  std::string details;
};

std::string escaped(std::string_view text) { return xml_escape(valid_utf8(text)); }

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += (text.empty() ? "" : "\n") + line;
  return text;
}

TestCase threshold_case(const ThresholdResult& threshold) {
  if (threshold.pass) return {threshold.expr, "", ""};
  const std::string measured =
      threshold.value ? "measured " + value_text(*threshold.value, threshold.unit) : threshold.note;
  return {threshold.expr, measured, threshold.expr + ": " + measured};
}

TestCase ledger_case(const LedgerFigures& ledger) {
  std::vector<std::string> broken;
  for (const LedgerCheck& check : ledger_checks(ledger)) {
    if (!check.holds) broken.push_back(check.promise + ": " + check.counted);
  }
  if (broken.empty()) return {"ledger", "", ""};
  const std::string failure = broken.front();
  broken.insert(broken.end(), ledger.examples.begin(), ledger.examples.end());
  return {"ledger", failure, joined(broken)};
}

TestCase validity_case(const ValidityFigures& validity) {
  if (validity.valid) return {"validity", "", ""};
  return {"validity", "the generator limited the run", joined(validity.reasons)};
}

}  // namespace

std::string junit_xml(const RunResult& result) {
  std::vector<TestCase> cases;
  for (const ThresholdResult& each : result.thresholds) cases.push_back(threshold_case(each));
  if (result.ledger.kept) cases.push_back(ledger_case(result.ledger));
  cases.push_back(validity_case(result.validity));
  const auto failures = std::count_if(cases.begin(), cases.end(),
                                      [](const TestCase& each) { return !each.failure.empty(); });

  std::string xml = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<testsuites>\n"
      "  <testsuite name=\"{}\" timestamp=\"{}\" time=\"{:.3f}\" tests=\"{}\" failures=\"{}\">\n",
      escaped("throng." + result.scenario.name), escaped(result.time.started),
      result.time.warmup_s + result.time.measured_s, cases.size(), failures);
  for (const TestCase& each : cases) {
    xml += fmt::format("    <testcase classname=\"{}\" name=\"{}\"",
                       escaped("throng." + result.scenario.name), escaped(each.name));
    xml += each.failure.empty()
               ? "/>\n"
               : fmt::format(">\n      <failure message=\"{}\">{}</failure>\n    </testcase>\n",
                             escaped(each.failure), escaped(each.details));
  }
  return xml + "  </testsuite>\n</testsuites>\n";
}

}  // namespace throng::report
