#include "loadgen/commands/progress_display.hpp"

#include <fmt/format.h>

#include "loadgen/pacing/quantity.hpp"
#include "loadgen/report/progress.hpp"

namespace throng::commands {
namespace {

/// Between two lines where nothing can be written over.
constexpr double kPlainInterval_s = 5;

std::string describe(const play::Progress& p) {
  switch (p.phase) {
    case play::Phase::kPreflight:
      return "checking the machine and the target";
    case play::Phase::kSetup:
      return fmt::format("set-up · {} of {} chats made",
                         pacing::format_count(static_cast<double>(p.chats_made)),
                         pacing::format_count(static_cast<double>(p.chats_planned)));
    case play::Phase::kFinish:
      return "writing the report";
    case play::Phase::kRamp:
    case play::Phase::kMeasured:
    case play::Phase::kDrain:
      break;
  }
  std::string line = fmt::format("{} · {}", play::phase_name(p.phase),
                                 report::progress_line(p.figures, report::ProgressStyle::kPlain));
  while (line.ends_with('\n')) line.pop_back();
  return line;
}

}  // namespace

void ProgressDisplay::show(const play::Progress& progress) {
  const double elapsed_s = progress.figures.elapsed_s;
  if (terminal_) {
    out_ << "\r\x1b[2K" << describe(progress) << std::flush;
    line_open_ = true;
  } else if (progress.phase != last_phase_ || elapsed_s - last_shown_s_ >= kPlainInterval_s) {
    out_ << describe(progress) << '\n' << std::flush;
    last_shown_s_ = elapsed_s;
  }
  last_phase_ = progress.phase;
}

void ProgressDisplay::finish() {
  if (line_open_) out_ << "\r\x1b[2K" << std::flush;
  line_open_ = false;
}

}  // namespace throng::commands
