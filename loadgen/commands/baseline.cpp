#include "loadgen/compare/baseline.hpp"

#include <fmt/format.h>

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
#include "loadgen/play/result.hpp"
#include "loadgen/report/text_file.hpp"

namespace throng::commands {
namespace {

namespace fs = std::filesystem;

constexpr const char* kEnding = ".json";

/// The options as typed; empty ones were not given.
struct Words {
  std::string folder = "baselines";
  std::string name;
  std::vector<std::string> dirs;
  std::string commit;
};

// A name is a file's, and nothing else's.
fs::path path_of(const Words& words) {
  const bool plain = !words.name.empty() && words.name.front() != '.' &&
                     words.name.find_first_of("/\\") == std::string::npos;
  if (plain) return fs::path(words.folder) / (words.name + kEnding);
  throw std::runtime_error(
      fmt::format("NAME: expected a plain name, e.g. main, got \"{}\"", words.name));
}

compare::Baseline read(const fs::path& path) {
  return compare::read_baseline(report::read_text_file(path), path.string());
}

int save(const Words& words, std::chrono::system_clock::time_point now) {
  const fs::path path = path_of(words);
  compare::Baseline baseline{words.name, play::iso_time(now), words.commit,
                             read_samples(words.dirs)};
  for (const compare::Sample& run : baseline.runs) {
    if (!run.problem.empty()) throw std::runtime_error(run.path + ": " + run.problem);
    if (!run.ledger_holds) throw std::runtime_error(run.path + ": its ledger is violated");
    if (run.identity == baseline.runs.front().identity) continue;
    throw std::runtime_error(
        fmt::format("{} and {} are of different scenarios, machines or "
                    "generators: throng compare says which",
                    run.path, baseline.runs.front().path));
  }
  fs::create_directories(words.folder);
  report::write_text_file(path, compare::write_baseline(baseline));
  std::cout << path.string() << '\n';
  return 0;
}

int show(const Words& words) {
  const compare::Baseline baseline = read(path_of(words));
  std::cout << fmt::format("{} · saved {} · commit {} · {} runs\n", baseline.name, baseline.saved,
                           baseline.commit.empty() ? "unknown" : baseline.commit,
                           baseline.runs.size());
  for (const auto& [what, value] : baseline.runs.front().identity) {
    std::cout << fmt::format("{:<26}{}\n", what, value);
  }
  for (const compare::Sample& run : baseline.runs) {
    std::cout << fmt::format("\n{}  seed {}  {}\n", run.started, run.seed, run.target);
    for (std::size_t i = 0; i < compare::kMetrics.size(); ++i) {
      if (!run.values[i]) continue;
      std::cout << fmt::format("  {:<24}{}\n", compare::kMetrics[i].name,
                               compare::value_text(compare::kMetrics[i], *run.values[i]));
    }
  }
  return 0;
}

int list(const Words& words) {
  std::vector<fs::path> paths;
  if (fs::exists(words.folder)) {
    for (const auto& entry : fs::directory_iterator(words.folder)) {
      if (entry.path().extension() == kEnding) paths.push_back(entry.path());
    }
  }
  std::sort(paths.begin(), paths.end());
  for (const fs::path& path : paths) {
    const compare::Baseline baseline = read(path);
    std::cout << fmt::format("{:<20}{:<22}{:<14}{:>3} runs of {}\n", path.stem().string(),
                             baseline.saved, baseline.commit, baseline.runs.size(),
                             compare::identity_of(baseline.runs.front(), "scenario"));
  }
  return 0;
}

template <class Act>
CLI::App* add(CLI::App& app, const char* name, const char* help,
              const std::shared_ptr<Words>& words, Action& action, Act act) {
  CLI::App* command = app.add_subcommand(name, help);
  command->add_option("--folder", words->folder, "where baselines are kept [baselines]")
      ->envname("THRONG_FOLDER");
  command->parse_complete_callback([=, &action] { action = [=] { return act(*words); }; });
  return command;
}

}  // namespace

void add_baseline(CLI::App& app, Action& action, std::chrono::system_clock::time_point now) {
  auto* command = app.add_subcommand(
      "baseline", "keep runs as small files in a repository, for throng compare --base FILE");
  command->require_subcommand(1);
  auto words = std::make_shared<Words>();
  auto* saving = add(*command, "save", "make a baseline of runs, in place of an older one", words,
                     action, [now](const Words& given) { return save(given, now); });
  saving->add_option("NAME", words->name, "e.g. main")->required();
  saving->add_option("--from", words->dirs, "directories that throng run wrote")->required();
  saving->add_option("--commit", words->commit, "of what was played against")
      ->envname("THRONG_COMMIT");
  auto* showing = add(*command, "show", "print a baseline", words, action, show);
  showing->add_option("NAME", words->name, "e.g. main")->required();
  add(*command, "list", "print which there are", words, action, list);
}

}  // namespace throng::commands
