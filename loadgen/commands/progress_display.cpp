#include "loadgen/commands/progress_display.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>

#include "loadgen/pacing/quantity.hpp"
#include "loadgen/report/progress.hpp"

namespace throng::commands {
namespace {

/// Between two lines where nothing can be written over.
constexpr std::chrono::seconds kPlainInterval{5};
constexpr std::size_t kPlainColumns = 160;
constexpr std::size_t kUsualColumns = 80;
constexpr const char* kClearLine = "\r\x1b[2K";

std::string describe(const play::Progress& p, std::size_t columns) {
  switch (p.phase) {
    case play::Phase::kPreflight:
      return "checking the machine and the target";
    case play::Phase::kCrews:
      return fmt::format("crews · {} of {} have joined at {}", p.crews_joined, p.crews_planned,
                         p.crews_at);
    case play::Phase::kSetup:
      return fmt::format("set-up · {} of {} chats made",
                         pacing::format_count(static_cast<double>(p.chats_made)),
                         pacing::format_count(static_cast<double>(p.chats_planned)));
    case play::Phase::kFloor:
      return "measuring what the generator itself adds";
    case play::Phase::kFinish:
      return "writing the report";
    case play::Phase::kHandOver:
      return "waiting for Prometheus to fetch the last figures (Ctrl-C: don't)";
    case play::Phase::kRamp:
    case play::Phase::kMeasured:
    case play::Phase::kDrain:
      break;
  }
  return report::progress_line(play::phase_name(p.phase), p.figures, columns);
}

/// What one of them sees can be looked at.
std::string describe_users(const play::Progress& p) {
  return fmt::format("playing users {} to {}", p.first_user, p.first_user + p.users_planned - 1);
}

std::string describe_live_page(const play::Progress& p) {
  const std::string why = p.live_note.empty() ? "" : fmt::format(" ({})", p.live_note);
  if (p.live_at->empty()) return "no live page" + why;
  return fmt::format("live page at {}{}", *p.live_at, why);
}

}  // namespace

void ProgressDisplay::leave(const std::string& line) {
  finish();
  out_ << line << '\n' << std::flush;
}

void ProgressDisplay::show(const play::Progress& progress, pacing::TimePoint now) {
  if (progress.first_user != 0) {
    leave(describe_users(progress));
  } else if (progress.live_at) {
    leave(describe_live_page(progress));
  } else if (columns_) {
    out_ << kClearLine << describe(progress, columns_()) << std::flush;
    line_open_ = true;
  } else if (progress.phase != last_phase_ || now - last_shown_ >= kPlainInterval) {
    out_ << describe(progress, kPlainColumns) << '\n' << std::flush;
    last_shown_ = now;
  }
  last_phase_ = progress.phase;
}

void ProgressDisplay::finish() {
  if (line_open_) out_ << kClearLine << std::flush;
  line_open_ = false;
}

std::size_t terminal_columns(int descriptor) {
  winsize size{};
  const bool told = ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return told ? size.ws_col : kUsualColumns;
}

}  // namespace throng::commands
