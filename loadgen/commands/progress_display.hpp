#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <ostream>
#include <string>

#include "loadgen/pacing/clock.hpp"
#include "loadgen/play/run.hpp"

namespace throng::commands {

/// Shows how a run goes on: one line that is written over at a terminal; elsewhere a line at each
/// change of phase and every few seconds.
class ProgressDisplay {
 public:
  /// `columns` tells how wide the terminal is by now; null: `out` is none.
  ProgressDisplay(std::ostream& out, std::function<std::size_t()> columns)
      : out_(out), columns_(std::move(columns)) {}

  void show(const play::Progress& progress, pacing::TimePoint now);
  /// Clears the line, so that the summary begins on a clean one.
  void finish();

 private:
  /// Shows a line that stays.
  void leave(const std::string& line);

  std::ostream& out_;
  const std::function<std::size_t()> columns_;
  bool line_open_ = false;
  std::optional<play::Phase> last_phase_;
  pacing::TimePoint last_shown_{};
};

/// The columns of the terminal behind the descriptor; 80 if it doesn't tell.
std::size_t terminal_columns(int descriptor);

}  // namespace throng::commands
