#include "loadgen/simulate/calibration.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "loadgen/simulate/world_script.hpp"

namespace throng::simulate {
namespace {

using capacity::CostModel;
using capacity::Feature;
using testing::HasSubstr;
using testing::Not;

CostModel model() {
  CostModel model;
  model.rows = {{"one \"a\"/run.json", {}}, {"two/run.json", {}}};
  model.residual = 0.021;
  model.terms = {{.feature = Feature::kMessages,
                  .name = "cpu_per_message",
                  .unit = {},
                  .value = 40e-6,
                  .low = 38e-6,
                  .high = 42e-6,
                  .likely = {}},
                 {.feature = Feature::kConnections,
                  .name = "cpu_per_connection",
                  .unit = {},
                  .value = 1e-6,
                  .low = 0,
                  .high = 2e-6,
                  .likely = {}}};
  model.ties = {{.feature = Feature::kReceipts, .of = {{Feature::kMessages, 2}}}};
  model.unseen = {Feature::kHeartbeats};
  return model;
}

TEST(Calibration, MakesAFileThatWorldsTake) {
  const auto path = std::filesystem::temp_directory_path() / "throng-calibration-test.lua";
  std::ofstream(path) << costs_file(model());
  const World world = load_world("", path.string());
  std::filesystem::remove(path);
  EXPECT_NEAR(world.costs.message.mean(), 40e-6, 0.1e-6);
  EXPECT_EQ(world.costs.receipt.mean(), 0);
  // No run had any: as it was.
  EXPECT_NEAR(world.costs.heartbeat.mean(), load_world("", "").costs.heartbeat.mean(), 1e-12);
  EXPECT_EQ(world.costs.source,
            "a fit to 2 runs, residuals 2.1 %: one \"a\"/run.json two/run.json");
}

TEST(Calibration, SaysWhatItKnows) {
  const std::string text = costs_file(model());
  EXPECT_THAT(text, HasSubstr("-- 40 us (38 to 42)\n"));
  EXPECT_THAT(
      text, HasSubstr("-- cpu_per_connection: 1 us (0 to 2): THE RUNS DON'T TELL; not charged\n"));
  EXPECT_THAT(text, HasSubstr("receipt = \"0us\",  -- receipts = 2 × messages in all runs"));
  EXPECT_THAT(text, HasSubstr("-- no run had heartbeats\n"));
  EXPECT_THAT(text, Not(HasSubstr("login =")));
}

TEST(Calibration, SaysWhatRunsDontTell) {
  CostModel own = model();
  EXPECT_TRUE(untold_costs(own).empty());
  own.terms.push_back({.feature = Feature::kLogins,
                       .name = "cpu_per_login",
                       .unit = {},
                       .value = 90e-6,
                       .low = 40e-6,
                       .high = 140e-6,
                       .likely = {}});
  EXPECT_THAT(untold_costs(own), testing::ElementsAre("login"));
  EXPECT_THAT(costs_file(own), HasSubstr("-- 90 us (40 to 140): THE RUNS DON'T TELL\n"));
  own.terms.back().low = 60e-6;
  EXPECT_TRUE(untold_costs(own).empty());
}

TEST(Calibration, RefusesRunsThatTellNothing) {
  CostModel own = model();
  own.terms.front().low = 0;
  EXPECT_THROW(costs_file(own), std::runtime_error);
}

}  // namespace
}  // namespace throng::simulate
