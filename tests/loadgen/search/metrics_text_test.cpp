#include "loadgen/search/metrics_text.hpp"

#include <gmock/gmock.h>

namespace throng::search {
namespace {

using testing::HasSubstr;
using testing::Not;

Record record_of(std::optional<double> messages_per_s) {
  Record record;
  record.scenario_file = "scenarios/one_to_one.lua";
  PlayedProbe& probe = record.probes.emplace_back();
  probe.outcome.probe.load = 100;
  probe.outcome.probe.measured_s = 10;
  probe.outcome.valid = true;
  probe.messages_per_s = messages_per_s;
  return record;
}

Finding found() {
  Finding finding;
  finding.maximum = Interval{100, 90, 110};
  return finding;
}

TEST(SearchMetrics, SayWhereTheKneeIs) {
  const std::string text = metrics_text(record_of(50), found());
  const std::string load = "throng_knee_load{scenario=\"one_to_one\",edge=";
  EXPECT_THAT(text, HasSubstr(load + "\"at\"} 100\n"));
  EXPECT_THAT(text, HasSubstr(load + "\"low\"} 90\n"));
  EXPECT_THAT(text, HasSubstr(load + "\"high\"} 110\n"));
  const std::string rate = "throng_knee_messages_per_second{scenario=\"one_to_one\",edge=";
  EXPECT_THAT(text, HasSubstr(rate + "\"at\"} 50\n"));
  EXPECT_THAT(text, HasSubstr(rate + "\"low\"} 45\n"));
}

TEST(SearchMetrics, LeaveOutWhatIsNotKnown) {
  EXPECT_THAT(metrics_text(record_of(std::nullopt), found()),
              Not(HasSubstr("throng_knee_messages_per_second{")));
  EXPECT_THAT(metrics_text(record_of(50), {}), Not(HasSubstr("throng_knee_load{")));
}

}  // namespace
}  // namespace throng::search
