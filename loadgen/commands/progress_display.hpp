#pragma once

#include <ostream>

#include "loadgen/play/run.hpp"

namespace throng::commands {

/// Shows how a run goes on: one line that is written over at a terminal, a line every few seconds
/// elsewhere.
class ProgressDisplay {
 public:
  ProgressDisplay(std::ostream& out, bool terminal) : out_(out), terminal_(terminal) {}

  void show(const play::Progress& progress);
  /// Clears the line, so that the summary begins on a clean one.
  void finish();

 private:
  std::ostream& out_;
  const bool terminal_;
  bool line_open_ = false;
  play::Phase last_phase_ = play::Phase::kPreflight;
  double last_shown_s_ = 0;
};

}  // namespace throng::commands
