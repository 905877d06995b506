// The scenarios that come with Throng: each loads, keeps to the house rules, and plays.

#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/loadgen/scenario/fake_world.hpp"

namespace throng::scenario {
namespace {

using testing::Contains;
using testing::StartsWith;

std::vector<std::string> scenario_paths() {
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator{THRONG_SOURCE_DIR "/scenarios"}) {
    const std::string path = entry.path().string();
    if (path.ends_with(".lua") && !path.ends_with(".d.lua")) paths.push_back(path);
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::string test_name(const testing::TestParamInfo<std::string>& info) {
  return std::filesystem::path{info.param}.stem().string();
}

class ShippedScenario : public testing::TestWithParam<std::string> {};

TEST_P(ShippedScenario, SaysWhatItShowsInAtMostFortyLines) {
  const Source source = read_source(GetParam(), {});
  const Plan plan = load_plan(source);
  EXPECT_GT(plan.title.size(), 20u);
  EXPECT_LE(std::count(source.text.begin(), source.text.end(), '\n'), 40);
  EXPECT_THAT(plan.thresholds, Contains("login.errors == 0"));
}

TEST_P(ShippedScenario, Plays) {
  const Source source = read_source(GetParam(), {});
  const Plan plan = load_plan(source);
  FakeWorld world{30};
  world.run_length = plan.ramp + plan.duration;
  Script script{source, world, world.people.size()};
  world.play(script);
  for (LocalUser user = 0; user < world.people.size(); ++user) {
    if (script.wants_messages()) script.on_message(user, {7, 900, 1, "hello"});
  }
  const auto logins = std::count_if(world.log.begin(), world.log.end(),
                                    [](const auto& line) { return line.starts_with("login"); });
  EXPECT_GE(logins, 30);
  EXPECT_THAT(world.log, Contains(StartsWith("send chat=")).Times(testing::Ge(20)));
}

INSTANTIATE_TEST_SUITE_P(Scenarios, ShippedScenario, testing::ValuesIn(scenario_paths()),
                         test_name);

TEST(ShippedScenarios, AreAllThere) { EXPECT_GE(scenario_paths().size(), 6u); }

TEST(ShippedScenarios, TheDayFollowsItsSpeed) {
  const auto day = [](std::map<std::string, std::string> args) {
    return load_plan(read_source(THRONG_SOURCE_DIR "/scenarios/diurnal_day.lua", std::move(args)));
  };
  EXPECT_EQ(day({}).duration, std::chrono::minutes{2});
  EXPECT_EQ(day({{"speed", "1"}}).duration, std::chrono::hours{24});
}

}  // namespace
}  // namespace throng::scenario
