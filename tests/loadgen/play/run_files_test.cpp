#include "loadgen/play/run_files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iterator>

#include "loadgen/report/run_json.hpp"

namespace throng::play {
namespace {

using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

class RunFilesTest : public testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove_all(folder_); }

  const std::filesystem::path folder_ =
      std::filesystem::path(testing::TempDir()) /
      testing::UnitTest::GetInstance()->current_test_info()->name();
};

TEST_F(RunFilesTest, WriteTheRawData) {
  RunFiles files(folder_ / "made" / "deep");
  files.begin(std::chrono::system_clock::time_point{});
  measure::Series series(1, {{"send"}, {"users_connected"}});
  measure::SecondSnapshot second;
  measure::OperationSecond& send = second.operations.emplace_back();
  send.name = "send";
  send.latency.record(1'000'000);
  files.add_second(second);
  series.add(second);
  series.finish();
  report::RunResult result;
  result.scenario.name = "one_to_one";
  EXPECT_EQ(files.finish(series, measure::Tallies(), result), std::nullopt);

  const std::filesystem::path made = folder_ / "made" / "deep";
  EXPECT_THAT(text_of(made / "latency.hlog"), HasSubstr("Tag=send,0.000,1.000,1.0"));
  EXPECT_THAT(text_of(made / "series.csv"), HasSubstr("second,users_connected,send_started"));
  const auto read = report::read_run_json(text_of(made / "run.json"), "run.json");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->scenario.name, "one_to_one");
}

TEST_F(RunFilesTest, EndTheLogWithTheTotals) {
  RunFiles files(folder_);
  files.begin(std::chrono::system_clock::time_point{});
  measure::Recorder recorded({}, nullptr);
  const pacing::TimePoint due{};
  recorded.completed(measure::Operation::kLogin, due, due + 2ms, 1ms);
  recorded.completed(measure::Operation::kDeliver, due, due + 3ms);
  report::RunResult result;
  result.time = {"", 2, 10};
  EXPECT_EQ(files.finish(measure::Series(1, {}), recorded.totals(), result), std::nullopt);

  // People arrive from the start on. What is only received has no service time.
  const std::string log = text_of(folder_ / "latency.hlog");
  EXPECT_THAT(log, HasSubstr("\nTag=total.login,0.000,12.000,2.000000,"));
  EXPECT_THAT(log, HasSubstr("\nTag=service.login,0.000,12.000,1.000000,"));
  EXPECT_THAT(log, HasSubstr("\nTag=total.deliver,2.000,10.000,3.000000,"));
  EXPECT_THAT(log, Not(HasSubstr("service.deliver")));
  EXPECT_THAT(log, Not(HasSubstr("send")));
}

TEST_F(RunFilesTest, WriteWhatTheyCanAndNameTheRest) {
  RunFiles files(folder_);
  std::filesystem::create_symlink("/dev/full", folder_ / "series.csv");
  measure::Series series(1, {{"send"}, {"users_connected"}});
  series.finish();
  const auto trouble = files.finish(series, measure::Tallies(), report::RunResult{});
  ASSERT_TRUE(trouble);
  EXPECT_THAT(*trouble, HasSubstr((folder_ / "series.csv").string()));
  EXPECT_THAT(*trouble, Not(HasSubstr("run.json")));
  EXPECT_TRUE(std::filesystem::exists(folder_ / "run.json"));
}

TEST_F(RunFilesTest, LeaveNoHalfOfARun) {
  RunFiles files(folder_);
  std::filesystem::create_symlink("/dev/full", folder_ / "run.json.unfinished");
  measure::Series series(1, {{"send"}, {"users_connected"}});
  series.finish();
  const auto trouble = files.finish(series, measure::Tallies(), report::RunResult{});
  ASSERT_TRUE(trouble);
  EXPECT_THAT(*trouble, HasSubstr("run.json"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "run.json"));
}

TEST_F(RunFilesTest, OfAnEarlierRunAreClearedAndNothingElse) {
  make_folder(folder_);
  for (const char* name : {"run.json", "series.csv", "latency.hlog", "report.html", "junit.xml"}) {
    std::ofstream(folder_ / name) << "old";
  }
  std::ofstream(folder_ / "notes.txt") << "mine";
  clear_results(folder_);
  const std::filesystem::directory_iterator left(folder_);
  EXPECT_EQ(std::distance(left, std::filesystem::directory_iterator()), 1);
  EXPECT_EQ(text_of(folder_ / "notes.txt"), "mine");
}

TEST_F(RunFilesTest, NameAFolderThatCanNotBeMade) {
  std::filesystem::create_directories(folder_);
  std::ofstream(folder_ / "file") << "in the way";
  try {
    RunFiles files(folder_ / "file" / "out");
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr((folder_ / "file" / "out").string()));
  }
}

}  // namespace
}  // namespace throng::play
