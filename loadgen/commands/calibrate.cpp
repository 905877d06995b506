#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "loadgen/capacity/cost_text.hpp"
#include "loadgen/capacity/evidence.hpp"
#include "loadgen/commands/command.hpp"
#include "loadgen/play/run.hpp"
#include "loadgen/simulate/calibration.hpp"

namespace throng::commands {
namespace {

/// The options as typed.
struct Words {
  std::vector<std::string> dirs;
  std::uint64_t seed = 1;
};

int calibrate(const Words& words) {
  std::vector<capacity::EvidenceRun> runs = capacity::read_evidence(words.dirs);
  capacity::judge_evidence(
      runs, {.service = "", .scenario = runs.front().run.scenario.name, .cores = std::nullopt});
  const std::vector<capacity::CostModel> models = capacity::fit_costs(runs, words.seed);
  const auto cpu =
      std::ranges::find(models, "cpu", [](const auto& model) { return model.resource->name; });
  if (cpu == models.end()) throw std::runtime_error("these runs tell nothing of the server's CPU");
  if (cpu->terms.empty()) throw std::runtime_error("no profile: " + cpu->why_none);
  std::cout << simulate::costs_file(*cpu);
  for (const std::string& key : simulate::untold_costs(*cpu)) {
    std::cerr << "warning: these runs don't tell what a " << key
              << " costs: its 95 % interval reaches 0 or is as wide as its value\n";
  }
  return static_cast<int>(play::ExitCode::kPass);
}

}  // namespace

void add_calibrate(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand(
      "calibrate", "make a costs file for throng simulate from runs of several rates and mixes");
  auto words = std::make_shared<Words>();
  command
      ->add_option("DIR", words->dirs,
                   "directories that throng run wrote, all of one scenario and machine")
      ->required();
  command->add_option("--seed", words->seed, "of the draws that intervals are made of [1]")
      ->envname("THRONG_SEED");
  command->parse_complete_callback(
      [words, &action] { action = [words] { return calibrate(*words); }; });
}

}  // namespace throng::commands
