#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "loadgen/commands/command.hpp"
#include "loadgen/commands/comparison_files.hpp"
#include "loadgen/compare/comparison.hpp"

namespace throng::commands {
namespace {

/// The options as typed.
struct Words {
  std::vector<std::string> base;
  std::vector<std::string> candidate;
  ComparisonWords output;
  bool json = false;
};

int compare_runs(const Words& words) {
  compare::Rules rules;
  rules.limits = limits_of(words.output);
  const compare::Comparison comparison =
      compare::compare(read_samples(words.base), read_samples(words.candidate), rules);
  return show_comparison(comparison, words.output, words.json, words.candidate.front());
}

}  // namespace

void add_compare(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand(
      "compare", "say whether runs are worse than others: exit code 6 if so, 8 if that isn't sure");
  auto words = std::make_shared<Words>();
  command
      ->add_option("--base", words->base,
                   "directories that throng run wrote, or files of throng baseline save")
      ->required();
  command
      ->add_option("--candidate", words->candidate,
                   "the same, of what may be worse; the n-th makes a pair with the n-th of --base")
      ->required();
  add_comparison_options(*command, words->output);
  command->add_flag("--json", words->json, "print JSON instead of the table")
      ->envname("THRONG_JSON");
  command->parse_complete_callback(
      [words, &action] { action = [words] { return compare_runs(*words); }; });
}

}  // namespace throng::commands
