#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "loadgen/capacity/cost_text.hpp"
#include "loadgen/capacity/evidence.hpp"
#include "loadgen/commands/command.hpp"
#include "loadgen/play/run.hpp"

namespace throng::commands {
namespace {

/// The options as typed.
struct Words {
  std::vector<std::string> dirs;
  std::uint64_t seed = 1;
  bool json = false;
};

int cost(const Words& words) {
  std::vector<capacity::EvidenceRun> runs = capacity::read_evidence(words.dirs);
  capacity::judge_evidence(
      runs, {.service = "", .scenario = runs.front().run.scenario.name, .cores = std::nullopt});
  const std::vector<capacity::CostModel> models = capacity::fit_costs(runs, words.seed);
  std::cout << (words.json ? capacity::cost_json(models, runs) : capacity::cost_text(models, runs));
  const bool known = std::any_of(models.begin(), models.end(),
                                 [](const auto& model) { return !model.terms.empty(); });
  return known ? static_cast<int>(play::ExitCode::kPass) : kInconclusive;
}

}  // namespace

void add_cost(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand(
      "cost",
      "fit what the server spends on each thing it does to runs of several rates and mixes");
  auto words = std::make_shared<Words>();
  command
      ->add_option("DIR", words->dirs,
                   "directories that throng run wrote, all of one scenario and machine")
      ->required();
  command->add_option("--seed", words->seed, "of the draws that intervals are made of [1]")
      ->envname("THRONG_SEED");
  command->add_flag("--json", words->json, "print JSON instead of the tables")
      ->envname("THRONG_JSON");
  command->parse_complete_callback([words, &action] { action = [words] { return cost(*words); }; });
}

}  // namespace throng::commands
