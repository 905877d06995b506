#include "loadgen/search/record.hpp"

#include <gmock/gmock.h>

#include <stdexcept>

namespace throng::search {
namespace {

const Axis kAxis("users", "5", "100");

Record sample_record() {
  Record record;
  record.options = {{"--budget", "10m"}};
  record.conditions = {"deliver.p99 < 200ms", "lost == 0"};
  record.arguments = {"gap=5s"};
  record.scenario_file = "one.lua";
  record.scenario_sha256 = "abc";
  record.plan = {.from = 5, .to = 100, .step = 1, .conditions = 2, .budget_s = 30};
  PlayedProbe probe;
  probe.outcome = {
      {Stage::kNarrow, 20, 1, 4, 2}, true, {Reading{true, 0.25, 12}, std::nullopt}, 7.5};
  probe.folder = "probe-001";
  probe.reasons = {"why"};
  probe.messages_per_s = 200;
  probe.values = {1e6, std::nullopt};
  probe.units = {"ns", ""};
  record.probes = {probe};
  return record;
}

std::string written(const Record& record) {
  return write_search_json(record, kAxis, conclude(record.plan, record.outcomes()), false);
}

TEST(Record, IsReadAsItWasWritten) {
  const std::string text = written(sample_record());
  const Record read = read_search_json(text, "search.json");
  EXPECT_EQ(written(read), text);
  EXPECT_EQ(read.plan.conditions, 2);
  EXPECT_EQ(read.probes[0].outcome.probe.stage, Stage::kNarrow);
  EXPECT_EQ(read.probes[0].outcome.readings[0]->excess, 0.25);
  EXPECT_EQ(read.probes[0].outcome.readings[1], std::nullopt);
}

TEST(Record, IsRefusedWhenItIsSomethingElse) {
  for (const char* text : {"", "{}", "[]", "{\"schema\": \"throng.run/1\"}"}) {
    EXPECT_THAT([&] { read_search_json(text, "out/search.json"); },
                testing::ThrowsMessage<std::runtime_error>(
                    testing::HasSubstr("out/search.json: expected what throng search wrote")));
  }
}

TEST(Record, KnowsMessagesForALoadBelowTheMaximum) {
  const Record record = sample_record();
  EXPECT_EQ(messages_per_load(record, 25), 10);
  EXPECT_EQ(messages_per_load(record, 15), std::nullopt);
}

}  // namespace
}  // namespace throng::search
