#include "loadgen/report/junit.hpp"

#include <gtest/gtest.h>

#include "tests/loadgen/report/sample_run.hpp"

namespace throng::report {
namespace {

TEST(JunitXml, OfAGoodRun) {
  EXPECT_EQ(junit_xml(sample_run()), R"(<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite name="throng.one_to_one" timestamp="2026-01-31T12:00:00Z" time="70.500" tests="3" failures="0">
    <testcase classname="throng.one_to_one" name="deliver.p99 &lt; 500ms"/>
    <testcase classname="throng.one_to_one" name="ledger"/>
    <testcase classname="throng.one_to_one" name="validity"/>
  </testsuite>
</testsuites>
)");
}

TEST(JunitXml, OfARunThatBrokeEverything) {
  RunResult run = sample_run();
  run.thresholds = {{"send.max < 1ms", 80'100'000, "ns", false, ""},
                    {"login.p99 < 1s", std::nullopt, "ns", false, "login never ran"}};
  run.ledger.lost = 3;
  run.ledger.examples = {"user \"7\" & <8>\x01"};
  run.validity.valid = false;
  run.validity.reasons = {"work was started late"};
  EXPECT_EQ(junit_xml(run), R"(<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite name="throng.one_to_one" timestamp="2026-01-31T12:00:00Z" time="70.500" tests="4" failures="4">
    <testcase classname="throng.one_to_one" name="send.max &lt; 1ms">
      <failure message="measured 80.1 ms">send.max &lt; 1ms: measured 80.1 ms</failure>
    </testcase>
    <testcase classname="throng.one_to_one" name="login.p99 &lt; 1s">
      <failure message="login never ran">login.p99 &lt; 1s: login never ran</failure>
    </testcase>
    <testcase classname="throng.one_to_one" name="ledger">
      <failure message="No acknowledged message is lost: 3 of 99,972 deliveries of 99,972 acknowledged messages lost">No acknowledged message is lost: 3 of 99,972 deliveries of 99,972 acknowledged messages lost&#10;user &quot;7&quot; &amp; &lt;8&gt;)"
                            "\uFFFD"
                            R"(</failure>
    </testcase>
    <testcase classname="throng.one_to_one" name="validity">
      <failure message="the generator limited the run">work was started late</failure>
    </testcase>
  </testsuite>
</testsuites>
)");
}

}  // namespace
}  // namespace throng::report
