#include "loadgen/compare/baseline.hpp"

#include <gmock/gmock.h>

#include <functional>
#include <stdexcept>

#include "tests/loadgen/compare/samples.hpp"

namespace throng::compare {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

void expect_same(const Sample& read, const Sample& written) {
  EXPECT_EQ(read.started, written.started);
  EXPECT_EQ(read.seed, written.seed);
  EXPECT_EQ(read.length_s, written.length_s);
  EXPECT_EQ(read.kernel, written.kernel);
  EXPECT_EQ(read.target, written.target);
  EXPECT_EQ(read.identity, written.identity);
  EXPECT_EQ(read.values, written.values);
  EXPECT_EQ(read.thresholds, written.thresholds);
  EXPECT_EQ(read.failed_sends, written.failed_sends);
}

TEST(Baseline, IsReadAsItWasWritten) {
  Sample run = typical("out", 18446744073709551615u, 3);
  run.values[7].reset();
  run.thresholds = {{"send.p99 < 5ms", true}, {"send.errors == 0", false}};
  run.failed_sends = 2;
  const Baseline baseline{"main", "2026-01-31T12:00:00Z", "9f2c1d0", {run, typical("out", 2, 4)}};
  const Baseline read = read_baseline(write_baseline(baseline), "main.json");
  EXPECT_EQ(read.name, "main");
  EXPECT_EQ(read.saved, baseline.saved);
  EXPECT_EQ(read.commit, "9f2c1d0");
  ASSERT_EQ(read.runs.size(), 2);
  EXPECT_EQ(read.runs[0].path, "main.json, run 1");
  expect_same(read.runs[0], run);
  expect_same(read.runs[1], baseline.runs[1]);
}

TEST(Baseline, OfAHistoryIsALineARun) {
  const std::string lines = history_line({"a", typical("out", 1, 1)}) + "\n" +
                            history_line({"b\n", typical("out", 2, 2)});
  const std::vector<HistoryRun> read = read_history(lines, "history.jsonl");
  ASSERT_EQ(read.size(), 2);
  EXPECT_EQ(read[0].commit, "a");
  EXPECT_EQ(read[1].commit, "b\n");
  EXPECT_EQ(read[1].sample.path, "history.jsonl:3");
  expect_same(read[1].sample, typical("out", 2, 2));
}

std::string message_of(const std::function<void()>& act) {
  try {
    act();
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

TEST(Baseline, SaysWhatIsNone) {
  for (const char* text : {"", "{", "[]", R"({"schema": "throng.run/1"})",
                           R"({"schema": "throng.baseline/1", "name": 3})"}) {
    EXPECT_THAT(message_of([&] { read_baseline(text, "x.json"); }),
                HasSubstr("x.json: expected a directory that throng run wrote, or a file of"));
  }
  EXPECT_THAT(message_of([] { read_history("\n{}\n", "h"); }),
              HasSubstr("h:2: expected a line of"));
}

TEST(Baseline, HasNoFigureWithoutALogarithm) {
  for (const char* bad : {"0", "-3", "1e999"}) {
    std::string line = history_line({"a", typical("out", 1, 1)});
    const std::size_t at = line.find("1.1E4");
    ASSERT_NE(at, line.npos) << line;
    line.replace(at, 5, bad);
    EXPECT_THAT(message_of([&] { read_history("\n" + line, "h"); }), StartsWith("h:2: "));
  }
  Sample run = typical("out", 1, 1);
  run.values[1] = 0;
  EXPECT_THAT(message_of([&] {
                read_baseline(write_baseline({"main", "", "", {run}}), "m.json");
              }),
              StartsWith("m.json, run 1: send.p50: expected a number above 0, got 0"));
}

}  // namespace
}  // namespace throng::compare
