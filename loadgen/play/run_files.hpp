#pragma once

#include <chrono>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

#include "loadgen/measure/hdr_log.hpp"
#include "loadgen/measure/recorder.hpp"
#include "loadgen/measure/series.hpp"
#include "loadgen/report/run_result.hpp"

namespace throng::play {

/// Removes the results of an earlier run and what was derived from them, so that they can't pass
/// for this one's. Errors: std::runtime_error naming the path and the reason.
void clear_results(const std::filesystem::path& folder);
/// Makes it if need be. Errors: as above.
void make_folder(const std::filesystem::path& folder);

/// The raw data of one run in its folder: latency.hlog grows with the run, series.csv and run.json
/// are written at its end; run.json comes into being whole or not at all. Owned by the
/// coordinator's thread.
class RunFiles {
 public:
  /// Makes the folder if need be, and opens the log.
  /// Errors: std::runtime_error naming the path and the reason.
  explicit RunFiles(const std::filesystem::path& folder);

  /// `start` is when second 0 began.
  void begin(std::chrono::system_clock::time_point start);
  /// Requires: begin().
  void add_second(const measure::SecondSnapshot& second);
  /// Writes the rest, and each file even if another can't be written; `totals` is what the result's
  /// latencies were read from. Gives a sentence about the files that couldn't be written.
  std::optional<std::string> finish(const measure::Series& series, const measure::Tallies& totals,
                                    const report::RunResult& result);

 private:
  void add_totals(const measure::Tallies& totals, const report::RunTime& time);

  std::filesystem::path folder_;
  std::ofstream log_file_;
  std::optional<measure::HdrLogWriter> log_;
};

}  // namespace throng::play
