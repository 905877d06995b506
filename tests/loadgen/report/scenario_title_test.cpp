#include "loadgen/report/scenario_title.hpp"

#include <gtest/gtest.h>

namespace throng::report {
namespace {

std::string title_of(std::string text) {
  ScenarioInfo scenario;
  scenario.name = "the_name";
  scenario.text = std::move(text);
  return scenario_title(scenario);
}

TEST(ScenarioTitle, IsTheFirstLinesComment) {
  EXPECT_EQ(title_of("-- Two people talk.\nlocal x"), "Two people talk.");
  EXPECT_EQ(title_of("---  Two people talk. \t\r\n"), "Two people talk.");
  EXPECT_EQ(title_of("--Two"), "Two");
}

TEST(ScenarioTitle, IsTheNameWithoutOne) {
  EXPECT_EQ(title_of(""), "the_name");
  EXPECT_EQ(title_of("local x = 1 -- not this"), "the_name");
  EXPECT_EQ(title_of("--\n-- not this"), "the_name");
  EXPECT_EQ(title_of("- 1"), "the_name");
}

}  // namespace
}  // namespace throng::report
