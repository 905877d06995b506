#include "loadgen/compare/trend.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "loadgen/commands/command.hpp"
#include "loadgen/commands/comparison_files.hpp"
#include "loadgen/play/run.hpp"
#include "loadgen/report/text_file.hpp"

namespace throng::commands {
namespace {

/// The options as typed; empty ones were not given.
struct Words {
  std::string file;
  std::vector<std::string> added;
  std::string commit;
  std::string since;
  std::string html;
  bool json = false;
};

/// Errors: std::runtime_error, for a run that counts for nothing or is there already.
void must_be_new(const compare::Sample& run, const std::vector<compare::HistoryRun>& history,
                 const std::string& file) {
  if (!run.problem.empty()) throw std::runtime_error(run.path + ": " + run.problem);
  if (!run.ledger_holds) throw std::runtime_error(run.path + ": its ledger is violated");
  for (const compare::HistoryRun& each : history) {
    if (!same_run(each.sample, run)) continue;
    throw std::runtime_error(run.path + ": " + file + " has it already, see " + each.sample.path);
  }
}

// In one step, so that what is cut short destroys nothing.
void replace_text_file(const std::string& path, const std::string& text) {
  const std::string unfinished = path + ".unfinished";
  report::write_text_file(unfinished, text);
  std::filesystem::rename(unfinished, path);
}

void add_runs(const Words& words) {
  if (words.commit.empty()) throw std::runtime_error("--add: say of which commit, by --commit");
  std::string text;
  if (std::filesystem::exists(words.file)) text = report::read_text_file(words.file);
  auto history = compare::read_history(text, words.file);
  if (!text.empty() && !text.ends_with('\n')) text += '\n';
  for (compare::Sample& run : read_samples(words.added)) {
    must_be_new(run, history, words.file);
    history.push_back({words.commit, std::move(run)});
    text += compare::history_line(history.back());
  }
  replace_text_file(words.file, text);
}

std::vector<compare::HistoryRun> read(const Words& words) {
  auto history = compare::read_history(report::read_text_file(words.file), words.file);
  if (!words.since.empty()) {
    const auto first = std::find_if(history.begin(), history.end(), [&](const auto& run) {
      return run.commit.starts_with(words.since);
    });
    if (first == history.end()) {
      throw std::runtime_error("--since: " + words.file + " has no commit " + words.since);
    }
    history.erase(history.begin(), first);
  }
  if (history.empty()) throw std::runtime_error(words.file + ": there are no runs in it");
  return history;
}

int trend(const Words& words) {
  if (!words.added.empty()) add_runs(words);
  const compare::Trend found = compare::trend_of(read(words), {});
  if (!words.html.empty()) report::write_text_file(words.html, compare::trend_html(found));
  std::cout << (words.json ? compare::trend_json(found) : compare::trend_text(found));
  return found.is_worse() ? kRegression : static_cast<int>(play::ExitCode::kPass);
}

}  // namespace

void add_trend(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand(
      "trend", "find since when a history's runs are worse: exit code 6 if they are");
  auto words = std::make_shared<Words>();
  command->add_option("FILE", words->file, "a history: a line of JSON a run, the newest last")
      ->required();
  command->add_option("--add", words->added, "directories of runs to add to it first");
  command->add_option("--commit", words->commit, "of what these were played against")
      ->envname("THRONG_COMMIT");
  command
      ->add_option("--since", words->since,
                   "leave out what is older than this commit, e.g. after a change that was meant")
      ->envname("THRONG_SINCE");
  command->add_option("--html", words->html, "file for the result as a page")
      ->envname("THRONG_HTML");
  command->add_flag("--json", words->json, "print JSON instead of the table")
      ->envname("THRONG_JSON");
  command->parse_complete_callback(
      [words, &action] { action = [words] { return trend(*words); }; });
}

}  // namespace throng::commands
