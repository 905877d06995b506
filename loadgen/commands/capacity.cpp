#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "loadgen/capacity/assessment.hpp"
#include "loadgen/capacity/assessment_json.hpp"
#include "loadgen/capacity/estimate_script.hpp"
#include "loadgen/capacity/html.hpp"
#include "loadgen/capacity/markdown.hpp"
#include "loadgen/capacity/metrics_text.hpp"
#include "loadgen/capacity/terminal.hpp"
#include "loadgen/commands/command.hpp"
#include "loadgen/play/run.hpp"
#include "loadgen/report/text_file.hpp"
#include "loadgen/scenario/source.hpp"

namespace throng::commands {
namespace {

/// The options as typed; empty ones were not given.
struct Words {
  std::string file;
  std::vector<std::string> evidence;
  std::vector<std::string> settings;
  std::uint64_t seed = capacity::AssessmentOptions{}.seed;
  std::string tornado;
  std::string markdown;
  std::string out;
  bool json = false;
};

std::map<std::string, std::string> parse_settings(const std::vector<std::string>& words) {
  std::map<std::string, std::string> settings;
  for (const std::string& word : words) {
    const std::size_t equals = word.find('=');
    if (equals == word.npos || equals == 0 ||
        !settings.emplace(word.substr(0, equals), word.substr(equals + 1)).second) {
      throw std::runtime_error("--set: expected NAME=VALUE, each name once, got \"" + word + "\"");
    }
  }
  return settings;
}

capacity::Assessment assess(const Words& words) {
  const scenario::Source source = scenario::read_source(words.file, {});
  return capacity::assess(capacity::load_estimate(source, parse_settings(words.settings)),
                          capacity::read_evidence(words.evidence),
                          {.seed = words.seed, .tornado = words.tornado});
}

void write_files(const Words& words, const capacity::Assessment& assessment) {
  if (!words.markdown.empty()) {
    report::write_text_file(words.markdown, capacity::markdown_text(assessment));
  }
  if (words.out.empty()) return;
  const std::filesystem::path folder = words.out;
  std::filesystem::create_directories(folder);
  report::write_text_file(folder / "capacity.json", capacity::assessment_json(assessment));
  report::write_text_file(folder / "capacity.html", capacity::html_text(assessment));
  report::write_text_file(folder / "capacity.md", capacity::markdown_text(assessment));
  report::write_text_file(folder / "capacity.prom", capacity::metrics_text(assessment));
}

int exit_code(const capacity::Assessment& assessment) {
  if (assessment.count(capacity::Verdict::kRefuted) > 0) {
    return static_cast<int>(play::ExitCode::kThreshold);
  }
  return assessment.lacks_proof() ? kInconclusive : static_cast<int>(play::ExitCode::kPass);
}

int judge(const Words& words) {
  const capacity::Assessment assessment = assess(words);
  write_files(words, assessment);
  const bool colour = isatty(STDOUT_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr;
  std::cout << (words.json ? capacity::assessment_json(assessment)
                           : capacity::terminal_text(assessment, colour));
  return exit_code(assessment);
}

}  // namespace

void add_capacity(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand(
      "capacity",
      "judge an estimate's claims: exit code 3 if one is refuted, 8 if one isn't proved");
  auto words = std::make_shared<Words>();
  command
      ->add_option("FILE", words->file, "a Lua file, e.g. scenarios/estimates/group_chat_500m.lua")
      ->required();
  command
      ->add_option("--evidence", words->evidence,
                   "directories that throng run wrote, for what only a run can tell")
      ->envname("THRONG_EVIDENCE");
  command->add_option("--set", words->settings, "NAME=VALUE in place of an input, e.g. dau=2e9")
      ->envname("THRONG_SET");
  command->add_option("--seed", words->seed, "of the draws from inputs that are intervals [1]")
      ->envname("THRONG_SEED");
  command
      ->add_option("--tornado", words->tornado,
                   "the figure for the table of which input matters most [the fleet's price]")
      ->envname("THRONG_TORNADO");
  command->add_option("--markdown", words->markdown, "file for the result as Markdown")
      ->envname("THRONG_MARKDOWN");
  command->add_option("--out", words->out, "directory for capacity.json, .md, .html and .prom")
      ->envname("THRONG_OUT");
  command->add_flag("--json", words->json, "print JSON instead of the tables")
      ->envname("THRONG_JSON");
  command->parse_complete_callback(
      [words, &action] { action = [words] { return judge(*words); }; });
}

}  // namespace throng::commands
