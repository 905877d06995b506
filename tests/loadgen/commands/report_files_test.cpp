#include "loadgen/commands/report_files.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <iterator>

#include "loadgen/report/run_json.hpp"
#include "tests/loadgen/report/sample_run.hpp"

namespace throng::commands {
namespace {

using testing::HasSubstr;

class ReportFiles : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(dir_); }
  void TearDown() override { std::filesystem::remove_all(dir_); }

  void write(const char* name, const std::string& text) { std::ofstream(dir_ / name) << text; }
  std::string read(const char* name) {
    std::ifstream file(dir_ / name);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void expect_error(const std::string& explanation) {
    try {
      write_reports(dir_);
      ADD_FAILURE() << explanation;
    } catch (const std::runtime_error& error) {
      EXPECT_THAT(error.what(), HasSubstr(explanation));
    }
  }

  const std::filesystem::path dir_ = std::filesystem::path(testing::TempDir()) /
                                     testing::UnitTest::GetInstance()->current_test_info()->name();
};

TEST_F(ReportFiles, AreDerivedFromTheRun) {
  write("run.json", report::write_run_json(report::sample_run()));
  EXPECT_EQ(write_reports(dir_), dir_ / "report.html");
  EXPECT_THAT(read("report.html"), HasSubstr("<!doctype html>"));
  EXPECT_THAT(read("junit.xml"), HasSubstr("deliver.p99 &lt; 500ms"));
}

TEST_F(ReportFiles, NameTheFileThatIsMissingOrWrong) {
  expect_error((dir_ / "run.json").string());
  write("run.json", "{");
  expect_error((dir_ / "run.json").string());
  write("run.json", report::write_run_json(report::sample_run()));
  write("series.csv", "no series\n");
  expect_error((dir_ / "series.csv").string());
}

TEST_F(ReportFiles, TellWhenTheyCanNotBeWritten) {
  write("run.json", report::write_run_json(report::sample_run()));
  std::filesystem::create_symlink("/dev/full", dir_ / "report.html");
  expect_error((dir_ / "report.html").string());
}

}  // namespace
}  // namespace throng::commands
