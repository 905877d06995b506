#pragma once

#include <cstdint>

#include "loadgen/measure/series.hpp"
#include "loadgen/report/progress.hpp"

namespace throng::play {

/// What the seconds of a run that are over come to while it goes on. Owned by the coordinator's
/// thread.
class LiveFigures {
 public:
  /// Takes a second of all workers. What comes after the scripts were stopped (`playing` is false)
  /// doesn't count as logins and peak: all users are made to come back then.
  /// Requires: once each, in order.
  void add(const measure::SecondSnapshot& second, bool playing);

  std::uint64_t connected_peak() const { return connected_peak_; }
  std::uint64_t logins() const { return logins_; }

  /// Everything of it but the times and what is outstanding.
  const report::Progress& progress() const { return progress_; }

 private:
  report::Progress progress_;
  std::uint64_t connected_peak_ = 0;
  std::uint64_t logins_ = 0;
};

}  // namespace throng::play
