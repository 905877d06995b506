#include "loadgen/commands/play_and_report.hpp"

#include <unistd.h>

#include <cstdlib>
#include <iostream>

#include "loadgen/commands/progress_display.hpp"
#include "loadgen/commands/report_files.hpp"
#include "loadgen/report/run_json.hpp"
#include "loadgen/report/terminal.hpp"

namespace throng::commands {
namespace {

bool wants_colour(int descriptor) { return isatty(descriptor) && !std::getenv("NO_COLOR"); }

play::RunOutcome play_and_show(play::RunOptions& options, const Play& play) {
  const pacing::SteadyClock clock;
  std::function<std::size_t()> columns;
  if (isatty(STDERR_FILENO)) columns = [] { return terminal_columns(STDERR_FILENO); };
  ProgressDisplay display(std::cerr, columns);
  options.on_progress = [&](const play::Progress& progress) {
    display.show(progress, clock.now());
  };
  play::RunOutcome outcome = play(options);
  display.finish();
  return outcome;
}

/// The path of the page, or nothing and `error` says why. Derived only from what this run wrote.
std::string derive_page(const std::filesystem::path& dir, std::string& error) {
  if (!error.empty()) return {};
  try {
    return write_reports(dir).string();
  } catch (const std::exception& failure) {
    error = failure.what();
    return {};
  }
}

}  // namespace

int play_and_report(play::RunOptions options, bool json, const Play& play) {
  play::RunOutcome outcome = play_and_show(options, play);
  if (outcome.result) {
    const std::string page = derive_page(options.out_dir, outcome.error);
    std::cout << (json ? report::write_run_json(*outcome.result)
                       : report::terminal_summary(*outcome.result, page,
                                                  wants_colour(STDOUT_FILENO)));
  }
  if (outcome.error.empty()) return static_cast<int>(outcome.code);
  std::cerr << "throng: " << outcome.error << '\n';
  // Whoever reads results that aren't there must not take the run for a good one.
  return static_cast<int>(outcome.code == play::ExitCode::kPass ? play::ExitCode::kUsage
                                                                : outcome.code);
}

}  // namespace throng::commands
